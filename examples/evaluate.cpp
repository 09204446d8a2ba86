// evaluate: error rates of a trained network on a folder of words in IAM's layout.

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "support/blas_core.hpp"
#include "support/dropped_rows.hpp"
#include "support/memory.hpp"
#include "support/program.hpp"
#include "support/progress.hpp"
#include "support/word_data.hpp"
#include "tinyhtr/tinyhtr.hpp"

namespace {

using namespace tinyhtr;
using namespace tinyhtr::examples;

struct Settings {
  std::filesystem::path model, data, list, predictions;
  Index batch_size = 16;
  int threads = 0;
  bool verbose = false;
};

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

void run(const Settings& settings) {
  if (settings.threads > 0) set_thread_count(settings.threads);
  SavedModel<float> model = load_model<float>(settings.model);
  if (!settings.predictions.empty()) check_replaceable(settings.predictions);

  // Labels of any length are read: what does not fit into T steps counts its errors like the rest. Images are checked
  // once it is known which.
  IamData data = load_iam(settings.data, {.time_steps = 0, .check_images = false});
  std::vector<Sample> samples = std::move(data.samples);
  if (!settings.list.empty()) {
    ListSplit split = split_by_list(samples, settings.list);
    if (!split.unmatched.empty()) {
      std::cerr << "evaluate: " << split.unmatched.size() << " of " << split.entries << " entries of "
                << settings.list.string() << " name no word, the first is " << printable(split.unmatched.front())
                << '\n';
    }
    samples = std::move(split.samples);
  }
  check_images(samples, data.report);
  std::cerr << "evaluate: " << data.report.rows << " rows; not used: " << data.report.summary() << '\n';
  if (settings.verbose) print_dropped_rows(std::cerr, data.report);
  if (samples.empty()) {
    throw FormatError(data.report.source.string() +
                      ": no word is left to read; the last: " + data.report.dropped.back().to_string());
  }
  report_unknown_characters(samples, model.vocabulary);

  LoaderOptions loading = images_for(model.network.options);
  loading.batch_size = settings.batch_size;
  Loader<float> loader(samples, loading);
  const Evaluation evaluation = evaluate(model.network, loader, model.vocabulary);
  if (!settings.predictions.empty()) write_predictions(settings.predictions, evaluation, samples);

  const ErrorRate& errors = evaluation.errors;
  std::cout << "words " << errors.words << '\n'
            << "characters " << errors.characters << '\n'
            << "cer_micro " << fixed(errors.cer_micro(), 6) << '\n'
            << "cer_macro " << fixed(errors.cer_macro(), 6) << '\n'
            << "wer " << fixed(errors.wer(), 6) << '\n'
            << "loss " << (evaluation.labels_with_loss > 0 ? fixed(evaluation.loss, 6) : "none") << '\n'
            << "labels_with_loss " << evaluation.labels_with_loss << '\n'
            << "images_per_second " << fixed(static_cast<double>(errors.words) / evaluation.seconds, 1) << '\n'
            << "split " << (settings.list.empty() ? "all" : settings.list.string()) << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  tinyhtr::examples::choose_blas_core(argv);
  CLI::App app(
      "Reads every word of a folder in IAM's layout and compares with its label.\n"
      "Prints one figure a line, as `name value`: cer_micro (all edits / all characters), cer_macro (mean over words "
      "of\n"
      "edits / length), wer (share of words with any error), how many words and characters that was,\n"
      "and loss, the mean over the labels that have one (labels_with_loss): those that the network can write.\n"
      "Example: evaluate --model runs/first/best.safetensors --data data --list data/splits/validation_words.txt");
  Settings settings;
  app.add_option("--model", settings.model, "Checkpoint of train_iam: best.safetensors or last.safetensors")
      ->type_name("FILE")
      ->required();
  app.add_option("--data", settings.data, "Folder with words.txt and words/")->type_name("DIR")->required();
  app.add_option("--list", settings.list, "File of word or form ids, one a line; default: all usable words")
      ->type_name("FILE");
  app.add_option("--predictions", settings.predictions, "Write path, label, reading, edits of every word as CSV")
      ->type_name("FILE");
  app.add_option("--batch-size", settings.batch_size, "Images read at a time; does not change the result")
      ->check(whole_number(1, 4096))
      ->capture_default_str();
  app.add_option("--threads", settings.threads, "Threads to compute on (default: all processors)")
      ->check(whole_number(1, 1024));
  app.add_flag("--verbose", settings.verbose, "Name every row that is not used, and why");
  return run_program(app, argc, argv, [&] { run(settings); });
}
