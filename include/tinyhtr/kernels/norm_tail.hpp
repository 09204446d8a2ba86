// What follows batch norm in a residual block, element by element: sum with the skip path, rectifier, dropout.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <optional>
#include <type_traits>

#include "tinyhtr/core/image_order.hpp"
#include "tinyhtr/core/lengths.hpp"
#include "tinyhtr/kernels/dropout_mask.hpp"

namespace tinyhtr {

/// What becomes of a normalised value: y = dropout(leaky_relu(normalised + residual)).
template <class T>
struct NormTail {
  T slope = T(1);                                 ///< of the rectifier for negative values, at least 0; 1: none
  std::optional<DropoutMask<T>> dropout{};        ///< none: nothing is dropped
  Lengths widths{};                               ///< (N) columns that are real; what is behind counts as dropped
  ImageOrder order = ImageOrder::channels_first;  ///< of all maps; factor i of dropout is that of element i in memory
};

namespace detail {

/// A factor of all elements, or of each its own.
template <class T>
T factor_of(T factor, Index) {
  return factor;
}
template <class T>
T factor_of(const T* factors, Index k) {
  return factors[k];
}

/// out = leaky_relu(scale in + shift + added), where a zero is +0; added may be null; scale, shift: T, or const T*
/// where each element has its own.
template <class T, class Factor>
void scale_and_rectify(T* out, const T* in, const T* added, Index count, Factor scale, Factor shift, T slope) {
  if (added) {
    for (Index k = 0; k < count; ++k) {
      const T sum = in[k] * factor_of(scale, k) + factor_of(shift, k) + added[k];
      out[k] = sum * (sum > 0 ? T(1) : slope) + T(0);
    }
  } else {
    for (Index k = 0; k < count; ++k) {
      const T sum = in[k] * factor_of(scale, k) + factor_of(shift, k);
      out[k] = sum * (sum > 0 ? T(1) : slope) + T(0);
    }
  }
}

/// out *= factors, where a dropped element becomes -0, every other zero +0.
template <class T>
void drop(T* out, const T* factors, Index count) {
  for (Index k = 0; k < count; ++k) {
    const T kept = out[k] * factors[k] + T(0);  // -0 + 0 is +0
    out[k] = factors[k] == T(0) ? -T(0) : kept;
  }
}

/// Writes zero, which may be -0, into what is behind the first `valid` elements of every row.
template <class T>
void fill_padding(T* rows, Index height, Index width, Index valid, T zero) {
  for (Index h = 0; h < height; ++h) std::fill(rows + h * width + valid, rows + (h + 1) * width, zero);
}

/// Writes a piece of a gradient, or adds it to what is there.
template <class T>
void put_gradient(T* to, const T* from, Index count, bool adds) {
  if (adds) {
    for (Index k = 0; k < count; ++k) to[k] += from[k];
  } else {
    std::copy(from, from + count, to);
  }
}

/// Whether x is the zero that carries a minus, which compares equal to the other one.
template <class T>
bool is_negative_zero(T x) {
  using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  return std::bit_cast<Bits>(x) == Bits{1} << (8 * sizeof(T) - 1);
}

/// g = dy times what the tail of the forward pass did to each element, which its result y tells.
template <class T>
void tail_backward(T* g, const T* dy, const T* y, Index count, const NormTail<T>& tail) {
  const T slope = tail.slope;
  if (!tail.dropout && tail.widths.empty()) {
    for (Index k = 0; k < count; ++k) g[k] = dy[k] * (y[k] > 0 ? T(1) : slope);
    return;
  }
  const T positive = tail.dropout ? tail.dropout->keep() : T(1), negative = slope * positive;
  for (Index k = 0; k < count; ++k) {
    const T factor = y[k] > 0 ? positive : negative;
    g[k] = dy[k] * (is_negative_zero(y[k]) ? T(0) : factor);
  }
}

}  // namespace detail

}  // namespace tinyhtr
