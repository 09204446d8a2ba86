// Differentiable padding of images with zeros.
#pragma once

#include <memory>

#include "tinyhtr/autograd/variable.hpp"
#include "tinyhtr/kernels/column_mask.hpp"

namespace tinyhtr {

template <class T>
struct MaskColumnsNode : Node<T> {
  Lengths widths;
  explicit MaskColumnsNode(const Lengths& widths_) : Node<T>("mask_columns"), widths(widths_) {}
  void backward() override {
    if (Tensor<T>* dx = this->input_grad(0)) mask_columns_backward(*dx, this->grad, widths);
  }
};

/// Sets what is behind the first widths[n] columns of sample n to zero, so that a convolution sees there what it sees
/// beyond an image's edge. x (N,C,H,W); no widths: x itself.
template <class T>
Variable<T> mask_columns(const Variable<T>& x, const Lengths& widths) {
  if (widths.empty()) return x;
  auto node = make_node<MaskColumnsNode<T>>(widths);
  mask_columns_forward(node->value, x.value(), widths);
  return connect<T>(node, {x});
}

}  // namespace tinyhtr
