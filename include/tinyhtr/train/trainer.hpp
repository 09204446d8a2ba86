// Trainer: epochs of steps, validation after each, checkpoints that a later run continues from.
#pragma once

#include <chrono>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tinyhtr/autograd/backward.hpp"
#include "tinyhtr/data/loader.hpp"
#include "tinyhtr/data/vocabulary.hpp"
#include "tinyhtr/io/checkpoint.hpp"
#include "tinyhtr/loss/ctc_loss.hpp"
#include "tinyhtr/models/word_net.hpp"
#include "tinyhtr/optim/adam.hpp"
#include "tinyhtr/optim/clip.hpp"
#include "tinyhtr/optim/one_cycle.hpp"
#include "tinyhtr/train/evaluate.hpp"
#include "tinyhtr/train/training_state.hpp"

namespace tinyhtr {

/// What is known after a step.
struct StepReport {
  int epoch = 0;  ///< under way, counted from 1
  Index batches = 0, batches_done = 0;
  Index samples_done = 0;
  double loss = 0;     ///< mean of the epoch so far
  double seconds = 0;  ///< of the epoch so far
};

/// What is known after an epoch.
struct EpochReport {
  int epoch = 0;             ///< counted from 1
  double training_loss = 0;  ///< mean over the epoch's samples, each at its step
  double training_seconds = 0;
  double images_per_second = 0;  ///< in training
  double learning_rate = 0;      ///< of the epoch's last step
  bool is_best = false;          ///< by validation CER
  Evaluation validation;
};

struct TrainerOptions {
  int epochs = 100;                                  ///< in all, those before a resume counted
  std::optional<OneCycle> one_cycle{};               ///< none: the optimiser's rate, lowered on a plateau
  double clip_norm = 0;                              ///< largest norm of all gradients together; 0: not clipped
  std::filesystem::path folder;                      ///< where best.safetensors and last.safetensors go; empty: nowhere
  std::map<std::string, std::string> metadata;       ///< kept in every checkpoint as it is
  std::function<void(const StepReport&)> step_done;  ///< called after every step, where given
  std::function<void(const EpochReport&)> epoch_done;  ///< called after every epoch, where given
  std::function<bool()> should_stop;  ///< asked after every step, where given; true saves, then ends the run
};

enum class TrainingEnd { all_epochs, early_stopping, interrupted };

/// Trains a WordNet with Adam on the CTC loss.
///
/// After every epoch it validates, keeps the network with the lowest CER as best.safetensors (the mean over words,
/// cer_macro, as the reference system has it), everything that a resumed run needs as last.safetensors, lowers the
/// learning rate on a plateau and stops early, unless a cycle sets the rate. A run that was interrupted and resumed
/// goes through the same bits as one that was not. Network, optimiser, loaders stay the caller's, and have to outlive
/// the trainer.
template <class T>
class Trainer {
 public:
  /// state.learning_rate starts at the optimiser's.
  Trainer(WordNet<T>& network, Adam<T>& optimiser, const Vocabulary& vocabulary, std::uint64_t seed,
          TrainerOptions options_)
      : options(std::move(options_)), network_(network), optimiser_(optimiser), vocabulary_(vocabulary) {
    state.seed = seed;
    state.learning_rate = optimiser.learning_rate;
  }

  TrainingState state;
  TrainerOptions options;

  /// Continues from a checkpoint of save(). Throws FormatError where something in it is missing or does not fit:
  /// another vocabulary, another network (naming the tensor with both shapes), no training state.
  void load(const Safetensors& file) {
    if (file.text("vocabulary") != vocabulary_.text()) {
      throw FormatError(file.path.string() + ": its vocabulary is '" + file.text("vocabulary") + "', expected '" +
                        vocabulary_.text() + "' as the training words have it");
    }
    // All is looked at before anything is changed.
    TrainingState stored;
    try {
      stored = TrainingState::from_json(file.text("training"));
    } catch (const FormatError& error) {
      throw FormatError(file.path.string() + ": " + error.what());
    }
    check_members<T>(file, network_);
    for (const auto& [name, tensor] : optimiser_.state()) file.numbers_at(name, tensor->shape());
    copy_members<T>(file, network_);
    for (const auto& [name, tensor] : optimiser_.state()) file.copy_to(name, *tensor);
    state = stored;
    optimiser_.steps = state.steps;
    optimiser_.learning_rate = state.learning_rate;
  }

  /// Trains until the epochs are done, early stopping ends it, or should_stop() says so.
  /// Throws ArgumentError where the loss stops being a number, naming epoch and batch.
  TrainingEnd run(Loader<T>& training, Loader<T>& validation) {
    while (state.epochs_done < options.epochs) {
      if (stops_early()) return TrainingEnd::early_stopping;
      if (!train_epoch(training)) {
        save_last();
        return TrainingEnd::interrupted;
      }
      finish_epoch(validation);
    }
    return stops_early() ? TrainingEnd::early_stopping : TrainingEnd::all_epochs;
  }

 private:
  /// A cycle is run to its end: what it learns, it learns while the rate falls.
  bool stops_early() const { return !options.one_cycle && state.early_stopping.should_stop(); }

  /// One training step: images to logits to loss to gradients to changed weights. Returns the loss.
  double train_step(const Batch<T>& batch) {
    const Variable<T> logits =
        network_.forward(batch.images, Mode::training(state.seed, static_cast<std::uint32_t>(state.steps)));
    const Variable<T> loss = ctc_loss(logits, vocabulary_.encode(batch.texts));
    optimiser_.zero_grad();
    if (!std::isfinite(loss.item())) throw not_finite("the loss");
    backward(loss, Keep::leaves);
    const double largest = options.clip_norm > 0 ? options.clip_norm : std::numeric_limits<double>::infinity();
    if (!std::isfinite(clip_gradient_norm(optimiser_.parameters(), largest))) throw not_finite("the gradient");
    optimiser_.step();
    state.steps = optimiser_.steps;
    return static_cast<double>(loss.item());
  }

  /// The rest of the epoch under way; false where should_stop() ended it.
  bool train_epoch(Loader<T>& training) {
    const auto start = std::chrono::steady_clock::now();
    const double seconds_before = state.seconds;
    const auto epoch = static_cast<std::uint32_t>(state.epochs_done);
    for (const Batch<T>& batch : training.epoch(epoch, state.batches_done)) {
      if (options.one_cycle) {
        const double done =
            state.epochs_done + static_cast<double>(state.batches_done) / static_cast<double>(training.batches());
        state.learning_rate = options.one_cycle->rate(done / options.epochs);
        optimiser_.learning_rate = state.learning_rate;
      }
      const double loss = checked_step(batch);
      const auto count = static_cast<Index>(batch.texts.size());
      state.loss_sum += loss * static_cast<double>(count);
      state.samples_done += count;
      ++state.batches_done;
      state.seconds = seconds_before + std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      if (options.step_done) {
        options.step_done({state.epochs_done + 1, training.batches(), state.batches_done, state.samples_done,
                           state.loss_sum / static_cast<double>(state.samples_done), state.seconds});
      }
      if (options.should_stop && options.should_stop()) return false;
    }
    return true;
  }

  static ArgumentError not_finite(const std::string& what) {
    return ArgumentError(what + " is not finite; a lower learning rate may help, the last good checkpoint is kept");
  }

  double checked_step(const Batch<T>& batch) {
    const std::string place =
        "epoch " + std::to_string(state.epochs_done + 1) + ", batch " + std::to_string(state.batches_done + 1);
    try {
      return train_step(batch);
    } catch (const ArgumentError& error) {
      throw ArgumentError("training: " + place + ": " + error.what());
    }
  }

  void finish_epoch(Loader<T>& validation) {
    EpochReport report;
    report.epoch = state.epochs_done + 1;
    report.training_loss = state.loss_sum / static_cast<double>(state.samples_done);
    report.training_seconds = state.seconds;
    report.images_per_second = static_cast<double>(state.samples_done) / state.seconds;
    report.learning_rate = state.learning_rate;
    report.validation = evaluate(network_, validation, vocabulary_);

    const double metric = report.validation.errors.cer_macro();
    report.is_best = state.early_stopping.improves(metric, report.epoch);
    if (!options.one_cycle) state.learning_rate = state.plateau.next(metric, state.learning_rate);
    optimiser_.learning_rate = state.learning_rate;
    state.epochs_done = report.epoch;
    state.batches_done = 0;
    state.samples_done = 0;
    state.loss_sum = 0;
    state.seconds = 0;
    if (report.is_best) save_best();
    save_last();
    if (options.epoch_done) options.epoch_done(report);
  }

  Safetensors checkpoint() {
    Safetensors file;
    file.metadata = options.metadata;
    add_model(file, network_, vocabulary_);
    file.metadata["training"] = state.to_json();
    return file;
  }

  /// The network alone, for reading.
  void save_best() {
    if (!options.folder.empty()) write_safetensors(options.folder / "best.safetensors", checkpoint());
  }

  /// The network with the optimiser's moments, to go on from.
  void save_last() {
    if (options.folder.empty()) return;
    Safetensors file = checkpoint();
    for (const auto& [name, tensor] : optimiser_.state()) file.add(name, *tensor);
    write_safetensors(options.folder / "last.safetensors", file);
  }

  WordNet<T>& network_;
  Adam<T>& optimiser_;
  const Vocabulary& vocabulary_;
};

}  // namespace tinyhtr
