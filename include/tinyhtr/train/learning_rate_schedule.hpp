// LearningRateSchedule: a training's learning rate as a function of how far it has come.
#pragma once

#include <functional>
#include <utility>

#include "tinyhtr/train/callback.hpp"
#include "tinyhtr/train/trainer.hpp"

namespace tinyhtr {

/// Sets the learning rate of every step to rate(p), where p is the share of all steps before it, 0 to below 1: the
/// curve is as long as the run, so a run cannot be made longer afterwards.
template <class T>
class LearningRateSchedule : public Callback<T> {
 public:
  /// rate: for instance `[cycle = OneCycle{.peak = 3e-3}](double p) { return cycle.rate(p); }`
  explicit LearningRateSchedule(std::function<double(double)> rate) : rate_(std::move(rate)) {}

  void step_begins(Trainer<T>& trainer) override {
    const TrainingState& state = trainer.state;
    const double epochs =
        state.epochs_done + static_cast<double>(state.batches_done) / static_cast<double>(trainer.training().batches());
    trainer.optimiser().learning_rate = rate_(epochs / trainer.options.epochs);
  }

 private:
  std::function<double(double)> rate_;
};

}  // namespace tinyhtr
