// train_iam: trains a network on a folder of words in IAM's layout.

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "support/blas_core.hpp"
#include "support/memory.hpp"
#include "support/program.hpp"
#include "support/progress.hpp"
#include "support/word_data.hpp"
#include "tinyhtr/tinyhtr.hpp"

namespace {

using namespace tinyhtr;
using namespace tinyhtr::examples;

/// What the command line says; everything but the last group belongs to the run, and is kept in its checkpoints.
struct Settings {
  WordData::Choice words;
  Index batch_size = 16;
  double learning_rate = 5e-4;
  std::uint64_t seed = 1;
  bool no_augment = false;
  Index erode_dilate = 1;
  std::string network = "reference", initial_weights, padding = "same", schedule = "plateau";
  double clip_norm = 0;

  std::filesystem::path program;  // as it was called, for the commands that are shown
  std::filesystem::path out, resume;
  int epochs = 100;
  int threads = 0;  // 0: as many as there are processors
  bool overwrite = false, verbose = false;

  std::string to_json() const {
    return nlohmann::json{{"data", words.data.string()},
                          {"train_list", words.train_list.string()},
                          {"validation_list", words.validation_list.string()},
                          {"split", words.split},
                          {"limit", words.limit},
                          {"batch_size", batch_size},
                          {"learning_rate", learning_rate},
                          {"no_augment", no_augment},
                          {"erode_dilate", erode_dilate},
                          {"network", network},
                          {"initial_weights", initial_weights},
                          {"padding", padding},
                          {"schedule", schedule},
                          {"clip_norm", clip_norm},
                          {"epochs", epochs}}
        .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);  // a path may hold any bytes
  }
};

/// Takes over what the run to be resumed was started with. An option given again has to say the same, for a run
/// that changes its data or batches half-way is another run; --data may name the folder's new place.
void take_over(Settings& settings, const CLI::App& app, const Safetensors& file) {
  const auto json = nlohmann::json::parse(file.text("configuration"), nullptr, false);
  if (!json.is_object()) throw FormatError(file.path.string() + ": its configuration is not a JSON object");
  const auto take = [&](const char* option, const char* key, auto& value) {
    auto stored = value;
    try {
      if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::filesystem::path>) {
        stored = json.at(key).template get<std::string>();
      } else {
        json.at(key).get_to(stored);
      }
    } catch (const std::exception& error) {
      throw FormatError(file.path.string() + ": its configuration has no usable '" + key + "': " + error.what());
    }
    if (app.count(option) > 0 && stored != value) {
      throw ArgumentError(std::string(option) + " differs from what the run was started with (" + json.at(key).dump() +
                          "); leave it out to go on, or start a new run with --out");
    }
    value = stored;
  };
  if (app.count("--data") == 0) take("--data", "data", settings.words.data);
  take("--train-list", "train_list", settings.words.train_list);
  take("--validation-list", "validation_list", settings.words.validation_list);
  take("--split", "split", settings.words.split);
  take("--limit", "limit", settings.words.limit);
  take("--batch-size", "batch_size", settings.batch_size);
  take("--learning-rate", "learning_rate", settings.learning_rate);
  take("--no-augment", "no_augment", settings.no_augment);
  take("--erode-dilate", "erode_dilate", settings.erode_dilate);
  take("--network", "network", settings.network);
  take("--initial-weights", "initial_weights", settings.initial_weights);
  take("--padding", "padding", settings.padding);
  take("--schedule", "schedule", settings.schedule);
  take("--clip-norm", "clip_norm", settings.clip_norm);
  // A cycle is as long as its run; on a plateau a run may be made longer.
  if (settings.schedule == "one-cycle" || app.count("--epochs") == 0) take("--epochs", "epochs", settings.epochs);
  const std::uint64_t seed = TrainingState::from_json(file.text("training")).seed;
  if (app.count("--seed") > 0 && settings.seed != seed) {
    throw ArgumentError("--seed differs from that of the run, " + std::to_string(seed));
  }
  settings.seed = seed;
}

/// Refuses a folder that holds another run. A run that goes on in another folder takes its best network along.
void check_out_folder(const Settings& settings) {
  std::error_code nothing_there;
  const bool same_run =
      !settings.resume.empty() && std::filesystem::equivalent(settings.out, settings.resume, nothing_there);
  if (!same_run && !settings.overwrite && std::filesystem::exists(settings.out / "last.safetensors")) {
    throw ArgumentError(settings.out.string() + " holds a run already; go on with --resume " +
                        shell_word(settings.out) + ", replace it with --overwrite, or choose another --out");
  }
  make_writable_folder(settings.out);
  if (same_run) return;
  std::filesystem::remove(settings.out / "best.safetensors");
  if (!settings.resume.empty() && std::filesystem::exists(settings.resume / "best.safetensors")) {
    std::filesystem::copy_file(settings.resume / "best.safetensors", settings.out / "best.safetensors");
  }
}

void print_epoch(const EpochReport& report, int epochs, const std::vector<Sample>& samples) {
  const ErrorRate& errors = report.validation.errors;
  std::cout << "epoch " << report.epoch << '/' << epochs << "  loss " << fixed(report.training_loss, 3)
            << "  validation: loss " << fixed(report.validation.loss, 3) << ", CER micro "
            << fixed(errors.cer_micro(), 4) << ", CER macro " << fixed(errors.cer_macro(), 4) << ", WER "
            << fixed(errors.wer(), 4) << (report.is_best ? " (best)" : "") << "  learning rate " << report.learning_rate
            << "  " << fixed(report.training_seconds, 1) << " s, " << fixed(report.images_per_second, 1) << " images/s"
            << std::endl;
  constexpr std::size_t shown = 5;
  const std::vector<Prediction>& predictions = report.validation.predictions;
  const std::size_t count = std::min(shown, predictions.size());
  for (std::size_t k = 0; k < count; ++k) {
    const Prediction& prediction = predictions[k * predictions.size() / count];
    std::cout << "    " << samples[static_cast<std::size_t>(prediction.sample)].text << "  read as  "
              << (prediction.reading.empty() ? "(nothing)" : prediction.reading) << '\n';
  }
}

void train(Settings settings, const CLI::App& app) {
  std::optional<Safetensors> checkpoint;
  if (!settings.resume.empty()) {
    checkpoint = read_safetensors(settings.resume / "last.safetensors");
    take_over(settings, app, *checkpoint);
    if (settings.out.empty()) settings.out = settings.resume;
  }
  if (settings.words.data.empty())
    throw ArgumentError("--data is needed: a folder with words.txt and words/ (see --help)");
  if (settings.out.empty()) throw ArgumentError("--out is needed: the folder for the run's files (see --help)");
  if (settings.threads > 0) set_thread_count(settings.threads);
  settings.words.seed = settings.seed;

  WordNetOptions architecture = settings.network == "small" ? small_word_net() : WordNetOptions{};
  if (settings.initial_weights.empty()) settings.initial_weights = settings.network == "small" ? "keras" : "pytorch";
  architecture.initialisation = settings.initial_weights == "keras" ? Initialisation::keras : Initialisation::pytorch;
  if (settings.padding == "symmetric") architecture.padding = Padding::symmetric;
  settings.words.time_steps = time_steps(architecture);
  const WordData words = WordData::load(settings.words, settings.verbose);
  check_out_folder(settings);
  const Vocabulary vocabulary = words.training_vocabulary();
  words.print_summary(vocabulary);

  WordNet<float> network(vocabulary.classes(), settings.seed, architecture);
  Adam<float> optimiser(parameters_of<float>(network), {.learning_rate = settings.learning_rate});
  std::cout << "network      " << count_parameters<float>(network) << " parameters, T = " << network.time_steps()
            << ", " << thread_count() << (thread_count() == 1 ? " thread" : " threads") << '\n';

  LoaderOptions loading = images_for(architecture);
  loading.batch_size = settings.batch_size;
  loading.seed = settings.seed;
  Loader<float> validation(words.validation, loading);
  loading.shuffle = true;
  if (!settings.no_augment) {
    loading.augment = AugmentOptions{};
    loading.augment->erode_dilate_kernel = settings.erode_dilate;
  }
  Loader<float> training(words.train, loading);

  Progress progress;
  TrainerOptions options;
  options.epochs = settings.epochs;
  options.folder = settings.out;
  options.clip_norm = settings.clip_norm;
  if (settings.schedule == "one-cycle") options.one_cycle = OneCycle{.peak = settings.learning_rate};
  options.metadata = {
      {"configuration", settings.to_json()}, {"words", words.fingerprint()}, {"library_version", version}};
  options.step_done = [&](const StepReport& step) {
    const double rate = static_cast<double>(step.samples_done) / step.seconds;
    const double left =
        step.seconds / static_cast<double>(step.batches_done) * static_cast<double>(step.batches - step.batches_done);
    progress.show("epoch " + std::to_string(step.epoch) + '/' + std::to_string(settings.epochs), step.batches_done,
                  step.batches,
                  "loss " + fixed(step.loss, 3) + "  " + fixed(rate, 1) + " images/s  " + clock_time(left) + " left");
  };
  options.epoch_done = [&](const EpochReport& report) {
    progress.clear();
    print_epoch(report, settings.epochs, words.validation);
  };
  options.should_stop = InterruptGuard::requested;
  Trainer<float> trainer(network, optimiser, vocabulary, settings.seed, options);
  if (checkpoint) {
    words.check_fingerprint(*checkpoint);
    trainer.load(*checkpoint);
    std::cout << "resumed      after " << trainer.state.epochs_done << " epochs and " << trainer.state.batches_done
              << " batches\n";
    if (trainer.state.epochs_done >= settings.epochs) {
      std::cout << "nothing left all " << settings.epochs << " epochs are done; a larger --epochs goes on\n";
    }
  }

  const InterruptGuard guard;
  const TrainingEnd end = trainer.run(training, validation);
  progress.clear();
  const EarlyStopping& best = trainer.state.early_stopping;
  if (end == TrainingEnd::interrupted) {
    std::cout << "interrupted  saved after batch " << trainer.state.batches_done << " of epoch "
              << trainer.state.epochs_done + 1 << "; go on with: " << shell_word(settings.program) << " --resume "
              << shell_word(settings.out) << '\n';
  } else if (end == TrainingEnd::early_stopping) {
    std::cout << "stopped      no better validation CER for " << best.patience << " epochs\n";
  }
  if (best.best_epoch > 0) {
    const std::filesystem::path model = settings.out / "best.safetensors";
    std::cout << "best         CER macro " << fixed(best.best, 4) << " after epoch " << best.best_epoch << " of "
              << trainer.state.epochs_done << ", in " << model.string() << '\n'
              << "peak memory  " << fixed(peak_memory_mib(), 0) << " MiB\n"
              << "try it       " << shell_word(settings.program.parent_path() / "read_words") << " --model "
              << shell_word(model) << " IMAGE...\n";
  }
}

}  // namespace

int main(int argc, char** argv) {
  tinyhtr::examples::choose_blas_core(argv);
  CLI::App app(
      "Trains a network that reads handwritten words, and shows how it learns.\n"
      "Needs a folder in the layout of the IAM database: DIR/words.txt and DIR/words/a01/a01-000u/a01-000u-00-00.png.\n"
      "Example: train_iam --data data --out runs/first --epochs 6\n"
      "In the first epochs it reads nothing: CTC learns the blanks first.\n"
      "Ctrl-C finishes the step (or the validation), saves, and says how to go on.");
  Settings settings;
  settings.program = argc > 0 ? argv[0] : "train_iam";
  const std::string run = "Options of the run";
  app.add_option("--data", settings.words.data, "Folder with words.txt and words/")->type_name("DIR")->group(run);
  auto* train_list =
      app.add_option("--train-list", settings.words.train_list, "File of word or form ids, one a line, to train on")
          ->type_name("FILE")
          ->group(run);
  auto* validation_list =
      app.add_option("--validation-list", settings.words.validation_list, "File of word or form ids to validate on")
          ->type_name("FILE")
          ->group(run);
  train_list->needs(validation_list);
  validation_list->needs(train_list);
  app.add_option("--split", settings.words.split, "Without lists: share of the words to train on, drawn with the seed")
      ->check(between_0_and_1())
      ->capture_default_str()
      ->group(run)
      ->excludes(train_list);
  app.add_option("--limit", settings.words.limit, "Train and validate on so many words in all; 0: on all of them")
      ->check(whole_number(0, 1'000'000'000))
      ->capture_default_str()
      ->group(run);
  app.add_option("--batch-size", settings.batch_size, "Images per training step")
      ->check(whole_number(1, 4096))
      ->capture_default_str()
      ->group(run);
  app.add_option("--learning-rate", settings.learning_rate,
                 "Of Adam: at the start, or the peak of --schedule one-cycle")
      ->check(positive_number())
      ->capture_default_str()
      ->group(run);
  app.add_option("--seed", settings.seed,
                 "Of weights, order, augmentation, dropout, split: equal seeds give equal results")
      ->capture_default_str()
      ->group(run);
  app.add_flag("--no-augment", settings.no_augment, "Train on the images as they are")->group(run);
  app.add_option("--erode-dilate", settings.erode_dilate,
                 "Kernel of the random erosion and dilation, in pixels; 1 does nothing, 3 works")
      ->check(whole_number(1, 15))
      ->capture_default_str()
      ->group(run);
  app.add_option(
         "--network", settings.network,
         "reference, that of the TensorFlow tutorial 'Handwriting words recognition', or small, which reads from "
         "left to right and learns sooner")
      ->check(CLI::IsMember({"reference", "small"}))
      ->capture_default_str()
      ->group(run);
  app.add_option(
         "--initial-weights", settings.initial_weights,
         "keras, as the tutorial has them, or pytorch; default: pytorch for the reference network, which learns "
         "sooner with them, keras for the small one")
      ->check(CLI::IsMember({"keras", "pytorch"}))
      ->group(run);
  app.add_option("--padding", settings.padding, "same, as TensorFlow pads, or symmetric, as PyTorch does")
      ->check(CLI::IsMember({"same", "symmetric"}))
      ->capture_default_str()
      ->group(run);
  app.add_option("--schedule", settings.schedule,
                 "Of the learning rate: plateau, x0.9 after 10 epochs without a better CER; or one-cycle, which rises, "
                 "then falls to nothing at the last epoch")
      ->check(CLI::IsMember({"plateau", "one-cycle"}))
      ->capture_default_str()
      ->group(run);
  app.add_option("--clip-norm", settings.clip_norm, "Largest norm of the gradients together; 0: not clipped")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str()
      ->group(run);
  const std::string here = "Options of this call";
  app.add_option("--out", settings.out, "Folder for best.safetensors and last.safetensors")
      ->type_name("RUN")
      ->group(here);
  app.add_option("--resume", settings.resume,
                 "Go on with the run in this folder, with the options that it was started with")
      ->type_name("RUN")
      ->group(here);
  app.add_option(
         "--epochs", settings.epochs,
         "Passes over the training words, those before a resume counted; a resumed run has its own. On a plateau "
         "the run ends sooner, 20 epochs after the best CER")
      ->check(whole_number(1, 1'000'000))
      ->capture_default_str()
      ->group(here);
  app.add_option("--threads", settings.threads,
                 "Threads to compute on; the result does not depend on it (default: all processors)")
      ->check(whole_number(1, 1024))
      ->group(here);
  app.add_flag("--overwrite", settings.overwrite, "Replace the run in --out, if there is one")->group(here);
  app.add_flag("--verbose", settings.verbose, "Name every word that is not used, and why")->group(here);
  return run_program(app, argc, argv, [&] { train(settings, app); });
}
