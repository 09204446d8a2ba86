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
#include <utility>
#include <vector>

#include "support/blas_core.hpp"
#include "support/dropped_rows.hpp"
#include "support/network_file.hpp"
#include "support/program.hpp"
#include "support/words_to_read.hpp"
#include "support/writers.hpp"
#include "tinyhtr/tinyhtr.hpp"

namespace {

using namespace tinyhtr;
using namespace tinyhtr::examples;

struct Settings {
  std::filesystem::path model, data, list, out, json;
  int threads = 0;
};

/// The words of a list with what the network reads in them.
struct ReadWords {
  std::vector<CheckedReading<float>> readings;
  std::vector<ErrorRate> errors;
  std::vector<std::string> groups;  ///< writer, or form where nobody knows the writer
};

std::vector<Sample> usable_samples(const Settings& settings) {
  WordsToRead words = words_to_read(settings.data, settings.list);
  check_images(words.data.samples, words.data.report);
  std::cerr << "calibrate: " << words.data.report.rows << " rows; not used: " << words.data.report.summary() << '\n';
  if (words.data.samples.empty()) throw FormatError("no word is left to read");
  return std::move(words.data.samples);
}

ReadWords read(const LoadedNetwork<float>& model, const std::vector<Sample>& samples, const Writers& writers) {
  Loader<float> loader(samples, images_for(model.network.options));
  ReadWords words;
  EvaluateOptions<float> options;
  options.seen = [&](const Batch<float>& batch, const Tensor<float>& logits, const Lengths& lengths,
                     const std::vector<Reading>& readings) {
    const Index classes = logits.dim(2);
    for (std::size_t n = 0; n < readings.size(); ++n) {
      const auto row = static_cast<Index>(n);
      const Index steps = length_of(lengths, row, logits.dim(0));
      Tensor<float> own(Shape{steps, 1, classes});
      for (Index t = 0; t < steps; ++t) std::copy_n(&logits(t, row, 0), classes, &own(t, 0, 0));
      const std::string text = model.vocabulary.decode(readings[n].classes);
      words.readings.push_back({std::move(own), readings[n].classes, text == batch.texts[n]});
      words.errors.emplace_back();
      words.errors.back().add(batch.texts[n], text);
      const Sample& sample = loader.samples()[static_cast<std::size_t>(batch.samples[n])];
      const std::string writer = writers.of(sample);
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

double confidence_of(const CheckedReading<float>& word, int blank, double temperature) {
  return std::min(1.0, std::exp(log_text_probability(word.logits, 0, word.classes, blank, temperature)));
}

/// The confidences of all words, each at the temperature that was fitted on the half where its writer is not.
std::vector<double> cross_fitted(const ReadWords& words, int blank) {
  const std::vector<bool> first = in_first_half(words.groups);
  double temperature[2] = {1, 1};  // for the words of the second half, and of the first
  for (const bool half : {false, true}) {
    std::vector<CheckedReading<float>> part;
    for (std::size_t i = 0; i < first.size(); ++i) {
      if (first[i] == half) part.push_back(words.readings[i]);
    }
    temperature[half ? 0 : 1] = fit_temperature<float>(part, blank).temperature;
  }
  std::vector<double> confidences(first.size());
  parallel_for(static_cast<Index>(first.size()), [&](Index i) {
    const auto k = static_cast<std::size_t>(i);
    confidences[k] = confidence_of(words.readings[k], blank, temperature[first[k] ? 1 : 0]);
  });
  return confidences;
}

std::vector<RatedReading> rated(const ReadWords& words, const std::vector<double>& confidences) {
  std::vector<RatedReading> list;
  for (std::size_t i = 0; i < confidences.size(); ++i) list.push_back({confidences[i], words.readings[i].is_right});
  return list;
}

/// Writes the network as it is, with the temperature beside it, and without the paths of the machine it was made on.
void write_model(const Settings& settings, LoadedNetwork<float>& model, double temperature,
                 const std::optional<double>& lag) {
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
  file.metadata["temperature"] = shortest(temperature);
  if (lag) file.metadata["column_lag"] = shortest(*lag);
  write_safetensors(settings.out, file);
}

/// The median of lag_of_word over words of four characters or more, some hundreds of them; none where there are too
/// few, or where the network cannot be aligned.
std::optional<double> fit_lag(LoadedNetwork<float>& model, const std::vector<Sample>& samples) {
  constexpr std::size_t fewest = 50, most = 500;
  if (model.network.options.width != 0) return std::nullopt;
  std::vector<double> lags;
  for (const Sample& sample : samples) {
    if (!model.vocabulary.knows(sample.text)) continue;
    const std::vector<int> label = model.vocabulary.encode(sample.text);
    if (label.size() < 4 || lags.size() == most) continue;
    const Image image = read_image(sample.image, model.network.options.channels);
    lags.push_back(lag_of_word(model.network, image, label, model.vocabulary.blank()));
  }
  if (lags.size() < fewest) return std::nullopt;
  std::nth_element(lags.begin(), lags.begin() + static_cast<std::ptrdiff_t>(lags.size() / 2), lags.end());
  return lags[lags.size() / 2];
}

void run(const Settings& settings) {
  if (settings.threads > 0) set_thread_count(settings.threads);
  LoadedNetwork<float> model = load_network_file(settings.model);
  const int blank = model.vocabulary.blank();
  const std::vector<Sample> samples = usable_samples(settings);
  const ReadWords words = read(model, samples, find_writers(settings.data, "calibrate"));

  std::vector<double> plain;
  for (const CheckedReading<float>& word : words.readings) plain.push_back(confidence_of(word, blank, 1));
  const std::vector<double> mended = cross_fitted(words, blank);
  const TemperatureFit fit = fit_temperature<float>(words.readings, blank);
  const Calibration before = calibration(rated(words, plain)), after = calibration(rated(words, mended));
  std::vector<RatedErrors> errors;
  for (std::size_t i = 0; i < mended.size(); ++i) errors.push_back({mended[i], words.errors[i]});
  const RiskCoverage curve = risk_coverage(errors);
  const Risk full = curve.at_coverage(1), most = curve.at_coverage(0.9);

  std::cout << "words " << after.count << '\n'
            << "wer " << fixed(full.wer, 4) << '\n'
            << "cer_micro " << fixed(full.cer_micro, 4) << '\n'
            << "temperature " << fixed(fit.temperature, 4) << '\n'
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
  std::cout << "\ncoverage  CER micro  WER\n";
  for (const double coverage : {0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0}) {
    const Risk risk = curve.at_coverage(coverage);
    std::cout << fixed(coverage, 2) << "  " << fixed(risk.cer_micro, 4) << "  " << fixed(risk.wer, 4) << '\n';
  }
  if (!settings.json.empty()) {
    nlohmann::ordered_json json{{"words", after.count},
                                {"temperature", fit.temperature},
                                {"ece_before", before.expected_error},
                                {"ece", after.expected_error},
                                {"mce", after.maximum_error},
                                {"wer", full.wer},
                                {"cer_micro", full.cer_micro},
                                {"cer_micro_at_90", most.cer_micro},
                                {"wer_at_90", most.wer},
                                {"area_cer_micro", curve.area.cer_micro}};
    replace_file(settings.json, json.dump(1) + '\n');
  }
  if (settings.out.empty()) return;
  const std::optional<double> lag = fit_lag(model, samples);
  if (lag) std::cout << "\ncolumn_lag " << fixed(*lag, 2) << '\n';
  write_model(settings, model, fit.temperature, lag);
}

}  // namespace

int main(int argc, char** argv) {
  tinyhtr::examples::choose_blas_core(argv);
  CLI::App app(
      "Measures whether the confidences of a network are met: of words read with confidence 0.8, are 8 of 10 right?\n"
      "Fits a temperature by which logits are divided, so that they are, and with --out writes the network with it;\n"
      "read_words and evaluate use it then. Give words that the network was not trained on.\n"
      "What is printed is measured on each half of the writers at the temperature that was fitted on the other half;\n"
      "the temperature that is kept is that of all words. With it goes, for networks that read from left to right,\n"
      "how many columns before a character they report it (for align_words).\n"
      "Example: calibrate --model runs/first/best.safetensors --data data --list data/splits/validation_words.txt");
  Settings settings;
  app.add_option("--model", settings.model, model_help)->type_name("FILE")->required();
  app.add_option("--data", settings.data, data_help)->type_name("PATH");
  app.add_option("--list", settings.list, std::string(list_help) + "; default: all usable words")->type_name("FILE");
  app.add_option("--out", settings.out, "Write the network with its temperature")->type_name("FILE.safetensors");
  app.add_option("--json", settings.json, "Write the figures as JSON")->type_name("FILE");
  app.add_option("--threads", settings.threads, "Threads to compute on (default: all processors)")
      ->check(whole_number(1, 1024));
  return run_program(app, argc, argv, [&] { run(settings); });
}
