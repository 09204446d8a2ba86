// Kernels that treat every element by itself.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <string>
#include <type_traits>

#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/core/random.hpp"
#include "tinyhtr/core/tensor.hpp"

namespace tinyhtr {

/// Elements that one piece of parallel work takes: enough to be worth a thread, a multiple of the 128 that dropout
/// draws for at a time.
inline constexpr Index elementwise_piece = 1 << 14;

/// e^x. In float a polynomial, so that the compiler vectorises loops over it, which it cannot do with a call.
///
///     e^x = 2^n e^r,   n = round(x / ln 2),   r = x - n ln 2 in [-ln 2 / 2, ln 2 / 2],   e^r by its Taylor series
///
/// Relative error below 2e-7 in float for -87 < x < 88; below, x counts as -87, and from 88.4 on the result is
/// infinite. Source: Cody, Waite, "Software manual for the elementary functions", 1980, for the two parts of ln 2.
template <class T>
T exponential(T x) {
  if constexpr (!std::is_same_v<T, float>) {
    return std::exp(x);
  } else {
    x = x < -87.0f ? -87.0f : x;
    x = x > 89.0f ? 89.0f : x;
    constexpr float shift = 0x1.8p23f;  // a float of this size has no digits behind the point: adding it rounds
    const float shifted = x * 1.44269504f + shift, n = shifted - shift;
    const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;  // ln 2 in two parts, the first without rounding
    float sum = 1.0f / 5040;
    for (const float coefficient : {1.0f / 720, 1.0f / 120, 1.0f / 24, 1.0f / 6, 0.5f, 1.0f, 1.0f}) {
      sum = sum * r + coefficient;
    }
    const std::int32_t exponent = std::bit_cast<std::int32_t>(shifted) - std::bit_cast<std::int32_t>(shift);  // n
    return sum * std::bit_cast<float>(static_cast<std::uint32_t>(exponent + 127) << 23);
  }
}

/// 1 / (1 + e^-x).
template <class T>
T sigmoid(T x) {
  return T(1) / (T(1) + exponential(-x));
}

/// Rectifier with a slope for negative inputs.
///
///     y = x for x > 0, slope x otherwise
///
/// y, x of one shape. Source: Maas, Hannun, Ng, "Rectifier nonlinearities improve neural network acoustic models",
/// 2013.
template <class T>
void leaky_relu_forward(Tensor<T>& y, const Tensor<T>& x, T slope) {
  y.resize(x.shape());
  T* out = y.data();
  const T* in = x.data();
  parallel_pieces(x.size(), elementwise_piece, [=](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) out[i] = in[i] * (in[i] > 0 ? T(1) : slope);
  });
}

/// dx += dy for x > 0, slope dy otherwise. dx, dy, x of one shape.
template <class T>
void leaky_relu_backward(Tensor<T>& dx, const Tensor<T>& dy, const Tensor<T>& x, T slope) {
  check_shape("leaky_relu_backward", "dy", dy.shape(), x.shape());
  check_shape("leaky_relu_backward", "dx", dx.shape(), x.shape());
  T* out = dx.data();
  const T *g = dy.data(), *in = x.data();
  parallel_pieces(x.size(), elementwise_piece, [=](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) out[i] += g[i] * (in[i] > 0 ? T(1) : slope);
  });
}

/// y = a + b, of one shape; throws ShapeError otherwise.
template <class T>
void add_forward(Tensor<T>& y, const Tensor<T>& a, const Tensor<T>& b) {
  check_shape("add", "b", b.shape(), a.shape());
  y.resize(a.shape());
  T* out = y.data();
  const T *left = a.data(), *right = b.data();
  parallel_pieces(a.size(), elementwise_piece, [=](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) out[i] = left[i] + right[i];
  });
}

/// x = zeros of that shape.
template <class T>
void set_to_zeros(Tensor<T>& x, const Shape& shape) {
  x.resize(shape);
  T* out = x.data();
  parallel_pieces(x.size(), elementwise_piece,
                  [=](Index begin, Index end) { std::fill(out + begin, out + end, T(0)); });
}

/// dx += scale * dy, of one shape.
template <class T>
void accumulate(Tensor<T>& dx, const Tensor<T>& dy, T scale = T(1)) {
  check_shape("accumulate", "dy", dy.shape(), dx.shape());
  T* out = dx.data();
  const T* g = dy.data();
  parallel_pieces(dx.size(), elementwise_piece, [=](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) out[i] += scale * g[i];
  });
}

/// y = scale * x + shift.
template <class T>
void scale_forward(Tensor<T>& y, const Tensor<T>& x, T scale, T shift = T(0)) {
  y.resize(x.shape());
  T* out = y.data();
  const T* in = x.data();
  parallel_pieces(x.size(), elementwise_piece, [=](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) out[i] = scale * in[i] + shift;
  });
}

/// Inverted dropout: drops each element with probability p, and scales the others so that the mean stays.
///
///     y_i = x_i * mask_i,   mask_i = 0 with probability p, 1 / (1 - p) otherwise
///
/// y, mask (kept for backward), x of one shape; 0 <= p < 1, rounded to a multiple of 2^-16. Element i takes 16 bits,
/// half i % 2 of word i / 2 of the stream `random`, so the mask depends on the stream's name alone, not on threads.
/// Source: Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, "Dropout", JMLR 2014.
template <class T>
void dropout_forward(Tensor<T>& y, Tensor<T>& mask, const Tensor<T>& x, T p, const Random& random) {
  if (!(p >= 0 && p < 1))
    throw ArgumentError("dropout: the probability has to be in [0, 1), found " + std::to_string(p));
  y.resize(x.shape());
  mask.resize(x.shape());
  const T keep = T(1) / (T(1) - p);
  // Half-words below the threshold drop; at most all but one in 65,536 do.
  const auto threshold = static_cast<std::uint32_t>(std::min(std::lround(static_cast<double>(p) * 0x1p16), 65535L));
  T *out = y.data(), *factor = mask.data();
  const T* in = x.data();
  parallel_pieces(x.size(), elementwise_piece, [=](Index begin, Index end) {
    std::array<std::uint32_t, 64> words;
    std::array<std::uint32_t, 128> halves;
    for (Index first = begin; first < end; first += 128) {
      random.blocks(static_cast<std::uint32_t>(first / 8), words);
      for (std::size_t word = 0; word < 64; ++word) {
        halves[2 * word] = words[word] & 0xFFFFu;
        halves[2 * word + 1] = words[word] >> 16;
      }
      const Index count = std::min<Index>(128, end - first);
      for (Index i = 0; i < count; ++i) {
        factor[first + i] = halves[static_cast<std::size_t>(i)] < threshold ? T(0) : keep;
        out[first + i] = in[first + i] * factor[first + i];
      }
    }
  });
}

/// dx += dy * mask, of one shape.
template <class T>
void dropout_backward(Tensor<T>& dx, const Tensor<T>& dy, const Tensor<T>& mask) {
  check_shape("dropout_backward", "dy", dy.shape(), mask.shape());
  check_shape("dropout_backward", "dx", dx.shape(), mask.shape());
  T* out = dx.data();
  const T *g = dy.data(), *factor = mask.data();
  parallel_pieces(dx.size(), elementwise_piece, [=](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) out[i] += g[i] * factor[i];
  });
}

}  // namespace tinyhtr
