// DecoderOptions: how a program's command line says how logits become text.
#pragma once

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/program.hpp"
#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/lengths.hpp"
#include "tinyhtr/core/number_text.hpp"
#include "tinyhtr/data/text_lines.hpp"
#include "tinyhtr/decode/beam_confidence.hpp"
#include "tinyhtr/decode/beam_search.hpp"
#include "tinyhtr/decode/best_path.hpp"
#include "tinyhtr/io/load_network.hpp"
#include "tinyhtr/language/character_model_file.hpp"
#include "tinyhtr/language/lexicon.hpp"

namespace tinyhtr::examples {

/// The word list that comes with tinyhtr, and the language model.
inline std::filesystem::path default_words() {
  return std::filesystem::path(TINYHTR_DATA_FOLDER) / "language" / "words.txt";
}
inline std::filesystem::path default_language_model() {
  return std::filesystem::path(TINYHTR_DATA_FOLDER) / "language" / "english.htrlm";
}

/// Best path, or beam search with what it knows of the language.
class Decoder {
 public:
  std::optional<VocabularyModel> model;
  std::optional<Lexicon> lexicon;
  BeamOptions beam;
  bool searches = false;  ///< beam search; else best path
  bool compares = false;  ///< best path's texts get the confidence that such a search has in them

  /// The best reading of each sample; an empty one where an infinite penalty lets none through.
  template <class T>
  std::vector<Reading> operator()(const Tensor<T>& logits, const Lengths& lengths, int blank) const {
    std::vector<Reading> best;
    if (searches) {
      for (std::vector<ScoredReading>& list : n_best(logits, lengths, blank, 1)) {
        best.push_back(list.empty() ? Reading{} : std::move(list.front()));
      }
      return best;
    }
    best = best_path(logits, blank, lengths);
    if (!compares) return best;
    const auto scores = scores_of(best, logits, lengths, blank);
    for (std::size_t n = 0; n < best.size(); ++n) {
      best[n].confidence = std::exp(log_beam_confidence(scores[n], beam.confidence_temperature));
    }
    return best;
  }

  /// Of each reading its score, then those of the texts beside it.
  template <class T>
  std::vector<std::vector<double>> scores_of(const std::vector<Reading>& readings, const Tensor<T>& logits,
                                             const Lengths& lengths, int blank) const {
    std::vector<std::vector<int>> texts;
    for (const Reading& reading : readings) texts.push_back(reading.classes);
    return scores_beside_rivals(logits, texts, blank, search(), lengths);
  }

  /// Of each sample, up to `count` readings, the best first.
  template <class T>
  std::vector<std::vector<ScoredReading>> n_best(const Tensor<T>& logits, const Lengths& lengths, int blank,
                                                 Index count) const {
    BeamOptions options = search();
    options.n_best = count;
    return beam_search(logits, blank, options, lengths);
  }

 private:
  BeamOptions search() const {
    BeamOptions options = beam;
    options.model = model ? &*model : nullptr;
    options.lexicon = lexicon ? &*lexicon : nullptr;
    return options;
  }
};

/// The options of the command line.
class DecoderOptions {
 public:
  void add_to(CLI::App& app) {
    const std::string group = "Decoder";
    app.add_option("--decoder", name_, "best-path, or beam: prefix beam search")
        ->check(CLI::IsMember({"best-path", "beam"}))
        ->capture_default_str()
        ->group(group);
    app.add_option("--beam-width", beam_.width, "Texts that the search follows at every step")
        ->check(whole_number(1, 10000))
        ->capture_default_str()
        ->group(group);
    app.add_option(
           "--language-model", language_model_,
           "Of a beam search: a character model of the program language_model; english: the one that comes with "
           "tinyhtr; none")
        ->type_name("FILE")
        ->capture_default_str()
        ->group(group);
    app.add_option("--model-weight", beam_.model_weight, "Weight of the model's logarithms")
        ->check(zero_or_more())
        ->capture_default_str()
        ->group(group);
    app.add_option("--character-bonus", beam_.character_bonus, "Added for every character, with a model")
        ->capture_default_str()
        ->group(group);
    app.add_option("--escape-cost", beam_.escape_cost,
                   "The most that model and bonus take off the score of a text; inf: no bound")
        ->check(zero_or_more())
        ->capture_default_str()
        ->group(group);
    app.add_option("--lexicon", lexicon_,
                   "Of a beam search: a list of words, one a line; english: the one that comes with tinyhtr; none")
        ->type_name("FILE")
        ->capture_default_str()
        ->group(group);
    app.add_option("--outside-penalty", beam_.outside_penalty, "Off the score of a text that is not in the list")
        ->check(zero_or_more())
        ->capture_default_str()
        ->group(group);
  }

  /// For programs that show confidences.
  void add_confidence_to(CLI::App& app) {
    app.add_option("--confidence", confidence_,
                   "In best path's texts; network, the default: the probability that the network gives the text; beam: "
                   "its share beside those that a beam search ends with, so that the language has its say")
        ->check(CLI::IsMember({"network", "beam"}))
        ->group("Decoder");
  }

  bool searches() const { return name_ == "beam"; }
  bool compares() const { return !searches() && confidence_ == "beam"; }

  /// How the result was decoded, to stand beside figures; weights only where they are not as by default.
  std::string description() const {
    if (!searches() && !compares()) return "best path";
    std::string text = searches() ? "" : "best path, confidence by ";
    text += "beam search, width " + std::to_string(beam_.width) + ", language model " + base_name(language_model_) +
            ", lexicon " + base_name(lexicon_);
    const BeamOptions unset;
    const auto add = [&text](const char* name, double value, double usual) {
      if (value != usual) text += ", " + std::string(name) + ' ' + shortest(value);
    };
    if (language_model_ != "none") {
      add("model weight", beam_.model_weight, unset.model_weight);
      add("character bonus", beam_.character_bonus, unset.character_bonus);
      add("escape cost", beam_.escape_cost, unset.escape_cost);
    }
    if (lexicon_ != "none") add("outside penalty", beam_.outside_penalty, unset.outside_penalty);
    return text;
  }

  /// Reads the files, for what this network writes. Throws what reading them throws, and ArgumentError for options that
  /// contradict each other.
  Decoder make(const LoadedNetwork<float>& network) const {
    if (searches() && confidence_ == "network") {
      throw ArgumentError("--confidence network goes with --decoder best-path: a beam search has its own confidence");
    }
    const Vocabulary& vocabulary = network.vocabulary;
    Decoder decoder;
    decoder.beam = beam_;
    decoder.beam.confidence_temperature = network.beam_temperature();
    decoder.searches = searches();
    decoder.compares = compares();
    if (!decoder.searches && !decoder.compares) return decoder;
    if (language_model_ != "none") {
      decoder.model.emplace(read_character_model(language_model_ == "english" ? default_language_model()
                                                                              : std::filesystem::path(language_model_)),
                            vocabulary);
    }
    if (lexicon_ != "none") {
      decoder.lexicon.emplace(
          detail::read_lines(lexicon_ == "english" ? default_words() : std::filesystem::path(lexicon_)), vocabulary);
    }
    return decoder;
  }

 private:
  static std::string base_name(const std::string& path) { return std::filesystem::path(path).filename().string(); }

  std::string name_ = "best-path", confidence_, language_model_ = "english", lexicon_ = "none";
  BeamOptions beam_;
};

}  // namespace tinyhtr::examples
