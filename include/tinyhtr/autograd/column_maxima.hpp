// Differentiable maximum over the height of feature maps.
#pragma once

#include <memory>

#include "tinyhtr/autograd/variable.hpp"
#include "tinyhtr/kernels/column_maxima.hpp"

namespace tinyhtr {

template <class T>
struct ColumnMaximaNode : Node<T> {
  MaximaRows rows;  ///< where each maximum stood
  ColumnMaximaNode() : Node<T>("column_maxima") {}
  void backward() override {
    Tensor<T>* dx = this->input_grad(0);
    if (dx) column_maxima_backward(*dx, this->grad, rows);
  }
};

/// y[t, n, c] = max over h of x[n, c, h, t]: feature maps read from left to right, a step per column.
/// x (N,C,H,W); y (T,N,C) with T = W.
template <class T>
Variable<T> column_maxima(const Variable<T>& x) {
  auto node = make_node<ColumnMaximaNode<T>>();
  column_maxima_forward(node->value, node->rows, x.value());
  return connect<T>(node, {x});
}

}  // namespace tinyhtr
