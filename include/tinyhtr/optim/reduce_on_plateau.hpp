// A learning rate that falls when the metric stops falling.
#pragma once

#include <limits>

namespace tinyhtr {

/// Multiplies the learning rate by `factor` after `patience` epochs in a row without a metric below the best by more
/// than `min_delta`; then counts anew. Matches Keras's ReduceLROnPlateau, mode "min".
struct ReduceOnPlateau {
  double factor = 0.9;
  int patience = 10;
  double min_delta = 1e-10;

  double best = std::numeric_limits<double>::infinity();
  int epochs_without_improvement = 0;

  /// Takes the metric of an epoch, returns the learning rate of the next one.
  double next(double metric, double learning_rate) {
    if (metric < best - min_delta) {
      best = metric;
      epochs_without_improvement = 0;
      return learning_rate;
    }
    if (++epochs_without_improvement < patience) return learning_rate;
    epochs_without_improvement = 0;
    return learning_rate * factor;
  }
};

}  // namespace tinyhtr
