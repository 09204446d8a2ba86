// Log-softmax over the last dimension.
#pragma once

#include <algorithm>
#include <cmath>

#include "tinyhtr/core/left_to_caller.hpp"
#include "tinyhtr/core/simd.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/kernels/elementwise.hpp"

namespace tinyhtr {

namespace detail {

/// The largest of count >= 1 numbers.
template <class T>
T largest_of(const T* x, Index count) {
  constexpr Index lanes = vector_lanes<T>;
  if (count < lanes) return *std::max_element(x, x + count);
  Vector<T> largest = load_vector(x + count - lanes);  // once for the rest: to look twice at a number does no harm
  for (Index k = 0; k + lanes <= count; k += lanes) {
    const Vector<T> next = load_vector(x + k);
    largest = next > largest ? next : largest;
  }
  T list[lanes];
  store_vector(list, largest);
  return *std::max_element(list, list + lanes);
}

/// out[k] = exp(x[k] - largest) for k in [0, count), and 0 below e^-87, where exponential() in float ends. Returns
/// their sum, in double, so that the probabilities out[k] / sum add up to one whatever T is.
template <class T>
double exponentials_of(T* out, const T* x, Index count, T largest) {
  for (Index k = 0; k < count; ++k) {
    const T below = x[k] - largest;
    out[k] = below < T(-87) ? T(0) : exponential(below);
  }
  constexpr Index lanes = 16;  // sums side by side, which the compiler keeps in registers
  double sums[lanes] = {};
  Index k = 0;
  for (; k + lanes <= count; k += lanes) {
    for (Index lane = 0; lane < lanes; ++lane) sums[lane] += static_cast<double>(out[k + lane]);
  }
  for (Index lane = 0; k + lane < count; ++lane) sums[lane] += static_cast<double>(out[k + lane]);
  double sum = 0;
  for (const double part : sums) sum += part;
  return sum;
}

/// log_softmax_forward of one row of count >= 1 logits.
template <class T>
void log_softmax_row(T* out, const T* in, Index count) {
  const T largest = largest_of(in, count);
  // The logarithm is taken off last: next to a large logit its digits would get lost.
  const T log_sum = static_cast<T>(std::log(exponentials_of(out, in, count, largest)));
  for (Index k = 0; k < count; ++k) {
    out[k] = (in[k] - largest) - log_sum;
  }
}

}  // namespace detail

/// Logarithms of the probabilities that logits stand for.
///
///     y[.., k] = x[.., k] - m - log sum over j of exp(x[.., j] - m),   m = max over j of x[.., j]
///
/// y, x of one shape, classes last. Subtracting the largest logit keeps exp from overflowing.
template <class T>
void log_softmax_forward(Tensor<T>& y, const Tensor<T>& x) {
  if (x.rank() == 0) throw ShapeError("log_softmax: x is a scalar, expected classes on the last dimension");
  const Index classes = x.dim(x.rank() - 1), rows = classes == 0 ? 0 : x.size() / classes;
  y.resize(x.shape());
  const T* logits = x.data();
  T* result = y.data();
  const auto loop = [=](Index begin, Index end) {
    for (Index r = begin; r < end; ++r) detail::log_softmax_row(result + r * classes, logits + r * classes, classes);
  };
  for (const auto [begin, end] : pieces_left(rows, 64, loop)) loop(begin, end);
}

/// dx[.., k] += dy[.., k] - exp(y[.., k]) sum over j of dy[.., j]. y is the forward pass's result; all of one shape.
template <class T>
void log_softmax_backward(Tensor<T>& dx, const Tensor<T>& dy, const Tensor<T>& y) {
  check_shape("log_softmax_backward", "dy", dy.shape(), y.shape());
  check_shape("log_softmax_backward", "dx", dx.shape(), y.shape());
  const Index classes = y.dim(y.rank() - 1), rows = classes == 0 ? 0 : y.size() / classes;
  T* out = dx.data();
  const T *g = dy.data(), *log_probs = y.data();
  const auto loop = [=](Index begin, Index end) {
    for (Index r = begin; r < end; ++r) {
      const Index first = r * classes;
      T sum = 0;
      for (Index k = first; k < first + classes; ++k) sum += g[k];
      for (Index k = first; k < first + classes; ++k) out[k] += g[k] - exponential(log_probs[k]) * sum;
    }
  };
  for (const auto [begin, end] : pieces_left(rows, 64, loop)) loop(begin, end);
}

}  // namespace tinyhtr
