// When to stop: the metric has not improved for a while.
#pragma once

#include <limits>

namespace tinyhtr {

/// Remembers the best metric so far, lower is better, and how long ago it was. Matches Keras's EarlyStopping, mode
/// "min".
struct EarlyStopping {
  int patience = 20;

  double best = std::numeric_limits<double>::infinity();
  int best_epoch = 0;  ///< counted from 1; 0 before the first
  int epochs_without_improvement = 0;

  /// Takes the metric of an epoch (counted from 1); true where it is the best so far.
  bool improves(double metric, int epoch) {
    if (!(metric < best)) {
      ++epochs_without_improvement;
      return false;
    }
    best = metric;
    best_epoch = epoch;
    epochs_without_improvement = 0;
    return true;
  }

  bool should_stop() const { return epochs_without_improvement >= patience; }
};

}  // namespace tinyhtr
