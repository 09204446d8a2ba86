// The fully connected layer.
#pragma once

#include <cmath>
#include <memory>

#include "tinyhtr/autograd/layout.hpp"
#include "tinyhtr/autograd/variable.hpp"
#include "tinyhtr/kernels/linear.hpp"
#include "tinyhtr/nn/init.hpp"
#include "tinyhtr/nn/module.hpp"

namespace tinyhtr {

template <class T>
struct LinearNode : Node<T> {
  LinearNode() : Node<T>("linear") {}
  void backward() override {
    linear_backward(this->input_grad_or_empty(0), this->input_grad(1), this->input_grad(2), this->grad,
                    this->input_value(0), this->input_value(1));
  }
};

/// y = x weight^T + bias. y (..,O), x (..,I), weight (O,I), bias (O).
template <class T>
Variable<T> linear(const Variable<T>& x, const Variable<T>& weight, const Variable<T>& bias) {
  auto node = make_node<LinearNode<T>>();
  linear_forward(node->value, x.value(), weight.value(), &bias.value());
  return connect<T>(node, {x, weight, bias});
}

/// A fully connected layer on the last dimension.
template <class T>
struct Linear {
  Variable<T> weight;  ///< (O,I)
  Variable<T> bias;    ///< (O)

  Linear(Index inputs, Index outputs, Random& random, Initialisation initialisation = Initialisation::keras)
      : weight(Tensor<T>(Shape{outputs, inputs}), true), bias(Tensor<T>(Shape{outputs}), true) {
    if (initialisation == Initialisation::keras) {
      glorot_uniform(weight.value(), inputs, outputs, random);
    } else {
      const double limit = 1 / std::sqrt(static_cast<double>(inputs));
      fill_uniform(weight.value(), limit, random);
      fill_uniform(bias.value(), limit, random);
    }
  }

  void members(Members<T>& list) {
    list.parameter("weight", weight);
    list.parameter("bias", bias);
  }

  /// x (R,I) to (R,O), or x (T,N,I) to (T,N,O). What linear() does, without its frame on a debugger's way to gemm.
  Variable<T> forward(const Variable<T>& x) const {
    auto node = make_node<LinearNode<T>>();
    linear_forward(node->value, x.value(), weight.value(), &bias.value());
    return connect<T>(node, {x, weight, bias});
  }
};

}  // namespace tinyhtr
