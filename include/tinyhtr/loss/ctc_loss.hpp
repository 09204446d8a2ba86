// The CTC loss as a node of the graph.
#pragma once

#include <memory>
#include <vector>

#include "tinyhtr/autograd/variable.hpp"
#include "tinyhtr/core/left_to_caller.hpp"
#include "tinyhtr/core/lengths.hpp"
#include "tinyhtr/kernels/ctc_log_domain.hpp"
#include "tinyhtr/kernels/ctc_scaled.hpp"

namespace tinyhtr {

template <class T>
struct CtcLossNode : Node<T> {
  std::vector<double> losses;  ///< -log p(label), one per sample
  Tensor<T> gradient;          ///< (T,N,K) of each sample's loss by its logits; empty where nobody will ask for it
  CtcLossNode() : Node<T>("ctc_loss") {}
  void backward() override {
    Tensor<T>* dlogits = this->input_grad_or_empty(0);
    if (!dlogits) return;
    const T scale = this->grad[0] / static_cast<T>(losses.size());
    if (dlogits->empty()) {
      scale_forward(*dlogits, gradient, scale);
    } else {
      accumulate(*dlogits, gradient, scale);
    }
  }
};

/// Mean over the batch of -log p(label), the sum over all alignments of a label with the logits' sequence.
///
///     loss = -1/N sum over n of log p(label_n | softmax(logits[:, n]))
///
/// logits (T,N,K), before any softmax; labels: N lists of classes in [0, K-1), true lengths, no padding; the blank is
/// class K-1; lengths (N), where given: the steps of each sample, behind which nothing counts. The result has shape
/// (1). Algorithm: Scaled, or LogDomain, the textbook; softmax, loss and gradient are computed together, sample by
/// sample. Unlike PyTorch's 'mean', a label's loss is not divided by its length. Throws ShapeError where there are not
/// N labels, ArgumentError for a label that does not fit into T steps (naming T, L, the repeats) or for logits that are
/// not finite. Source: see ctc_forward.
template <class Algorithm = Scaled, class T>
Variable<T> ctc_loss(const Variable<T>& logits, const std::vector<std::vector<int>>& labels,
                     const Lengths& lengths = {}) {
  check_rank("ctc_loss", "logits", logits.shape(), "(T,N,K)");
  const Index batch = logits.shape()[1], classes = logits.shape()[2];
  check_shape("ctc_loss", "labels", {static_cast<Index>(labels.size())}, {batch});
  check_lengths("ctc_loss", lengths, batch, logits.shape()[0]);
  if (batch == 0 || classes == 0) throw ShapeError("ctc_loss: logits have shape " + logits.shape().to_string());
  auto node = make_node<CtcLossNode<T>>();
  Tensor<T>* gradient = nullptr;
  if (needs_graph<T>({logits})) {
    node->gradient.resize(logits.shape());
    gradient = &node->gradient;
  }
  node->losses.resize(labels.size());
  const auto sample = [&](Index n) {
    const auto k = static_cast<std::size_t>(n);
    node->losses[k] = Algorithm::loss(gradient, logits.value(), n, labels[k], static_cast<int>(classes - 1),
                                      length_of(lengths, n, logits.shape()[0]));
  };
  for (const Index n : indices_left(batch, sample)) sample(n);
  double total = 0;
  for (const double loss : node->losses) total += loss;
  node->value = Tensor<T>(Shape{1}, {static_cast<T>(total / static_cast<double>(batch))});
  return connect<T>(node, {logits});
}

}  // namespace tinyhtr
