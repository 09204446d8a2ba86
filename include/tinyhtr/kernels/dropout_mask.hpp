// The factors by which dropout multiplies, drawn from a named stream of random numbers.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/random.hpp"
#include "tinyhtr/core/shape.hpp"

namespace tinyhtr {

/// Factor i is 0 with probability p, 1 / (1 - p) otherwise.
///
/// 0 <= p < 1; what is dropped has p rounded to a multiple of 2^-16, so that the mean stays within 2^-16 / (1 - p);
/// throws ArgumentError otherwise. Factor i takes 16 bits, half i % 2 of
/// word i / 2 of the stream `random`, so it depends on the stream's name alone, not on threads or on how elements are
/// cut.
template <class T>
class DropoutMask {
 public:
  DropoutMask(T p, const Random& random)
      : keep_(T(1) / (T(1) - p)), threshold_(checked_threshold(p)), random_(random) {}

  /// 1 / (1 - p).
  T keep() const { return keep_; }

  /// Writes the factors [begin, end) to `factors`.
  void draw(T* factors, Index begin, Index end) const {
    std::array<std::uint32_t, at_once / 2> words;
    std::array<std::uint16_t, at_once> halves;
    std::array<T, at_once> drawn;
    for (Index first = begin / at_once * at_once; first < end; first += at_once) {
      random_.blocks(static_cast<std::uint32_t>(first / 8), words);
      std::memcpy(halves.data(), words.data(), sizeof(halves));  // the lower half of a word first, on common machines
      const T keep = keep_;
      for (std::size_t i = 0; i < at_once; ++i) drawn[i] = halves[i] < threshold_ ? T(0) : keep;
      const Index from = std::max(first, begin), to = std::min(first + at_once, end);
      std::copy(drawn.begin() + (from - first), drawn.begin() + (to - first), factors + (from - begin));
    }
  }

 private:
  static constexpr Index at_once = 128;  // two in each word of Random::blocks

  static std::uint32_t checked_threshold(T p) {
    if (!(p >= 0 && p < 1)) {
      throw ArgumentError("dropout: the probability has to be in [0, 1), found " + std::to_string(p));
    }
    // Halves below the threshold drop; at most all but one in 65,536 do.
    return static_cast<std::uint32_t>(std::min(std::lround(static_cast<double>(p) * 0x1p16), 65535L));
  }

  T keep_;
  std::uint32_t threshold_;
  Random random_;
};

}  // namespace tinyhtr
