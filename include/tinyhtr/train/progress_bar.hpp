// ProgressBar: shows on the terminal how far a training has come.
#pragma once

#include <string>

#include "tinyhtr/core/number_text.hpp"
#include "tinyhtr/train/callback.hpp"
#include "tinyhtr/train/progress.hpp"
#include "tinyhtr/train/trainer.hpp"

namespace tinyhtr {

/// A line that changes with every step: epoch, batches, loss, images/s, the time that is left of the epoch.
template <class T>
class ProgressBar : public Callback<T> {
 public:
  void step_done(Trainer<T>& trainer, const StepReport& step, const Batch<T>&) override {
    const double rate = static_cast<double>(step.samples_done) / step.seconds;
    const double left =
        step.seconds / static_cast<double>(step.batches_done) * static_cast<double>(step.batches - step.batches_done);
    progress_.show("epoch " + std::to_string(step.epoch) + '/' + std::to_string(trainer.options.epochs),
                   step.batches_done, step.batches,
                   "loss " + fixed(step.loss, 3) + "  " + fixed(rate, 1) + " images/s  " + clock_time(left) + " left");
  }

  void epoch_done(Trainer<T>&, const EpochReport&) override { progress_.clear(); }
  void run_ends(Trainer<T>&, TrainingEnd) override { progress_.clear(); }

 private:
  Progress progress_;
};

}  // namespace tinyhtr
