// The loss of one label, for the tests of the CTC kernel.
#pragma once

#include <vector>

#include "tinyhtr/kernels/ctc.hpp"
#include "tinyhtr/kernels/softmax.hpp"

namespace tinyhtr::test {

using Label = std::vector<int>;

template <class T>
Tensor<T> log_softmax_of(const Tensor<T>& logits) {
  Tensor<T> log_probs;
  log_softmax_forward(log_probs, logits);
  return log_probs;
}

/// -log p(label) of sample n, with the last class as blank.
template <class T>
double loss_of(const Tensor<T>& log_probs, Index n, const Label& label) {
  CtcLattice lattice;
  ctc_forward(lattice, log_probs, n, label, static_cast<int>(log_probs.dim(2)) - 1);
  return -lattice.log_probability;
}

}  // namespace tinyhtr::test
