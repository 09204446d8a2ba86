// Kernels that treat every element by itself.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <type_traits>

#include "tinyhtr/core/left_to_caller.hpp"
#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/kernels/dropout_mask.hpp"

namespace tinyhtr {

/// Elements that one piece of parallel work takes: enough to be worth a thread, a multiple of the 128 that DropoutMask
/// draws at a time.
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
  const auto loop = [=](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      out[i] = in[i] * (in[i] > 0 ? T(1) : slope);
    }
  };
  for (const auto [begin, end] : pieces_left(x.size(), elementwise_piece, loop)) loop(begin, end);
}

/// dx += dy for x > 0, slope dy otherwise. dx, dy, x of one shape.
template <class T>
void leaky_relu_backward(Tensor<T>& dx, const Tensor<T>& dy, const Tensor<T>& x, T slope) {
  check_shape("leaky_relu_backward", "dy", dy.shape(), x.shape());
  check_shape("leaky_relu_backward", "dx", dx.shape(), x.shape());
  T* out = dx.data();
  const T *g = dy.data(), *in = x.data();
  const auto loop = [=](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      out[i] += g[i] * (in[i] > 0 ? T(1) : slope);
    }
  };
  for (const auto [begin, end] : pieces_left(x.size(), elementwise_piece, loop)) loop(begin, end);
}

/// y = a + b, of one shape; throws ShapeError otherwise.
template <class T>
void add_forward(Tensor<T>& y, const Tensor<T>& a, const Tensor<T>& b) {
  check_shape("add", "b", b.shape(), a.shape());
  y.resize(a.shape());
  T* out = y.data();
  const T *left = a.data(), *right = b.data();
  const auto loop = [=](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      out[i] = left[i] + right[i];
    }
  };
  for (const auto [begin, end] : pieces_left(a.size(), elementwise_piece, loop)) loop(begin, end);
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
  const auto loop = [=](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      out[i] += scale * g[i];
    }
  };
  for (const auto [begin, end] : pieces_left(dx.size(), elementwise_piece, loop)) loop(begin, end);
}

/// y = scale * x + shift.
template <class T>
void scale_forward(Tensor<T>& y, const Tensor<T>& x, T scale, T shift = T(0)) {
  y.resize(x.shape());
  T* out = y.data();
  const T* in = x.data();
  const auto loop = [=](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      out[i] = scale * in[i] + shift;
    }
  };
  for (const auto [begin, end] : pieces_left(x.size(), elementwise_piece, loop)) loop(begin, end);
}

/// Inverted dropout: drops each element with probability p, and scales the others so that the mean stays.
///
///     y_i = x_i * mask_i,   mask_i = 0 with probability p, 1 / (1 - p) otherwise
///
/// y, mask (kept for backward), x of one shape; the mask is that of DropoutMask.
/// Source: Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, "Dropout", JMLR 2014.
template <class T>
void dropout_forward(Tensor<T>& y, Tensor<T>& mask, const Tensor<T>& x, T p, const Random& random) {
  const DropoutMask<T> drawn(p, random);
  y.resize(x.shape());
  mask.resize(x.shape());
  T *out = y.data(), *factor = mask.data();
  const T* in = x.data();
  const auto loop = [=](Index begin, Index end) {
    drawn.draw(factor + begin, begin, end);
    for (Index i = begin; i < end; ++i) {
      out[i] = in[i] * factor[i];
    }
  };
  for (const auto [begin, end] : pieces_left(x.size(), elementwise_piece, loop)) loop(begin, end);
}

/// dx += dy * mask, of one shape.
template <class T>
void dropout_backward(Tensor<T>& dx, const Tensor<T>& dy, const Tensor<T>& mask) {
  check_shape("dropout_backward", "dy", dy.shape(), mask.shape());
  check_shape("dropout_backward", "dx", dx.shape(), mask.shape());
  T* out = dx.data();
  const T *g = dy.data(), *factor = mask.data();
  const auto loop = [=](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      out[i] += g[i] * factor[i];
    }
  };
  for (const auto [begin, end] : pieces_left(dx.size(), elementwise_piece, loop)) loop(begin, end);
}

}  // namespace tinyhtr
