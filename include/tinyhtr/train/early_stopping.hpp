// EarlyStopping: ends a training that gets no better.
#pragma once

#include "tinyhtr/train/callback.hpp"
#include "tinyhtr/train/trainer.hpp"

namespace tinyhtr {

/// Ends the training after `patience` epochs in a row without a better validation CER (macro). Matches Keras's
/// EarlyStopping on val_CER, mode "min". What it counts stands in the trainer's state.
template <class T>
class EarlyStopping : public Callback<T> {
 public:
  /// Throws ArgumentError unless patience >= 1.
  explicit EarlyStopping(int patience_ = 20) : patience(patience_) {
    if (patience < 1)
      throw ArgumentError("EarlyStopping: expected a patience of 1 or more epochs, found " + std::to_string(patience));
  }

  void run_begins(Trainer<T>& trainer) override { count(trainer.state); }
  void epoch_done(Trainer<T>& trainer, const EpochReport&) override { count(trainer.state); }
  bool should_stop() const override { return epochs_without_improvement_ >= patience; }

  int patience;

 private:
  void count(const TrainingState& state) { epochs_without_improvement_ = state.epochs_done - state.best_epoch; }

  int epochs_without_improvement_ = 0;
};

}  // namespace tinyhtr
