// A learning rate that falls along a cosine.
#pragma once

#include <cmath>
#include <numbers>

namespace tinyhtr {

/// The learning rate of every step of a training whose length is known beforehand, with p = step / steps:
///
///     rate = last + (first - last) (1 + cos(pi p)) / 2
///
/// Source: Loshchilov, Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017, equation 5, one period.
struct Cosine {
  double first = 1e-3;
  double last = 0;

  /// progress: 0 at the first step, below 1 at the last.
  double rate(double progress) const { return last + (first - last) * (1 + std::cos(std::numbers::pi * progress)) / 2; }
};

}  // namespace tinyhtr
