// train_iam: trains a network that reads words, and keeps a record of the run.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "support/blas_core.hpp"
#include "support/initial_model.hpp"
#include "support/memory.hpp"
#include "support/program.hpp"
#include "support/published.hpp"
#include "support/run_options.hpp"
#include "support/run_summary.hpp"
#include "support/text_limits.hpp"
#include "support/word_data.hpp"
#include "support/writers.hpp"
#include "tinyhtr/report/report_callback.hpp"
#include "tinyhtr/report/tensorboard_callback.hpp"
#include "tinyhtr/tinyhtr.hpp"

namespace {

using namespace tinyhtr;
using namespace tinyhtr::examples;

/// Prints a line per epoch, with some readings.
class EpochPrinter : public Callback<float> {
 public:
  void epoch_done(Trainer<float>& trainer, const EpochReport& report) override {
    const ErrorRate& errors = report.validation.errors;
    std::cout << "epoch " << report.epoch << '/' << trainer.options.epochs << "  loss "
              << fixed(report.training_loss, 3) << "  validation: loss " << fixed(report.validation.loss, 3)
              << ", CER micro " << fixed(errors.cer_micro(), 4) << ", CER macro " << fixed(errors.cer_macro(), 4)
              << ", WER " << fixed(errors.wer(), 4) << (report.is_best ? " (best)" : "") << "  learning rate "
              << report.learning_rate << "  " << fixed(report.training_seconds, 1) << " s, "
              << fixed(report.images_per_second, 1) << " images/s" << std::endl;
    constexpr std::size_t shown = 5;
    const std::vector<Prediction>& predictions = report.validation.predictions;
    const std::size_t count = std::min(shown, predictions.size());
    for (std::size_t k = 0; k < count; ++k) {
      const Prediction& prediction = predictions[k * predictions.size() / count];
      std::cout << "    " << trainer.validation().samples()[static_cast<std::size_t>(prediction.sample)].text
                << "  read as  " << (prediction.reading.empty() ? "(nothing)" : prediction.reading) << '\n';
    }
  }
};

/// All kinds of augmentation but those that are to be left out.
WordAugmentOptions augmentation_of(const RunConfig& config) {
  WordAugmentOptions options;
  std::istringstream names(config.augment_without);
  for (std::string name; std::getline(names, name, ',');) {
    const auto kind = std::find_if(word_augment_kinds.begin(), word_augment_kinds.end(),
                                   [&name](const WordAugmentKind& one) { return name == one.name; });
    if (kind == word_augment_kinds.end()) {
      std::string known;
      for (const WordAugmentKind& one : word_augment_kinds)
        known += (known.empty() ? "" : ", ") + std::string(one.name);
      throw ArgumentError("augment_without: expected " + known + ", found '" + name + "'");
    }
    options.*kind->probability = 0;
  }
  return options;
}

/// The words that the run trains on and validates on. Fills in what the settings leave to them; known: the vocabulary
/// of the network to start from, where there is one.
WordData load_words(RunConfig& config, Index steps, const std::optional<Vocabulary>& known, bool verbose) {
  WordData words = WordData::load({.data = config.data,
                                   .train_list = config.train_list,
                                   .validation_list = config.validation_list,
                                   .split = config.split,
                                   .by_writers = config.split_by == "writers",
                                   .limit = config.limit,
                                   .seed = config.seed,
                                   .time_steps = steps},
                                  verbose);
  leave_out_long_texts(words, config.max_text_length);
  if (config.vocab.empty()) {
    config.vocab = (known ? with_characters_of(*known, texts_of(words.train)) : words.training_vocabulary()).text();
  }
  check_vocabulary(words, Vocabulary(config.vocab));
  config.max_text_length = longest_text(words);
  return words;
}

/// An absolute path, so that what is stored leads there from any folder.
std::filesystem::path from_anywhere(const std::filesystem::path& path) {
  return std::filesystem::absolute(path).lexically_normal();
}

std::vector<Sample> with_absolute_paths(std::vector<Sample> samples) {
  for (Sample& sample : samples) sample.image = from_anywhere(sample.image);
  return samples;
}

/// What the settings hang into a training: first what changes it, then what writes about it, then what saves it.
void add_callbacks(Trainer<float>& trainer, const RunConfig& config, const RunFolder& folder, const WordData& words) {
  if (config.schedule == "one-cycle") {
    trainer.add<LearningRateSchedule<float>>(
        [cycle = OneCycle{.peak = config.learning_rate}](double progress) { return cycle.rate(progress); });
  } else if (config.schedule == "cosine") {
    trainer.add<LearningRateSchedule<float>>(
        [cosine = Cosine{.first = config.learning_rate}](double progress) { return cosine.rate(progress); });
  } else {
    if (config.schedule == "plateau") {
      trainer.add<ReduceLROnPlateau<float>>(
          ReduceOnPlateau{.factor = config.plateau_factor, .patience = config.plateau_patience});
    }
    // A curve is run to its end: what it learns, it learns while the rate falls.
    trainer.add<EarlyStopping<float>>(config.patience);
  }
  if (config.warm_up_steps > 0) trainer.add<WarmUp<float>>(config.warm_up_steps);
  if (config.weight_average > 0) trainer.add<WeightAverage<float>>(trainer.network(), config.weight_average);

  trainer.add<ProgressBar<float>>();
  trainer.add<EpochPrinter>();
  const MetricsCsv<float>& metrics = trainer.add<MetricsCsv<float>>(folder.metrics());
  trainer.add<TrainLogger<float>>(folder.log());
  trainer.add<TensorBoard<float>>(folder.events(), TensorBoardOptions{.epochs_per_histogram = config.histograms_every});
  HtmlReportOptions report{
      .title = "Training " + folder.path().string(),
      .split = config.validation_list.empty() ? words.split_name + ", those to validate on" : config.validation_list,
      .trained_on = config.train_list.empty() ? words.split_name : config.train_list};
  for_each_config_key([&](const ConfigKey& key, auto member) {
    report.configuration.emplace_back(key.name, config_text(config.*member));
  });
  report.writers = words.writers;
  trainer.add<HtmlReport<float>>(folder.report(), metrics, std::move(report));
  trainer.add<OnnxExport<float>>(folder.onnx());
  trainer.add<ModelCheckpoint<float>>(folder.path(),
                                      ModelCheckpointOptions{.every_steps = config.save_every, .keep = config.keep});
}

void print_end(const Trainer<float>& trainer, TrainingEnd end, const RunFolder& folder, const RunConfig& config,
               const std::filesystem::path& program, const RunSummary& summary) {
  const TrainingState& state = trainer.state;
  if (end == TrainingEnd::interrupted) {
    std::cout << "interrupted  saved after batch " << state.batches_done << " of epoch " << state.epochs_done + 1
              << "; go on with: " << shell_word(program) << " --resume " << shell_word(folder.path()) << '\n';
  } else if (end == TrainingEnd::early_stopping) {
    std::cout << "stopped      no better validation CER for " << config.patience << " epochs\n";
  }
  if (state.best_epoch > 0) {
    std::cout << "best         CER macro " << fixed(state.best_cer, 4) << " after epoch " << state.best_epoch << " of "
              << state.epochs_done << ", in " << folder.best().string() << '\n';
    summary.print();
    std::cout << "peak memory  " << fixed(peak_memory_mib(), 0) << " MiB\n"
              << "the run      " << folder.report().string() << " in a browser, or: tensorboard --logdir "
              << shell_word(folder.events()) << '\n'
              << "try it       " << shell_word(program.parent_path() / "read_words") << " --model "
              << shell_word(folder.best()) << " IMAGE...\n";
  }
}

void train(RunOptions& call, const std::filesystem::path& program, const std::string& command) {
  std::optional<Safetensors> checkpoint;
  RunConfig config;
  if (call.resume.empty()) {
    config = call.of_new_run();
  } else {
    checkpoint = read_safetensors(RunFolder(call.resume).last());
    config = call.of_resumed_run(run_config_from_json(checkpoint->text("configuration")));
  }
  if (config.data.empty() && config.train_list.empty())
    throw ArgumentError("--data is needed: a folder of words, or a list of images and texts (see --help)");
  if (config.model_path.empty()) throw ArgumentError("--out is needed: the folder for the run's files (see --help)");
  if (call.threads > 0) set_thread_count(call.threads);
  if (config.initial_weights == "default") config.initial_weights = config.network == "reference" ? "pytorch" : "keras";

  RunFolder folder(config.model_path);
  const bool goes_on_in_place =
      checkpoint && std::filesystem::exists(folder.path()) && std::filesystem::equivalent(folder.path(), call.resume);
  if (!goes_on_in_place) folder.check_free(call.overwrite);

  std::optional<LoadedNetwork<float>> initial;
  if (starts_from_model(config) && !checkpoint) {
    initial = load_network_file(config.initial_model);
    take_settings(config, call, initial->network.options);
  }
  // A run that goes on needs the initial file no more: it is in the checkpoint.
  const WordNetOptions architecture = initial                     ? initial->network.options
                                      : starts_from_model(config) ? word_net_from_json(checkpoint->text("model"))
                                                                  : architecture_of(config);
  const WordData words = load_words(config, most_time_steps(architecture),
                                    initial ? std::optional(initial->vocabulary) : std::nullopt, call.verbose);
  if (checkpoint) words.check_fingerprint(*checkpoint);
  for (std::string* path : {&config.data, &config.train_list, &config.validation_list}) {
    if (!path->empty()) *path = from_anywhere(*path).string();  // a run is resumed from anywhere
  }
  const Vocabulary vocabulary(config.vocab);
  words.print_summary(vocabulary);

  if (initial) print_initial_model(config.initial_model, *initial, vocabulary);
  WordNet<float> network = initial ? with_vocabulary(initial->network, initial->vocabulary, vocabulary, config.seed)
                                   : WordNet<float>(vocabulary.classes(), config.seed, architecture);
  freeze<float>(network, config.freeze);
  const Index parameters = count_parameters<float>(network), trained = count_trainable_parameters<float>(network);
  if (trained == 0) throw ArgumentError("freeze '" + printable(config.freeze) + "' leaves no parameter to train");
  Adam<float> optimiser(trainable_parameters_of<float>(network),
                        {.learning_rate = config.learning_rate, .weight_decay = config.weight_decay});
  std::cout << "network      " << parameters << " parameters"
            << (trained < parameters ? " (" + std::to_string(trained) + " trained)" : "") << ", "
            << (architecture.width > 0 ? "T = " + std::to_string(network.time_steps())
                                       : "T = width / " + std::to_string(column_stride(architecture)))
            << ", " << thread_count() << (thread_count() == 1 ? " thread" : " threads") << '\n';

  LoaderOptions loading = images_for(architecture);
  loading.batch_size = config.batch_size;
  loading.seed = config.seed;
  loading.workers = config.train_workers;
  Loader<float> validation(words.validation, loading);
  loading.shuffle = true;
  if (architecture.width == 0) {
    loading.bucket = config.bucket;
    loading.columns_per_step = column_stride(architecture);
  }
  if (config.augment && architecture.preprocessing) {
    loading.word_augment = augmentation_of(config);
  } else if (config.augment) {
    loading.augment = AugmentOptions{};
    loading.augment->erode_dilate_kernel = config.erode_dilate;
  }
  Loader<float> training(words.train, loading);

  TrainerOptions options;
  options.epochs = config.train_epochs;
  options.clip_norm = config.clip_norm;
  options.second_head_weight = config.second_head_weight;
  options.keep_statistics = config.keep_statistics;
  options.metadata = {{"configuration", run_config_json(config)},
                      {"words", words.fingerprint()},
                      {"split", words.split_name},
                      {"library_version", version}};
  // Whom the words of an initial model are of, nobody can say from here.
  if (config.initial_model.empty()) options.metadata["writers"] = shared_writers_json(words.shared()).dump();
  options.should_stop = InterruptGuard::requested;
  Trainer<float> trainer(network, optimiser, vocabulary, config.seed, options);
  const RunSummary& summary = trainer.add<RunSummary>(
      folder.summary(),
      RunFacts{command, words.split_name, count_parameters<float>(network), words.shared(), words.writers});
  add_callbacks(trainer, config, folder, words);
  if (checkpoint) {
    trainer.load(*checkpoint);
    std::cout << "resumed      after " << trainer.state.epochs_done << " epochs and " << trainer.state.batches_done
              << " batches\n";
    if (trainer.state.epochs_done >= config.train_epochs) {
      std::cout << "nothing left all " << config.train_epochs << " epochs are done; a larger --epochs goes on\n";
    }
  }

  // From here on, files are written.
  if (goes_on_in_place) {
    folder.go_on();
  } else {
    folder.start_new(call.overwrite);
    write_safetensors(folder.last(), trainer.checkpoint());  // first of all: from now on the run can be resumed
    if (checkpoint) folder.take_along(RunFolder(call.resume));
  }
  replace_file(folder.config(), run_config_yaml(config));
  replace_file(folder.train_list(), word_list_csv(with_absolute_paths(words.train)));
  replace_file(folder.validation_list(), word_list_csv(with_absolute_paths(words.validation)));

  const InterruptGuard guard;
  print_end(trainer, trainer.run(training, validation), folder, config, program, summary);
}

}  // namespace

int main(int argc, char** argv) {
  tinyhtr::examples::choose_blas_core(argv);
  CLI::App app(
      "Trains a network that reads handwritten words, and shows how it learns.\n"
      "Needs words: a folder in the layout of the IAM database (words.txt and words/, or lines.txt and lines/), a "
      "folder\n"
      "of images with .gt.txt files beside them, or a list of image paths and texts (CSV, or with tabs).\n"
      "Example: train_iam --data data --out runs/first --epochs 6\n"
      "The folder of --out gets configs.yaml, train.csv, val.csv, logs.log, metrics.csv, logs/ for TensorBoard,\n"
      "best.safetensors, last.safetensors, model.onnx, report.html, summary.json.\n"
      "In the first epochs it reads nothing: CTC learns the blanks first.\n"
      "Ctrl-C finishes the step (or the validation), saves, and says how to go on.");
  RunOptions call;
  call.add_to(app);
  const std::filesystem::path program = argc > 0 ? argv[0] : "train_iam";
  return run_program(app, argc, argv, [&] { train(call, program, published_command(argc, argv)); });
}
