// align_words: where on the image of a word each of its characters stands.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/blas_core.hpp"
#include "support/default_model.hpp"
#include "support/network_file.hpp"
#include "support/program.hpp"
#include "support/published.hpp"
#include "support/words_to_read.hpp"
#include "tinyhtr/report/alignment_picture.hpp"
#include "tinyhtr/tinyhtr.hpp"

namespace {

using namespace tinyhtr;
using namespace tinyhtr::examples;

struct Settings {
  std::filesystem::path model, data, list, csv, pictures, truth, json;
  std::string command;
  int threads = 0;
  Index most_pictures = 50;
};

/// A word with the boxes of its characters; none where its text cannot be aligned, and then why.
struct AlignedWord {
  std::vector<CharacterBox> boxes;
  std::vector<double> confidences;
  std::string problem;
};

AlignedWord align_word(LoadedNetwork<float>& model, const PlacePrior& prior, const Sample& sample) {
  AlignedWord word;
  const int blank = model.vocabulary.blank();
  try {
    if (!model.vocabulary.knows(sample.text)) {
      throw ArgumentError("its text has characters that the network cannot write");
    }
    const LoaderOptions fit = images_for(model.network.options);
    const Image image = read_image(sample.image, fit.channels);
    const std::vector<int> label = model.vocabulary.encode(sample.text);
    word.boxes = locate_characters(model.network, image, label, blank, prior);
    const NoGrad no_grad;
    const Tensor<float> logits = model.network.forward(pad_to_batch<float>({fit_image(image, fit)}).images).value();
    word.confidences = character_confidence(logits, 0, label, blank, model.temperature());
  } catch (const Error& error) {
    word.problem = error.what();
  }
  return word;
}

/// Neither edge of a box is left of the same edge of the box before.
bool goes_from_left_to_right(const std::vector<CharacterBox>& boxes) {
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    if (boxes[i].x_begin > boxes[i].x_end) return false;
    if (i > 0 && (boxes[i].x_begin < boxes[i - 1].x_begin || boxes[i].x_end < boxes[i - 1].x_end)) return false;
  }
  return true;
}

/// How far the middles of the boxes are from the true ones, pixels.
std::vector<double> distances(const std::vector<CharacterBox>& boxes, const std::vector<CharacterPlace>& places) {
  std::vector<double> list;
  for (std::size_t i = 0; i < std::min(boxes.size(), places.size()); ++i) {
    list.push_back(std::abs(boxes[i].centre() - places[i].centre()));
  }
  return list;
}

void run(const Settings& settings) {
  if (settings.threads > 0) set_thread_count(settings.threads);
  for (const std::filesystem::path& file : {settings.csv, settings.json}) {
    if (!file.empty()) check_replaceable(file);  // what cannot be written is known now, not at the end
  }
  LoadedNetwork<float> model = load_network_file(settings.model.empty() ? default_model() : settings.model);
  WordsToRead words = words_to_read(settings.data, settings.list);
  check_images(words.data.samples, words.data.report);
  const std::vector<Sample>& samples = words.data.samples;
  if (samples.empty()) throw FormatError("no word is left to align: " + words.data.report.summary());
  std::map<std::string, std::vector<CharacterPlace>> places;
  if (!settings.truth.empty()) places = read_character_places(settings.truth);

  const PlacePrior prior = place_prior_of(model.metadata, model.vocabulary.size());
  std::vector<AlignedWord> aligned(samples.size());
  parallel_for(static_cast<Index>(samples.size()), [&](Index i) {
    const auto k = static_cast<std::size_t>(i);
    aligned[k] = align_word(model, prior, samples[k]);
  });

  std::string csv = csv_row({"id", "index", "character", "x_begin", "x_end", "confidence"});
  std::vector<double> errors;
  Index failed = 0, in_order = 0, drawn = 0;
  if (!settings.pictures.empty()) std::filesystem::create_directories(settings.pictures);
  for (std::size_t k = 0; k < samples.size(); ++k) {
    const AlignedWord& word = aligned[k];
    if (!word.problem.empty()) {
      ++failed;
      std::cerr << "align_words: " << samples[k].id << ": " << printable(word.problem, 400) << '\n';
      continue;
    }
    in_order += goes_from_left_to_right(word.boxes) ? 1 : 0;
    const std::u32string characters = decode_utf8(samples[k].text);
    for (std::size_t i = 0; i < word.boxes.size(); ++i) {
      csv += csv_row({samples[k].id, std::to_string(i), encode_utf8(characters[i]), fixed(word.boxes[i].x_begin, 1),
                      fixed(word.boxes[i].x_end, 1), fixed(word.confidences[i], 4)});
    }
    if (const auto place = places.find(samples[k].id); place != places.end()) {
      for (const double distance : distances(word.boxes, place->second)) errors.push_back(distance);
    }
    if (settings.pictures.empty() || drawn == settings.most_pictures) continue;
    ++drawn;
    write_png(settings.pictures / (samples[k].id + ".png"),
              alignment_picture(read_image(samples[k].image), word.boxes, samples[k].text, word.confidences));
  }
  if (!settings.csv.empty()) replace_file(settings.csv, csv);
  const auto done = static_cast<Index>(samples.size()) - failed;
  std::cout << "words " << done << '\n' << "words_from_left_to_right " << in_order << '\n';
  nlohmann::ordered_json json{{"command", settings.command},
                              {"data", base_name(settings.data)},
                              {"words", done},
                              {"words_not_aligned", failed},
                              {"words_from_left_to_right", in_order}};
  if (!errors.empty()) {
    std::sort(errors.begin(), errors.end());
    const auto count = static_cast<double>(errors.size());
    const auto within = std::upper_bound(errors.begin(), errors.end(), 4.0) - errors.begin();
    json["characters_with_known_place"] = errors.size();
    json["centres_within_4_pixels"] = static_cast<double>(within) / count;
    json["median_distance"] = errors[errors.size() / 2];
    std::cout << "characters_with_known_place " << errors.size() << '\n'
              << "centres_within_4_pixels " << fixed(static_cast<double>(within) / count, 4) << '\n'
              << "median_distance " << fixed(errors[errors.size() / 2], 2) << '\n';
  }
  if (!settings.json.empty()) replace_file(settings.json, json.dump(1) + '\n');
  if (done == 0) throw Error("no word could be aligned");
}

}  // namespace

int main(int argc, char** argv) {
  tinyhtr::examples::choose_blas_core(argv);
  CLI::App app(
      "Aligns words of known text: finds the columns of the image at which each character stands, by the most "
      "probable\n"
      "path of the text through what a network makes of the image, by how wide characters are usually written (which\n"
      "calibrate --out finds and stores), and by the paper between them. Ranges overlap where letters lean over each\n"
      "other. Networks of any width can do it.\n"
      "Prints how many words were aligned, and with --truth how far the characters' middles are from the true ones.\n"
      "Example: align_words --data data --list data/splits/validation_forms.txt --pictures /tmp/aligned");
  Settings settings;
  app.add_option("--model", settings.model,
                 std::string(model_help) + "; default: the one that comes with tinyhtr, for English handwriting")
      ->type_name("FILE");
  app.add_option("--data", settings.data, data_help)->type_name("PATH");
  app.add_option("--list", settings.list, std::string(list_help) + "; default: all usable words")->type_name("FILE");
  app.add_option("--csv", settings.csv, "Write id, index, character, x_begin, x_end (pixels), confidence of each")
      ->type_name("FILE");
  app.add_option("--pictures", settings.pictures, "Draw the characters' boxes over the words, one PNG each")
      ->type_name("FOLDER");
  app.add_option("--most-pictures", settings.most_pictures, "At most so many of them")
      ->check(whole_number(1, 1000000))
      ->capture_default_str();
  app.add_option("--truth", settings.truth, "Where the characters are, as in data/characters.txt")->type_name("FILE");
  app.add_option("--json", settings.json, "Write the figures as JSON")->type_name("FILE");
  app.add_option("--threads", settings.threads, "Threads to compute on (default: all processors)")
      ->check(whole_number(1, 1024));
  return run_program(app, argc, argv, [&] {
    settings.command = published_command(argc, argv);
    run(settings);
  });
}
