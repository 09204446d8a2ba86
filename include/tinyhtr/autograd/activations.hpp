// Differentiable functions of every element, dropout, log-softmax.
#pragma once

#include <cmath>
#include <memory>

#include "tinyhtr/autograd/variable.hpp"
#include "tinyhtr/kernels/elementwise.hpp"
#include "tinyhtr/kernels/softmax.hpp"

namespace tinyhtr {

template <class T>
struct SigmoidNode : Node<T> {
  SigmoidNode() : Node<T>("sigmoid") {}
  void backward() override {
    Tensor<T>* dx = this->input_grad(0);
    if (!dx) return;
    const Tensor<T>& y = this->value;
    for (Index i = 0; i < y.size(); ++i) (*dx)[i] += this->grad[i] * y[i] * (1 - y[i]);
  }
};

/// y = 1 / (1 + e^-x); dy/dx = y (1 - y).
template <class T>
Variable<T> sigmoid(const Variable<T>& x) {
  auto node = make_node<SigmoidNode<T>>();
  node->value.resize(x.shape());
  for (Index i = 0; i < x.value().size(); ++i) node->value[i] = sigmoid(x.value()[i]);
  return connect<T>(node, {x});
}

template <class T>
struct TanhNode : Node<T> {
  TanhNode() : Node<T>("tanh") {}
  void backward() override {
    Tensor<T>* dx = this->input_grad(0);
    if (!dx) return;
    const Tensor<T>& y = this->value;
    for (Index i = 0; i < y.size(); ++i) (*dx)[i] += this->grad[i] * (1 - y[i] * y[i]);
  }
};

/// y = tanh x; dy/dx = 1 - y^2.
template <class T>
Variable<T> tanh(const Variable<T>& x) {
  auto node = make_node<TanhNode<T>>();
  node->value.resize(x.shape());
  for (Index i = 0; i < x.value().size(); ++i) node->value[i] = std::tanh(x.value()[i]);
  return connect<T>(node, {x});
}

template <class T>
struct LeakyReluNode : Node<T> {
  T slope;
  explicit LeakyReluNode(T slope_) : Node<T>("leaky_relu"), slope(slope_) {}
  void backward() override {
    if (Tensor<T>* dx = this->input_grad(0)) leaky_relu_backward(*dx, this->grad, this->input_value(0), slope);
  }
};

/// y = x for x > 0, slope x otherwise.
template <class T>
Variable<T> leaky_relu(const Variable<T>& x, T slope) {
  auto node = make_node<LeakyReluNode<T>>(slope);
  leaky_relu_forward(node->value, x.value(), slope);
  return connect<T>(node, {x});
}

template <class T>
struct DropoutNode : Node<T> {
  Tensor<T> mask;  ///< 0 where dropped, 1 / (1 - p) elsewhere
  DropoutNode() : Node<T>("dropout") {}
  void backward() override {
    if (Tensor<T>* dx = this->input_grad(0)) dropout_backward(*dx, this->grad, mask);
  }
};

/// y = x mask, where mask, 0 or 1 / (1 - p), is drawn from the stream `random`; see dropout_forward.
template <class T>
Variable<T> dropout(const Variable<T>& x, T p, const Random& random) {
  auto node = make_node<DropoutNode<T>>();
  dropout_forward(node->value, node->mask, x.value(), p, random);
  return connect<T>(node, {x});
}

template <class T>
struct LogSoftmaxNode : Node<T> {
  LogSoftmaxNode() : Node<T>("log_softmax") {}
  void backward() override {
    if (Tensor<T>* dx = this->input_grad(0)) log_softmax_backward(*dx, this->grad, this->value);
  }
};

/// Log-softmax over the last dimension.
template <class T>
Variable<T> log_softmax(const Variable<T>& x) {
  auto node = make_node<LogSoftmaxNode<T>>();
  log_softmax_forward(node->value, x.value());
  return connect<T>(node, {x});
}

}  // namespace tinyhtr
