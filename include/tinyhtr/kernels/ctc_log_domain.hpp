// The CTC loss of a sample by the textbook: through the lattice of logarithms.
#pragma once

#include <span>

#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/kernels/ctc.hpp"
#include "tinyhtr/kernels/softmax.hpp"

namespace tinyhtr {

namespace detail {

/// Zeros for sample n from step `first` on.
template <class T>
void clear_steps(Tensor<T>& gradient, Index n, Index first) {
  for (Index t = first; t < gradient.dim(0); ++t) {
    for (Index k = 0; k < gradient.dim(2); ++k) gradient(t, n, k) = T(0);
  }
}

}  // namespace detail

/// CTC in the log domain, one logarithm for each move between two states. The twin that Scaled is held against, and
/// what Scaled falls back on: sums of logarithms are right for any logits.
struct LogDomain {
  /// -log p(label | softmax(logits[:, n])), and its gradient by the logits of that sample.
  ///
  ///     gradient[t,n,k] = y[t,k] - sum over states s of class k of exp(alpha[t,s] + beta[t,s] - log p(label))
  ///
  /// gradient (T,N,K), of which sample n is written, or null where only the loss is wanted; logits (T,N,K), before any
  /// softmax; steps: only the first so many of T belong to the sample, the gradient is 0 behind; label, blank, errors
  /// and source as in ctc_forward.
  template <class T>
  static double loss(Tensor<T>* gradient, const Tensor<T>& logits, Index n, std::span<const int> label, int blank,
                     Index steps) {
    check_rank("ctc", "logits", logits.shape(), "(T,N,K)");
    if (gradient) check_shape("ctc", "gradient", gradient->shape(), logits.shape());
    detail::check_ctc(logits.shape(), n, label, blank, steps);
    const Index batch = logits.dim(1), classes = logits.dim(2);
    Tensor<T> log_probs(Shape{steps, 1, classes});
    for (Index t = 0; t < steps; ++t) {
      detail::log_softmax_row(log_probs.data() + t * classes, logits.data() + (t * batch + n) * classes, classes);
    }
    CtcLattice lattice;
    detail::fill_ctc_lattice(lattice, log_probs, 0, label, blank);
    detail::check_ctc_result(lattice, n);
    if (gradient) {
      Tensor<T> sample_gradient(log_probs.shape());
      ctc_backward(sample_gradient, lattice, log_probs, 0, T(1));
      for (Index t = 0; t < steps; ++t) {
        for (Index k = 0; k < classes; ++k) (*gradient)(t, n, k) = sample_gradient(t, 0, k);
      }
      detail::clear_steps(*gradient, n, steps);
    }
    return -lattice.log_probability;
  }

  /// The same where all T steps belong to the sample.
  template <class T>
  static double loss(Tensor<T>* gradient, const Tensor<T>& logits, Index n, std::span<const int> label, int blank) {
    check_rank("ctc", "logits", logits.shape(), "(T,N,K)");
    return loss(gradient, logits, n, label, blank, logits.dim(0));
  }
};

}  // namespace tinyhtr
