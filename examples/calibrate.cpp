// calibrate: how far the confidences of a network can be believed, and a temperature that mends them.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/blas_core.hpp"
#include "support/decoder.hpp"
#include "support/dropped_rows.hpp"
#include "support/network_file.hpp"
#include "support/print_rate.hpp"
#include "support/program.hpp"
#include "support/published.hpp"
#include "support/words_to_read.hpp"
#include "support/writers.hpp"
#include "tinyhtr/tinyhtr.hpp"

namespace {

using namespace tinyhtr;
using namespace tinyhtr::examples;

struct Settings {
  std::filesystem::path model, data, list, places_list, out, json;
  std::string command;
  DecoderOptions decoder;
  int threads = 0;
};

/// The words of a list with what was read in them. For each either the logits, of which the network's confidence in a
/// best path is made, or the scores of a beam search.
struct ReadWords {
  int blank = 0;
  std::vector<CheckedReading<float>> by_best_path;
  std::vector<CheckedScores> by_beam;
  std::vector<ErrorRate> errors;
  std::vector<std::string> writers;  ///< empty where nobody knows
  std::vector<std::string> groups;   ///< writer, or form where nobody knows the writer

  bool is_right(std::size_t i) const { return by_beam.empty() ? by_best_path[i].is_right : by_beam[i].is_right; }

  double confidence(std::size_t i, double temperature) const {
    if (!by_beam.empty()) return std::exp(log_beam_confidence(by_beam[i].scores, temperature));
    const CheckedReading<float>& word = by_best_path[i];
    return std::min(1.0, std::exp(log_text_probability(word.logits, 0, word.classes, blank, temperature)));
  }

  /// The temperature of those words that `used` says.
  TemperatureFit fit(const std::vector<bool>& used) const {
    const auto part_of = [&used](const auto& words) {
      std::decay_t<decltype(words)> part;
      for (std::size_t i = 0; i < words.size(); ++i) {
        if (used[i]) part.push_back(words[i]);
      }
      return part;
    };
    if (!by_beam.empty()) return fit_beam_temperature(part_of(by_beam));
    return fit_temperature<float>(part_of(by_best_path), blank);
  }
};

std::vector<Sample> usable_samples(const Settings& settings, const std::filesystem::path& list) {
  WordsToRead words = words_to_read(settings.data, list);
  check_images(words.data.samples, words.data.report);
  std::cerr << "calibrate: " << words.data.report.rows << " rows; not used: " << words.data.report.summary() << '\n';
  if (words.data.samples.empty()) throw FormatError("no word is left to read");
  return std::move(words.data.samples);
}

/// One image's logits of a batch, without the padding: (T,1,K).
Tensor<float> own_logits(const Tensor<float>& logits, const Lengths& lengths, Index row) {
  const Index steps = length_of(lengths, row, logits.dim(0)), classes = logits.dim(2);
  Tensor<float> own(Shape{steps, 1, classes});
  for (Index t = 0; t < steps; ++t) std::copy_n(&logits(t, row, 0), classes, &own(t, 0, 0));
  return own;
}

ReadWords read(const LoadedNetwork<float>& model, const Decoder& decoder, const std::vector<Sample>& samples,
               const Writers& writers) {
  Loader<float> loader(samples, images_for(model.network.options));
  ReadWords words;
  words.blank = model.vocabulary.blank();
  std::vector<std::vector<double>> scores;  // of the batch in work, each text's own first; none by best path alone
  EvaluateOptions<float> options;
  options.decode = [&](const Tensor<float>& logits, const Lengths& lengths) {
    std::vector<Reading> best;
    if (!decoder.searches) {
      best = best_path(logits, words.blank, lengths);
      if (decoder.compares) scores = decoder.scores_of(best, logits, lengths, words.blank);
      return best;
    }
    scores.clear();
    for (const auto& list : decoder.n_best(logits, lengths, words.blank, decoder.beam.width)) {
      if (list.empty()) throw ArgumentError("the beam search lets no text through: lower --outside-penalty");
      best.push_back(list.front());
      scores.emplace_back();
      for (const ScoredReading& reading : list) scores.back().push_back(reading.score);
    }
    return best;
  };
  options.seen = [&](const Batch<float>& batch, const Tensor<float>& logits, const Lengths& lengths,
                     const std::vector<Reading>& readings) {
    for (std::size_t n = 0; n < readings.size(); ++n) {
      const std::string text = model.vocabulary.decode(readings[n].classes);
      const bool is_right = text == batch.texts[n];
      if (scores.empty()) {
        words.by_best_path.push_back(
            {own_logits(logits, lengths, static_cast<Index>(n)), readings[n].classes, is_right});
      } else {
        words.by_beam.push_back({scores[n], is_right});
      }
      words.errors.emplace_back();
      words.errors.back().add(batch.texts[n], text);
      const Sample& sample = loader.samples()[static_cast<std::size_t>(batch.samples[n])];
      const std::string writer = writers.of(sample);
      words.writers.push_back(writer);
      words.groups.push_back(writer.empty() ? sample.id.substr(0, sample.id.find('-', sample.id.find('-') + 1))
                                            : writer);
    }
  };
  evaluate(model.network, loader, model.vocabulary, options);
  return words;
}

/// Whether each word is in the first half: writers go to the halves in turn, so that none is in both.
std::vector<bool> in_first_half(const std::vector<std::string>& groups) {
  const std::set<std::string> sorted(groups.begin(), groups.end());
  std::vector<bool> first;
  for (const std::string& group : groups) {
    first.push_back(std::distance(sorted.begin(), sorted.find(group)) % 2 == 0);
  }
  return first;
}

/// The confidences of all words, each at the temperature that was fitted on the half where its writer is not.
std::vector<double> cross_fitted(const ReadWords& words) {
  const std::vector<bool> first = in_first_half(words.groups);
  std::vector<bool> second = first;
  second.flip();
  const double for_second = words.fit(first).temperature, for_first = words.fit(second).temperature;
  std::vector<double> confidences(first.size());
  parallel_for(static_cast<Index>(first.size()), [&](Index i) {
    const auto k = static_cast<std::size_t>(i);
    confidences[k] = words.confidence(k, first[k] ? for_first : for_second);
  });
  return confidences;
}

std::vector<RatedReading> rated(const ReadWords& words, const std::vector<double>& confidences) {
  std::vector<RatedReading> list;
  for (std::size_t i = 0; i < confidences.size(); ++i) list.push_back({confidences[i], words.is_right(i)});
  return list;
}

/// Writes the network as it is, with the temperature beside it, and without the paths of the machine it was made on.
void write_model(const Settings& settings, LoadedNetwork<float>& model, double temperature,
                 const std::optional<PlacePrior>& prior) {
  Safetensors file;
  file.metadata = model.metadata;
  nlohmann::json configuration = nlohmann::json::parse(model.metadata["configuration"], nullptr, false);
  if (configuration.is_object()) {
    for (const char* key : {"data", "train_list", "validation_list", "model_path", "initial_model"}) {
      if (!configuration.contains(key) || !configuration[key].is_string()) continue;
      configuration[key] = std::filesystem::path(configuration[key].get<std::string>()).filename().string();
    }
    file.metadata["configuration"] = configuration.dump();
  }
  if (configuration.is_object() && configuration.value("train_list", "") != "") {
    file.metadata["split"] =
        "lists " + configuration.value("train_list", "") + " and " + configuration.value("validation_list", "");
  }
  add_model(file, model.network, model.vocabulary);
  const bool is_of_beam = settings.decoder.searches() || settings.decoder.compares();
  file.metadata[is_of_beam ? "beam_temperature" : "temperature"] = shortest(temperature);
  if (prior) add_place_prior(file.metadata, *prior);
  write_safetensors(settings.out, file);
}

/// What align_words needs to know; none for a network that cannot be aligned, or of too few words.
std::optional<PlacePrior> fit_places(LoadedNetwork<float>& model, const std::vector<Sample>& samples) {
  constexpr std::size_t fewest = 100, most = 10'000;
  if (model.network.options.width != 0 || samples.empty()) return std::nullopt;
  std::vector<LabelledWord> words;
  const std::size_t every = (samples.size() + most - 1) / most;
  for (std::size_t i = 0; i < samples.size(); i += every) {
    const Sample& sample = samples[i];
    if (!model.vocabulary.knows(sample.text)) continue;
    words.push_back({read_image(sample.image, model.network.options.channels), model.vocabulary.encode(sample.text)});
  }
  if (words.size() < fewest) {
    std::cerr << "calibrate: " << words.size() << " words are too few to learn how characters lie in them\n";
    return std::nullopt;
  }
  return fit_place_prior<float>(model.network, words, model.vocabulary.blank());
}

/// The curve of an order that nobody has who reads: the words with the most errors go first. Below it no confidence
/// gets, but for the lengths of the words.
RiskCoverage ideal_risk_coverage(const std::vector<ErrorRate>& words) {
  std::vector<RatedErrors> rated;
  for (const ErrorRate& word : words) rated.push_back({-static_cast<double>(word.edits), word});
  return risk_coverage(rated);
}

constexpr double coverages[] = {0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0};

nlohmann::ordered_json risk_coverage_json(const RiskCoverage& curve, const RiskCoverage& ideal) {
  auto points = nlohmann::ordered_json::array();
  for (const double coverage : coverages) {
    const Risk risk = curve.at_coverage(coverage);
    points.push_back({{"coverage", coverage},
                      {"cer_micro", risk.cer_micro},
                      {"wer", risk.wer},
                      {"cer_micro_if_known", ideal.at_coverage(coverage).cer_micro}});
  }
  return points;
}

nlohmann::ordered_json reliability_json(const Calibration& calibration) {
  auto bins = nlohmann::ordered_json::array();
  for (const CalibrationBin& bin : calibration.bins) {
    if (bin.count == 0) continue;
    bins.push_back({{"low", bin.low},
                    {"high", bin.high},
                    {"words", bin.count},
                    {"mean_confidence", bin.mean_confidence},
                    {"right", bin.accuracy}});
  }
  return bins;
}

void run(const Settings& settings) {
  if (settings.threads > 0) set_thread_count(settings.threads);
  LoadedNetwork<float> model = load_network_file(settings.model);
  const std::vector<Sample> samples = usable_samples(settings, settings.list);
  const ReadWords words = read(model, settings.decoder.make(model), samples, find_writers(settings.data, "calibrate"));

  std::vector<double> plain;
  for (std::size_t i = 0; i < words.errors.size(); ++i) plain.push_back(words.confidence(i, 1));
  const std::vector<double> mended = cross_fitted(words);
  const TemperatureFit fit = words.fit(std::vector<bool>(words.errors.size(), true));
  const Calibration before = calibration(rated(words, plain)), after = calibration(rated(words, mended));
  std::vector<RatedErrors> errors;
  for (std::size_t i = 0; i < mended.size(); ++i) errors.push_back({mended[i], words.errors[i]});
  const RiskCoverage curve = risk_coverage(errors), ideal = ideal_risk_coverage(words.errors);
  const Risk full = curve.at_coverage(1), most = curve.at_coverage(0.9);

  ErrorRate sum;
  for (const ErrorRate& word : words.errors) sum.add(word);
  const ReportIntervals intervals = report_intervals(words.errors, words.writers);
  const std::string split = settings.list.empty() ? "all" : base_name(settings.list);

  std::cout << "decoder " << settings.decoder.description() << '\n' << "split " << split << '\n';
  print_rates(sum, intervals);
  std::cout << "temperature " << fixed(fit.temperature, 4) << '\n'
            << "expected_calibration_error_before " << fixed(before.expected_error, 4) << '\n'
            << "expected_calibration_error " << fixed(after.expected_error, 4) << '\n'
            << "maximum_calibration_error " << fixed(after.maximum_error, 4) << '\n'
            << "cer_micro_at_90_percent_coverage " << fixed(most.cer_micro, 4) << '\n'
            << "wer_at_90_percent_coverage " << fixed(most.wer, 4) << '\n'
            << "area_under_risk_coverage_curve " << fixed(curve.area.cer_micro, 4) << '\n'
            << "\nconfidence  words  mean confidence  right\n";
  for (const CalibrationBin& bin : after.bins) {
    if (bin.count == 0) continue;
    std::cout << fixed(bin.low, 2) << '-' << fixed(bin.high, 2) << "  " << bin.count << "  "
              << fixed(bin.mean_confidence, 3) << "  " << fixed(bin.accuracy, 3) << '\n';
  }
  std::cout << "\ncoverage  CER micro  WER  CER micro if the errors were known\n";
  for (const double coverage : coverages) {
    const Risk risk = curve.at_coverage(coverage);
    std::cout << fixed(coverage, 2) << "  " << fixed(risk.cer_micro, 4) << "  " << fixed(risk.wer, 4) << "  "
              << fixed(ideal.at_coverage(coverage).cer_micro, 4) << '\n';
  }
  if (!settings.json.empty()) {
    nlohmann::ordered_json json{{"command", settings.command},
                                {"decoder", settings.decoder.description()},
                                {"data", base_name(settings.data)},
                                {"split", split},
                                {"rates", figures_json(sum, intervals)},
                                {"words", after.count},
                                {"temperature", fit.temperature},
                                {"ece_before", before.expected_error},
                                {"ece", after.expected_error},
                                {"mce", after.maximum_error},
                                {"wer", full.wer},
                                {"cer_micro", full.cer_micro},
                                {"cer_micro_at_90", most.cer_micro},
                                {"wer_at_90", most.wer},
                                {"area_cer_micro", curve.area.cer_micro},
                                {"reliability", reliability_json(after)},
                                {"risk_coverage", risk_coverage_json(curve, ideal)}};
    replace_file(settings.json, json.dump(1) + '\n');
  }
  if (settings.out.empty()) return;
  const std::optional<PlacePrior> prior =
      fit_places(model, settings.places_list.empty() ? samples : usable_samples(settings, settings.places_list));
  if (prior) std::cout << "\nplaces_of_characters_fitted 1\n";
  write_model(settings, model, fit.temperature, prior);
}

}  // namespace

int main(int argc, char** argv) {
  tinyhtr::examples::choose_blas_core(argv);
  CLI::App app(
      "Measures whether the confidences of a network are met: of words read with confidence 0.8, are 8 of 10 right?\n"
      "Fits a temperature by which logits are divided, so that they are, and with --out writes the network with it;\n"
      "read_words and evaluate use it then. Give words that the network was not trained on.\n"
      "What is printed is measured on each half of the writers at the temperature that was fitted on the other half;\n"
      "the temperature that is kept is that of all words; best path and beam search have one each, and by\n"
      "--decoder beam or --confidence beam, which share one, it belongs to that search's width, model and\n"
      "weights, and the one fitted last is kept. With it goes, for networks of any width, what align_words needs:\n"
      "how early they report each character, how wide it is written.\n"
      "Example: calibrate --model runs/first/best.safetensors --data data --list data/splits/validation_words.txt");
  Settings settings;
  app.add_option("--model", settings.model, model_help)->type_name("FILE")->required();
  app.add_option("--data", settings.data, data_help)->type_name("PATH");
  app.add_option("--list", settings.list, std::string(list_help) + "; default: all usable words")->type_name("FILE");
  settings.decoder.add_to(app);
  settings.decoder.add_confidence_to(app);
  app.add_option("--out", settings.out, "Write the network with its temperature")->type_name("FILE.safetensors");
  app.add_option("--places-list", settings.places_list,
                 "With --out: other words, to learn from how characters lie in words; training words will do")
      ->type_name("FILE");
  app.add_option("--json", settings.json, "Write the figures as JSON")->type_name("FILE");
  app.add_option("--threads", settings.threads, "Threads to compute on (default: all processors)")
      ->check(whole_number(1, 1024));
  return run_program(app, argc, argv, [&] {
    settings.command = published_command(argc, argv);
    run(settings);
  });
}
