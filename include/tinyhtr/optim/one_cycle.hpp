// A learning rate that rises once, then falls to almost nothing.
#pragma once

#include <cmath>
#include <numbers>

namespace tinyhtr {

/// The learning rate of every step of a training whose length is known beforehand. With progress p = step / steps:
///
///     rate = peak (start + (1 - start) p / warm_up)                         while p < warm_up
///     rate = peak (1 + cos(pi (p - warm_up) / (1 - warm_up))) / 2           afterwards
///
/// The rise lets running means settle before large steps are taken, the fall lets the weights come to rest.
/// Source: Smith, Topin, "Super-convergence", 2018; with the cosine of Loshchilov, Hutter, "SGDR", 2017.
struct OneCycle {
  double peak = 3e-3;
  double warm_up = 0.15;  ///< share of all steps in which the rate rises, 0 to less than 1
  double start = 0.04;    ///< of the peak, the rate of the first step

  /// progress: 0 at the first step, below 1 at the last.
  double rate(double progress) const {
    if (progress < warm_up) return peak * (start + (1 - start) * progress / warm_up);
    return peak * (1 + std::cos(std::numbers::pi * (progress - warm_up) / (1 - warm_up))) / 2;
  }
};

}  // namespace tinyhtr
