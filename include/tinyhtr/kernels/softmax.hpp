// Log-softmax over the last dimension.
#pragma once

#include <algorithm>
#include <cmath>

#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/core/tensor.hpp"

namespace tinyhtr {

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
  parallel_pieces(rows, 64, [&](Index begin, Index end) {
    for (Index r = begin; r < end; ++r) {
      const T* in = x.data() + r * classes;
      T* out = y.data() + r * classes;
      T largest = in[0];
      for (Index k = 1; k < classes; ++k) largest = std::max(largest, in[k]);
      T sum = 0;
      for (Index k = 0; k < classes; ++k) sum += std::exp(in[k] - largest);
      const T log_sum = std::log(sum);  // taken off last: next to a large logit its digits would get lost
      for (Index k = 0; k < classes; ++k) out[k] = (in[k] - largest) - log_sum;
    }
  });
}

/// dx[.., k] += dy[.., k] - exp(y[.., k]) sum over j of dy[.., j]. y is the forward pass's result; all of one shape.
template <class T>
void log_softmax_backward(Tensor<T>& dx, const Tensor<T>& dy, const Tensor<T>& y) {
  check_shape("log_softmax_backward", "dy", dy.shape(), y.shape());
  check_shape("log_softmax_backward", "dx", dx.shape(), y.shape());
  const Index classes = y.dim(y.rank() - 1), rows = classes == 0 ? 0 : y.size() / classes;
  parallel_pieces(rows, 64, [&](Index begin, Index end) {
    for (Index r = begin; r < end; ++r) {
      const Index first = r * classes;
      T sum = 0;
      for (Index k = first; k < first + classes; ++k) sum += dy.data()[k];
      for (Index k = first; k < first + classes; ++k) dx.data()[k] += dy.data()[k] - std::exp(y.data()[k]) * sum;
    }
  });
}

}  // namespace tinyhtr
