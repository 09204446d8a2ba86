// The last step of a gradient of a convolution's weights: sums of groups of images, added up and put in order.
#pragma once

#include <algorithm>

#include "tinyhtr/core/scratch.hpp"
#include "tinyhtr/core/tensor.hpp"

namespace tinyhtr {

namespace detail {

/// Of one filter,
///
///     gradient[c, tap] += sum over the groups g, in their order, of place(g, tap)[c * step]
///
/// gradient (C, taps). Groups are added up as they lie, where step is 1 a vector of channels at a time; only their
/// total is put in the weight's order. Takes scratch slot 0.
template <class T, class Place>
void add_tap_sums(T* gradient, Index channels, Index taps, Index groups, Index step, const Place& place) {
  T* const total = scratch<T, 0>(taps * channels);
  std::fill(total, total + taps * channels, T(0));
  for (Index tap = 0; tap < taps; ++tap) {
    T* const line = total + tap * channels;
    for (Index g = 0; g < groups; ++g) {
      const T* const from = place(g, tap);
      if (step == 1) {
        for (Index c = 0; c < channels; ++c) line[c] += from[c];
      } else {
        for (Index c = 0; c < channels; ++c) line[c] += from[c * step];
      }
    }
  }
  for (Index c = 0; c < channels; ++c) {
    for (Index tap = 0; tap < taps; ++tap) gradient[c * taps + tap] += total[tap * channels + c];
  }
}

}  // namespace detail

}  // namespace tinyhtr
