// evaluate: error rates of a trained network on words with their texts.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "support/blas_core.hpp"
#include "support/decoder.hpp"
#include "support/dropped_rows.hpp"
#include "support/memory.hpp"
#include "support/network_file.hpp"
#include "support/print_rate.hpp"
#include "support/program.hpp"
#include "support/published.hpp"
#include "support/trained_words.hpp"
#include "support/words_to_read.hpp"
#include "support/writers.hpp"
#include "tinyhtr/report/run_report.hpp"
#include "tinyhtr/tinyhtr.hpp"

namespace {

using namespace tinyhtr;
using namespace tinyhtr::examples;

struct Settings {
  DecoderOptions decoder;
  std::filesystem::path words, model, data, list, predictions, report, json, writers;
  std::string command;
  Index batch_size = 16;
  int threads = 0;
  bool verbose = false;
};

/// Reads, chooses, checks. Throws what words_to_read throws; FormatError where no word is left.
std::vector<Sample> load_words(const Settings& settings) {
  WordsToRead words = words_to_read(settings.data, settings.list);
  if (!words.unmatched.empty()) {
    std::cerr << "evaluate: " << words.unmatched.size() << " of " << words.entries << " entries of "
              << settings.list.string() << " name no word, the first is " << printable(words.unmatched.front()) << '\n';
  }
  // Labels of any length are read: what does not fit into T steps counts its errors like the rest. Only the images of
  // the words that were chosen are looked at.
  const DataReport& report = words.data.report;
  check_images(words.data.samples, words.data.report);
  std::cerr << "evaluate: " << report.rows << " rows; not used: " << report.summary() << '\n';
  if (settings.verbose) print_dropped_rows(std::cerr, report);
  if (words.data.samples.empty()) {
    throw FormatError(report.source.string() +
                      ": no word is left to read; the last: " + report.dropped.back().to_string());
  }
  return std::move(words.data.samples);
}

/// What the file of a network says about the words that it was trained on.
std::string trained_on(const std::map<std::string, std::string>& metadata) {
  std::vector<std::string> facts;
  for (const char* key : {"split", "words"}) {
    const auto found = metadata.find(key);
    if (found != metadata.end()) facts.push_back(found->second);
  }
  const auto configuration = metadata.find("configuration");
  const auto json =
      configuration == metadata.end() ? nlohmann::json() : nlohmann::json::parse(configuration->second, nullptr, false);
  for (const char* key : {"data", "train_list", "validation_list", "limit"}) {
    if (!json.is_object() || !json.contains(key) || json[key] == "" || json[key] == 0) continue;
    const nlohmann::json& value = json[key];
    facts.push_back(std::string(key) + ' ' + (value.is_string() ? value.get<std::string>() : value.dump()));
  }
  std::string text;
  for (const std::string& fact : facts) text += (text.empty() ? "" : ", ") + fact;
  return text.empty() ? "not known: the file of the model does not say" : text;
}

/// Says on stderr which labels hold characters that the network cannot write; they count as errors.
void report_unknown_characters(const std::vector<Sample>& samples, const Vocabulary& vocabulary) {
  std::set<std::string> characters;
  Index labels = 0;
  for (const Sample& sample : samples) {
    const std::u32string unknown = decode_utf8(vocabulary.unknown_characters(sample.text));
    labels += unknown.empty() ? 0 : 1;
    for (const char32_t character : unknown) characters.insert(encode_utf8(std::u32string(1, character)));
  }
  if (labels == 0) return;
  std::cerr << "evaluate: note: " << labels
            << " labels hold characters that the model does not know, counted as errors:";
  for (const std::string& character : characters) std::cerr << ' ' << printable(character);
  std::cerr << '\n';
}

void write_predictions(const std::filesystem::path& path, const Evaluation& evaluation,
                       const std::vector<Sample>& samples) {
  std::string text = csv_row({"path", "label", "reading", "edits"});
  for (const Prediction& prediction : evaluation.predictions) {
    const Sample& sample = samples[static_cast<std::size_t>(prediction.sample)];
    text += csv_row({sample.image.string(), sample.text, prediction.reading, std::to_string(prediction.edits)});
  }
  replace_file(path, text);
}

void print_figures(const RunReport& report, const ReportIntervals& intervals, const Evaluation& evaluation) {
  const ErrorRate& errors = evaluation.errors;
  print_rates(errors, intervals);
  std::cout << "loss " << (evaluation.labels_with_loss > 0 ? fixed(evaluation.loss, 6) : "none") << '\n'
            << "labels_with_loss " << evaluation.labels_with_loss << '\n'
            << "images_per_second " << fixed(static_cast<double>(errors.words) / evaluation.seconds, 1) << '\n'
            << "split " << report.split << '\n'
            << "trained_on " << printable(report.trained_on, 1000) << '\n';
}

/// The writers whom the model was trained on too, where they are known.
void print_shared(const SharedWriters& writers) {
  if (!writers.known()) return;
  std::cout << "writers_trained_on " << writers.shared << '\n'
            << "words_of_writers_trained_on " << writers.shared_words << '\n';
}

/// The errors of words whose labels are in a list of words; of all others; of labels without a letter, as marks and
/// numbers are, of which a list of words says nothing.
struct ListErrors {
  ErrorRate inside, outside, without_letters;
};

bool has_letter(const std::string& text) {
  const std::u32string characters = decode_utf8(text);
  return std::any_of(characters.begin(), characters.end(), Lexicon::is_letter);
}

/// By the list that was named, or else the one that comes with tinyhtr; none where that is not there.
std::optional<ListErrors> errors_by_list(const Settings& settings, const Evaluation& evaluation,
                                         const std::vector<Sample>& samples) {
  const std::filesystem::path path = settings.words.empty() ? default_words() : settings.words;
  if (settings.words.empty() && !std::filesystem::is_regular_file(path)) return std::nullopt;
  std::set<std::string> words;
  for (std::string& word : detail::read_lines(path)) {
    std::string capital = word;
    if (!capital.empty() && capital[0] >= 'a' && capital[0] <= 'z') {
      capital[0] = static_cast<char>(capital[0] - 'a' + 'A');  // as at the start of a sentence
    }
    words.insert(std::move(word));
    words.insert(std::move(capital));
  }
  ListErrors errors;
  for (const Prediction& prediction : evaluation.predictions) {
    const std::string& label = samples[static_cast<std::size_t>(prediction.sample)].text;
    ErrorRate& rate = !has_letter(label)      ? errors.without_letters
                      : words.contains(label) ? errors.inside
                                              : errors.outside;
    rate.add(label, prediction.reading);
  }
  return errors;
}

void print_lists(const ListErrors& errors) {
  const auto print = [](const char* name, const ErrorRate& rate) {
    if (rate.words == 0) return;
    std::cout << "words_" << name << ' ' << rate.words << '\n'
              << "cer_micro_" << name << ' ' << fixed(rate.cer_micro(), 6) << '\n'
              << "wer_" << name << ' ' << fixed(rate.wer(), 6) << '\n';
  };
  print("in_list", errors.inside);
  print("out_of_list", errors.outside);
  print("without_letters", errors.without_letters);
}

/// All figures with what belongs beside them, for tools/results.py; no text of the data, no folder of this machine.
void write_json(const Settings& settings, LoadedNetwork<float>& model, const Evaluation& evaluation,
                const ReportIntervals& intervals, const std::optional<TrainedWords>& trained,
                const std::optional<SharedWriters>& shared, const std::optional<ListErrors>& lists) {
  nlohmann::ordered_json json{{"format", 1}, {"kind", "evaluation"}};
  json["command"] = settings.command;
  json["model"] = base_name(settings.model);
  json["run"] = base_name(std::filesystem::absolute(settings.model).parent_path());
  json["parameters"] = count_parameters<float>(model.network);
  json["data"] = base_name(settings.data);
  json["split"] = settings.list.empty() ? "all" : base_name(settings.list);
  json["decoder"] = settings.decoder.description();
  if (lists) {
    const auto part = [](const ErrorRate& rate) {
      if (rate.words == 0) return nlohmann::ordered_json{{"words", 0}, {"cer_micro", nullptr}, {"wer", nullptr}};
      return nlohmann::ordered_json{{"words", rate.words}, {"cer_micro", rate.cer_micro()}, {"wer", rate.wer()}};
    };
    json["in_list"] = part(lists->inside);
    json["out_of_list"] = part(lists->outside);
    json["without_letters"] = part(lists->without_letters);
  }
  json["figures"] = figures_json(evaluation.errors, intervals);
  json["loss"] = nullptr;
  if (evaluation.labels_with_loss > 0) json["loss"] = evaluation.loss;
  json["labels_with_loss"] = evaluation.labels_with_loss;
  json["words_trained_on"] = nullptr;
  if (trained) json["words_trained_on"] = trained->words;
  json["shared_writers"] = nullptr;
  if (shared) json["shared_writers"] = shared_writers_json(*shared);
  json["seconds"] = evaluation.seconds;
  json["images_per_second"] = static_cast<double>(evaluation.errors.words) / evaluation.seconds;
  json["peak_memory_mib"] = peak_memory_mib();
  json["threads"] = thread_count();
  json["processor"] = this_machine().processor;
  json["version"] = version;
  replace_file(settings.json, json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

void run(const Settings& settings) {
  if (settings.threads > 0) set_thread_count(settings.threads);
  LoadedNetwork<float> model = load_network_file(settings.model);
  for (const std::filesystem::path& path : {settings.predictions, settings.report, settings.json}) {
    if (!path.empty()) check_replaceable(path);  // what cannot be written is known now, not at the end
  }
  const Writers writers = find_writers(settings.data, "evaluate", settings.writers);
  const std::vector<Sample> samples = load_words(settings);
  report_unknown_characters(samples, model.vocabulary);

  LoaderOptions loading = images_for(model.network.options);
  loading.batch_size = settings.batch_size;
  Loader<float> loader(samples, loading);
  const Decoder decoder = settings.decoder.make(model);
  EvaluateOptions<float> options;
  options.temperature = model.temperature();
  options.decode = [&](const Tensor<float>& logits, const Lengths& lengths) {
    return decoder(logits, lengths, model.vocabulary.blank());
  };
  const Evaluation evaluation = evaluate(model.network, loader, model.vocabulary, options);
  if (!settings.predictions.empty()) write_predictions(settings.predictions, evaluation, samples);

  RunReport report{.title = "Evaluation of " + settings.model.string(),
                   .split = settings.list.empty() ? "all" : settings.list.string(),
                   .trained_on = trained_on(model.metadata),
                   .network = settings.model.string() + ", " + model.source,
                   .words = word_readings(evaluation, samples, writers)};
  if (evaluation.labels_with_loss > 0) report.loss = evaluation.loss;
  report.intervals = report_intervals(counted_words(report.words), report.bootstrap);
  print_figures(report, *report.intervals, evaluation);
  std::cout << "decoder " << settings.decoder.description() << '\n';
  const std::optional<ListErrors> lists = errors_by_list(settings, evaluation, samples);
  if (lists) print_lists(*lists);
  const std::optional<TrainedWords> trained = trained_words(settings.model, samples, writers);
  if (trained) {
    std::cout << "words_trained_on " << trained->words << '\n';
    report.trained_on +=
        "; of the words read here, " + std::to_string(trained->words) + " are among the training words";
  }
  const std::optional<SharedWriters> shared =
      trained ? std::optional(trained->writers) : stated_writers(model.metadata, settings.list);
  if (shared) {
    print_shared(*shared);
    report.trained_on += "; writers " + to_string(*shared) + (trained ? "" : ", by the file of the model");
  }
  if (!settings.json.empty()) write_json(settings, model, evaluation, *report.intervals, trained, shared, lists);
  if (settings.report.empty()) return;
  report.configuration = {{"model", settings.model.string()},
                          {"data", settings.data.string()},
                          {"list", settings.list.string()},
                          {"writers", writers.source.string()},
                          {"batch size", std::to_string(settings.batch_size)}};
  for (const auto& [key, value] : model.metadata) report.configuration.emplace_back("model: " + key, value);
  report.machine.emplace_back("images per second",
                              fixed(static_cast<double>(evaluation.errors.words) / evaluation.seconds, 1));
  report.machine.emplace_back("written", utc_time());
  replace_file(settings.report, run_report_html(report));
}

}  // namespace

int main(int argc, char** argv) {
  tinyhtr::examples::choose_blas_core(argv);
  CLI::App app(
      "Reads every word of a data set and compares with its label.\n"
      "Prints one figure a line, as `name value`: cer_micro (all edits / all characters), cer_macro (mean over words\n"
      "of edits / length), wer (share of words with any error), how many words and characters that was,\n"
      "and loss, the mean over the labels that have one (labels_with_loss): those that the network can write.\n"
      "_low and _high bound a rate's 95% interval: percentile bootstrap over words and, _by_writers, over writers,\n"
      "which is the one to trust for words of other writers. trained_on is what the model's file says;\n"
      "words_trained_on counts those words that train.csv beside the model holds, writers_trained_on the writers of\n"
      "these words who wrote some of those: figures for new people need 0. Without train.csv it is what the model's\n"
      "file says of a list of this name. _in_list and _out_of_list are of the labels that are in a list of words,\n"
      "and of all others.\n"
      "Example: evaluate --model runs/first/best.safetensors --data data --list data/splits/validation_words.txt");
  Settings settings;
  app.add_option("--model", settings.model, model_help)->type_name("FILE")->required();
  app.add_option("--data", settings.data, data_help)->type_name("PATH");
  app.add_option("--list", settings.list, std::string(list_help) + "; default: all usable words")->type_name("FILE");
  app.add_option("--predictions", settings.predictions, "Write path, label, reading, edits of every word as CSV")
      ->type_name("FILE");
  app.add_option("--report", settings.report, "Write figures, confusions and readings as one HTML file")
      ->type_name("FILE.html");
  app.add_option("--json", settings.json, "Write all figures, with what they are of and how they came about, as JSON")
      ->type_name("FILE.json");
  app.add_option("--writers", settings.writers,
                 "Rows 'form writer ...' as IAM's forms.txt has them; default: forms.txt in --data, where there is one")
      ->type_name("FILE");
  settings.decoder.add_to(app);
  app.add_option("--words", settings.words,
                 "List of words, one a line: figures of the labels in it and of the others are printed apart; default: "
                 "the one that comes with tinyhtr")
      ->type_name("FILE");
  app.add_option("--batch-size", settings.batch_size, "Images read at a time; does not change the result")
      ->check(whole_number(1, 4096))
      ->capture_default_str();
  app.add_option("--threads", settings.threads, "Threads to compute on (default: all processors)")
      ->check(whole_number(1, 1024));
  app.add_flag("--verbose", settings.verbose, "Name every row that is not used, and why");
  return run_program(app, argc, argv, [&] {
    settings.command = published_command(argc, argv);
    run(settings);
  });
}
