// WordData: the words that a training run uses, chosen from a data set.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "support/dropped_rows.hpp"
#include "support/words_to_read.hpp"
#include "support/writers.hpp"
#include "tinyhtr/core/number_text.hpp"
#include "tinyhtr/core/random.hpp"
#include "tinyhtr/core/utf8.hpp"
#include "tinyhtr/data/load_data.hpp"
#include "tinyhtr/data/shared_writers.hpp"
#include "tinyhtr/data/split.hpp"
#include "tinyhtr/data/vocabulary.hpp"
#include "tinyhtr/data/writer_split.hpp"
#include "tinyhtr/io/safetensors.hpp"

namespace tinyhtr::examples {

/// Says what is not used, row by row where asked.
inline void print_dropped(const LabelledImages& data, bool verbose) {
  const DataReport& report = data.report;
  std::cout << "data         " << printable(report.source.string(), 4000) << " (" << to_string(data.kind)
            << "): " << report.rows << " rows; not used: " << report.summary() << '\n';
  if (verbose) print_dropped_rows(std::cout, report);
}

/// Says which entries of a list name no word that can be used.
inline void print_unmatched(const std::filesystem::path& list, const ListSplit& split, bool verbose) {
  if (split.unmatched.empty()) return;
  std::cout << "list         " << list.string() << ": " << split.unmatched.size() << " of " << split.entries
            << " entries name no usable word" << (verbose ? "" : ", the first is " + printable(split.unmatched.front()))
            << '\n';
  if (!verbose) return;
  for (const std::string& entry : split.unmatched) std::cout << "    " << printable(entry) << '\n';
}

class WordData {
 public:
  /// What to train on, as the command line says it.
  struct Choice {
    std::filesystem::path data, train_list, validation_list;
    double split = 0.9;
    bool by_writers = false;  ///< without lists: no writer in both parts
    Index limit = 0;
    std::uint64_t seed = 1;  ///< of the random split
    Index time_steps = 64;   ///< of the network; words whose labels do not fit are left out
  };

  std::vector<Sample> train, validation;
  std::string split_name;  ///< how they were chosen, to stand beside every number
  Writers writers;         ///< as far as they are known

  /// Reads, checks, splits. The lists hold ids of samples of `data`, or are word lists, with images and texts of their
  /// own; then `data` is not looked at, and need not be given. Throws what load_data and the splits throw.
  static WordData load(const Choice& choice, bool verbose) {
    WordData words;
    if (choice.by_writers) check_forms_given(choice.data);
    words.writers = find_writers(choice.data, "train_iam");
    if (!choice.train_list.empty()) {
      words.split_name =
          "lists " + choice.train_list.filename().string() + " and " + choice.validation_list.filename().string();
    }
    if (names_images(choice.train_list, choice.validation_list)) {
      for (const bool trains : {true, false}) {
        const std::filesystem::path& list = trains ? choice.train_list : choice.validation_list;
        LabelledImages data = load_word_list(list, {.time_steps = choice.time_steps});
        print_dropped(data, verbose);
        (trains ? words.train : words.validation) = std::move(data.samples);
      }
    } else {
      check_data_given(choice.data);
      const LabelledImages data = load_data(choice.data, {.time_steps = choice.time_steps});
      print_dropped(data, verbose);
      words.split(data.samples, choice, verbose);
    }
    check_no_overlap(words.train, words.validation);
    if (choice.limit > 0) words.limit(choice.limit, choice.seed);
    return words;
  }

  /// How far the two parts share their writers.
  SharedWriters shared() const { return shared_writers(train, validation, writers); }

  /// The characters of the training labels.
  Vocabulary training_vocabulary() const {
    std::vector<std::string> texts;
    for (const Sample& sample : train) texts.push_back(sample.text);
    return Vocabulary::from_texts(texts);
  }

  void print_summary(const Vocabulary& vocabulary) const {
    Index unknown = 0;
    for (const Sample& sample : validation) unknown += vocabulary.knows(sample.text) ? 0 : 1;
    std::cout << "split        " << train.size() << " to train, " << validation.size() << " to validate: " << split_name
              << '\n'
              << "writers      " << to_string(shared()) << '\n'
              << "vocabulary   " << vocabulary.size() << " characters: " << vocabulary.text() << '\n';
    if (unknown > 0) {
      std::cout << "note         " << unknown << " validation words have characters that no training word has; "
                << "they count as errors\n";
    }
  }

  /// A number made of all ids and labels in their order, by which a resumed run knows its words again.
  std::string fingerprint() const {
    std::uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a, 64 bits
    const auto mix = [&hash](const std::string& text) {
      for (const char c : text + '\n') hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    };
    for (const std::vector<Sample>* part : {&train, &validation}) {
      mix(std::to_string(part->size()));
      for (const Sample& sample : *part) mix(sample.id + '\t' + sample.text);
    }
    return std::to_string(train.size()) + " + " + std::to_string(validation.size()) + " words, " + std::to_string(hash);
  }

  /// Throws FormatError where a checkpoint was trained on other words.
  void check_fingerprint(const Safetensors& checkpoint) const {
    if (checkpoint.text("words") == fingerprint()) return;
    throw FormatError(checkpoint.path.string() + ": was trained on other words: '" + checkpoint.text("words") +
                      "', found '" + fingerprint() + "'; are --data and the lists those of the run?");
  }

 private:
  /// Whether the two lists are word lists. Throws ArgumentError where only one of them is.
  static bool names_images(const std::filesystem::path& train_list, const std::filesystem::path& validation_list) {
    if (train_list.empty()) return false;
    const bool train = is_word_list_file(train_list), validation = is_word_list_file(validation_list);
    if (train != validation) {
      throw ArgumentError((train ? train_list : validation_list).string() + " is a list of images with texts, " +
                          (train ? validation_list : train_list).string() + " is not; expected two of a kind");
    }
    return train;
  }

  /// Throws ArgumentError where nothing says who wrote the words of a split by writers.
  static void check_forms_given(const std::filesystem::path& data) {
    if (std::filesystem::is_regular_file(data / "forms.txt")) return;
    throw ArgumentError("split_by writers needs " + (data / "forms.txt").string() +
                        " with rows 'form writer ...', as IAM has it; found none");
  }

  /// All words of a writer in one part.
  void split_writers(const std::vector<Sample>& samples, const Choice& choice) {
    WriterSplit split = split_by_writers(samples, writers, 1 - choice.split, choice.seed);
    train = std::move(split.parts.train);
    validation = std::move(split.parts.validation);
    split_name = "random " + fixed(choice.split, 3) + " of the words, by writers, seed " + std::to_string(choice.seed);
    if (split.forms_alone == 0) return;
    std::cout << "note         " << split.words_alone << " words of " << split.forms_alone
              << " forms have no known writer; each of these forms counts as a writer of its own\n";
  }

  /// By the lists of ids, or at random.
  void split(const std::vector<Sample>& samples, const Choice& choice, bool verbose) {
    if (choice.train_list.empty() && choice.by_writers) return split_writers(samples, choice);
    if (choice.train_list.empty()) {
      Split parts = random_split(samples, 1 - choice.split, choice.seed);
      train = std::move(parts.train);
      validation = std::move(parts.validation);
      split_name = "random " + fixed(choice.split, 3) + " of the words, seed " + std::to_string(choice.seed);
      return;
    }
    ListSplit train_split = split_by_list(samples, choice.train_list);
    ListSplit validation_split = split_by_list(samples, choice.validation_list);
    print_unmatched(choice.train_list, train_split, verbose);
    print_unmatched(choice.validation_list, validation_split, verbose);
    train = std::move(train_split.samples);
    validation = std::move(validation_split.samples);
  }

  /// Keeps `total` words, train and validation in the proportion that they had, drawn with the seed, in their old
  /// order.
  void limit(Index total, std::uint64_t seed) {
    const auto all = static_cast<Index>(train.size() + validation.size());
    if (total >= all) return;
    const Index keep = std::max<Index>(1, total * static_cast<Index>(validation.size()) / all);
    if (total <= keep) throw ArgumentError("--limit " + std::to_string(total) + " leaves no word to train on");
    keep_some(validation, keep, Random(seed, Purpose::split, 1));
    keep_some(train, total - keep, Random(seed, Purpose::split, 2));
  }

  static void keep_some(std::vector<Sample>& samples, Index count, Random random) {
    std::vector<std::size_t> order(samples.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    random.shuffle(order);
    order.resize(std::min(order.size(), static_cast<std::size_t>(count)));
    std::sort(order.begin(), order.end());
    std::vector<Sample> kept;
    for (const std::size_t i : order) kept.push_back(std::move(samples[i]));
    samples = std::move(kept);
  }
};

}  // namespace tinyhtr::examples
