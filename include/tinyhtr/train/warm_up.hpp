// WarmUp: small steps at the beginning of a training.
#pragma once

#include <cstdint>

#include "tinyhtr/train/callback.hpp"
#include "tinyhtr/train/trainer.hpp"

namespace tinyhtr {

/// Multiplies the learning rate of step t = 1, 2, ... by min(1, t / steps), whatever else sets that rate; to be added
/// after a schedule. Adam's second moments are estimates of few gradients at first, and large steps on them harm.
/// Source: Goyal and others, "Accurate, large minibatch SGD", 2017, section 2.2, gradual warm-up.
template <class T>
class WarmUp : public Callback<T> {
 public:
  /// steps: how many the rise takes; 0: none. Throws ArgumentError for a negative number.
  explicit WarmUp(std::int64_t steps) : steps_(steps) {
    if (steps < 0) throw ArgumentError("WarmUp: expected 0 or more steps, found " + std::to_string(steps));
  }

  void step_begins(Trainer<T>& trainer) override {
    const std::int64_t step = trainer.state.steps + 1;
    if (step >= steps_) return;
    trainer.optimiser().learning_rate *= static_cast<double>(step) / static_cast<double>(steps_);
  }

 private:
  std::int64_t steps_;
};

}  // namespace tinyhtr
