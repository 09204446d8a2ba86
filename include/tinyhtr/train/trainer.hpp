// Trainer: epochs of steps, validation after each, callbacks all along.
#pragma once

#include <chrono>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tinyhtr/autograd/arithmetic.hpp"
#include "tinyhtr/autograd/backward.hpp"
#include "tinyhtr/data/loader.hpp"
#include "tinyhtr/data/vocabulary.hpp"
#include "tinyhtr/io/checkpoint.hpp"
#include "tinyhtr/loss/ctc_loss.hpp"
#include "tinyhtr/models/word_net.hpp"
#include "tinyhtr/optim/adam.hpp"
#include "tinyhtr/optim/clip.hpp"
#include "tinyhtr/train/callback.hpp"
#include "tinyhtr/train/training_reports.hpp"
#include "tinyhtr/train/training_state.hpp"

namespace tinyhtr {

struct TrainerOptions {
  int epochs = 100;                               ///< in all, those before a resume counted
  double clip_norm = 0;                           ///< largest norm of all gradients together; 0: not clipped
  double second_head_weight = 0.1;                ///< of the second head's loss, where the network has one
  bool keep_statistics = false;                   ///< batch norm with its running statistics, which stay: fine-tuning
  std::map<std::string, std::string> metadata{};  ///< kept in every checkpoint as it is
  std::function<bool()> should_stop{};            ///< asked after every step, where given; true ends the run
};

/// Trains a WordNet with Adam on the CTC loss, and reads the validation words after every epoch.
///
/// Everything else is done by callbacks: checkpoints, learning rates, early stopping, files, pictures. A run that was
/// interrupted and resumed goes through the same bits as one that was not. Network, optimiser, vocabulary, loaders stay
/// the caller's, and have to outlive the trainer.
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

  WordNet<T>& network() { return network_; }
  Adam<T>& optimiser() { return optimiser_; }
  const Vocabulary& vocabulary() const { return vocabulary_; }

  /// The loaders of the run under way. Throw ArgumentError outside of run(), and where there is none to validate on.
  Loader<T>& training() const { return *in_run(training_); }
  Loader<T>& validation() const { return *in_run(validation_); }

  /// Makes a callback that is called after those before it: `trainer.add<EarlyStopping<float>>(20)`.
  template <class Kind, class... Arguments>
  Kind& add(Arguments&&... arguments) {
    auto callback = std::make_unique<Kind>(std::forward<Arguments>(arguments)...);
    Kind& added = *callback;
    callbacks_.push_back(std::move(callback));
    return added;
  }

  /// The network with its vocabulary and where the training stands, for reading.
  Safetensors model_checkpoint() {
    Safetensors file;
    file.metadata = options.metadata;
    add_model(file, network_, vocabulary_);
    file.metadata["training"] = state.to_json();
    return file;
  }

  /// All of that with the optimiser's moments and what the callbacks keep, to go on from.
  Safetensors checkpoint() {
    Safetensors file = model_checkpoint();
    for (const auto& [name, tensor] : optimiser_.state()) file.add(name, *tensor);
    for (const auto& callback : callbacks_) callback->save(file);
    return file;
  }

  /// Continues from a file that checkpoint() made; callbacks have to be there already. Throws FormatError where
  /// something in it is missing or does not fit: another vocabulary, another network (naming the tensor with both
  /// shapes), no training state, none of a callback.
  void load(const Safetensors& file) {
    if (file.text("vocabulary") != vocabulary_.text()) {
      throw FormatError(file.path.string() + ": its vocabulary is '" + file.text("vocabulary") + "', expected '" +
                        vocabulary_.text() + "' as the training words have it");
    }
    // What the network and the optimiser take is looked at before anything of them is changed.
    TrainingState stored;
    try {
      stored = TrainingState::from_json(file.text("training"));
    } catch (const FormatError& error) {
      throw FormatError(file.path.string() + ": " + error.what());
    }
    check_members<T>(file, network_);
    for (const auto& [name, tensor] : optimiser_.state()) file.numbers_at(name, tensor->shape());
    for (const auto& callback : callbacks_) callback->load(file);
    copy_members<T>(file, network_);
    for (const auto& [name, tensor] : optimiser_.state()) file.copy_to(name, *tensor);
    state = stored;
    optimiser_.steps = state.steps;
    optimiser_.learning_rate = state.learning_rate;
  }

  /// Trains until the epochs are done, a callback ends it, or options.should_stop() says so.
  /// Throws ArgumentError where the loss stops being a number, naming epoch and batch; in check mode NumericError,
  /// which names the operation, its parameter and the word, too.
  TrainingEnd run(Loader<T>& training, Loader<T>& validation) { return run_with(training, &validation); }

  /// The same without validation words: no epoch is the best one, and reports have no rates, which callbacks have to
  /// do without.
  TrainingEnd run(Loader<T>& training) { return run_with(training, nullptr); }

 private:
  TrainingEnd run_with(Loader<T>& training, Loader<T>* validation) {
    const InRun in_run(*this, training, validation);
    for (const auto& callback : callbacks_) callback->run_begins(*this);
    const TrainingEnd end = train();
    for (const auto& callback : callbacks_) callback->run_ends(*this, end);
    return end;
  }

  /// Holds the loaders of a run as long as it lasts.
  struct InRun {
    InRun(Trainer& trainer_, Loader<T>& training, Loader<T>* validation) : trainer(trainer_) {
      trainer.training_ = &training;
      trainer.validation_ = validation;
    }
    ~InRun() { trainer.training_ = trainer.validation_ = nullptr; }
    InRun(const InRun&) = delete;
    InRun& operator=(const InRun&) = delete;
    Trainer& trainer;
  };

  static Loader<T>* in_run(Loader<T>* loader) {
    if (loader == nullptr)
      throw ArgumentError("Trainer: there are loaders only while a run() that was given them is under way");
    return loader;
  }

  TrainingEnd train() {
    while (state.epochs_done < options.epochs) {
      if (stops_early()) return TrainingEnd::early_stopping;
      if (!train_epoch()) return TrainingEnd::interrupted;
      finish_epoch();
    }
    return stops_early() ? TrainingEnd::early_stopping : TrainingEnd::all_epochs;
  }

  bool stops_early() const {
    for (const auto& callback : callbacks_) {
      if (callback->should_stop()) return true;
    }
    return false;
  }

  /// The rest of the epoch under way; false where should_stop() ended it.
  bool train_epoch() {
    const auto start = std::chrono::steady_clock::now();
    const double seconds_before = state.seconds;
    const auto epoch = static_cast<std::uint32_t>(state.epochs_done);
    for (const Batch<T>& batch : training_->epoch(epoch, state.batches_done)) {
      optimiser_.learning_rate = state.learning_rate;
      for (const auto& callback : callbacks_) callback->step_begins(*this);
      StepReport report = checked_step(batch);
      const auto count = static_cast<Index>(batch.texts.size());
      state.loss_sum += report.batch_loss * static_cast<double>(count);
      state.samples_done += count;
      ++state.batches_done;
      state.seconds = seconds_before + std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      report.epoch = state.epochs_done + 1;
      report.step = state.steps;
      report.batches = training_->batches();
      report.batches_done = state.batches_done;
      report.samples_done = state.samples_done;
      report.loss = state.loss_sum / static_cast<double>(state.samples_done);
      state.last_step_rate = optimiser_.learning_rate;
      report.learning_rate = state.last_step_rate;
      report.seconds = state.seconds;
      for (const auto& callback : callbacks_) callback->step_done(*this, report, batch);
      if (options.should_stop && options.should_stop()) return false;
    }
    return true;
  }

  /// One training step: images to logits to loss to gradients to changed weights.
  StepReport train_step(const Batch<T>& batch) {
    StepReport report;
    const auto step = static_cast<std::uint32_t>(state.steps);
    const Mode mode = options.keep_statistics ? Mode::fine_tuning(state.seed, step) : Mode::training(state.seed, step);
    const auto heads = network_.forward_heads(batch.images, mode, batch.widths);
    const std::vector<std::vector<int>> labels = vocabulary_.encode(batch.texts);
    const Lengths lengths = network_.lengths(batch.widths);
    Variable<T> loss = ctc_loss(heads.logits, labels, lengths);
    report.batch_loss = static_cast<double>(loss.item());
    if (heads.second) {
      const auto weight = static_cast<T>(options.second_head_weight);
      loss = tinyhtr::add(loss, scale(ctc_loss(heads.second, labels, lengths), weight));
    }
    optimiser_.zero_grad();
    if (!std::isfinite(report.batch_loss)) throw not_finite("the loss");
    backward(loss, Keep::leaves);
    const double largest = options.clip_norm > 0 ? options.clip_norm : std::numeric_limits<double>::infinity();
    report.gradient_norm = clip_gradient_norm(optimiser_.parameters(), largest);
    if (!std::isfinite(report.gradient_norm)) throw not_finite("the gradient");
    optimiser_.step();
    state.steps = optimiser_.steps;
    return report;
  }

  static ArgumentError not_finite(const std::string& what) {
    return ArgumentError(what + " is not finite; a lower learning rate may help, the last good checkpoint is kept");
  }

  StepReport checked_step(const Batch<T>& batch) {
    const std::string place =
        "epoch " + std::to_string(state.epochs_done + 1) + ", batch " + std::to_string(state.batches_done + 1);
    try {
      return train_step(batch);
    } catch (const ArgumentError& error) {
      throw ArgumentError("training: " + place + ": " + error.what());
    } catch (const NumericError& error) {
      throw NumericError("training: " + place + ", step " + std::to_string(state.steps + 1) + ": " + error.what() +
                             word_text(batch, error.sample),
                         error.sample);
    }
  }

  /// "; the sample is 'word' of data/words/...png"
  std::string word_text(const Batch<T>& batch, Index n) const {
    if (n < 0 || n >= static_cast<Index>(batch.samples.size())) return "";
    const Sample& sample = training_->samples()[static_cast<std::size_t>(batch.samples[static_cast<std::size_t>(n)])];
    return "; the sample is '" + sample.text + "' of " + sample.image.string();
  }

  void finish_epoch() {
    EpochReport report;
    report.epoch = state.epochs_done + 1;
    report.step = state.steps;
    report.training_loss = state.loss_sum / static_cast<double>(state.samples_done);
    report.training_seconds = state.seconds;
    report.images_per_second = static_cast<double>(state.samples_done) / state.seconds;
    report.learning_rate = state.last_step_rate;
    for (const auto& callback : callbacks_) callback->validation_begins(*this);
    if (validation_ != nullptr) report.validation = evaluate(network_, *validation_, vocabulary_);
    report.is_best = state.finish_epoch(report.validation);
    for (const auto& callback : callbacks_) callback->epoch_done(*this, report);
    for (const auto& callback : callbacks_) callback->epoch_closes(*this);
  }

  WordNet<T>& network_;
  Adam<T>& optimiser_;
  const Vocabulary& vocabulary_;
  std::vector<std::unique_ptr<Callback<T>>> callbacks_;
  Loader<T>* training_ = nullptr;
  Loader<T>* validation_ = nullptr;
};

}  // namespace tinyhtr
