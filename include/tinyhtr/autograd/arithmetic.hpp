// Differentiable arithmetic: sum of tensors, products, a scale, the sum of all elements.
#pragma once

#include <memory>

#include "tinyhtr/autograd/variable.hpp"
#include "tinyhtr/kernels/elementwise.hpp"

namespace tinyhtr {

template <class T>
struct AddNode : Node<T> {
  AddNode() : Node<T>("add") {}
  void backward() override {
    if (Tensor<T>* da = this->input_grad(0)) accumulate(*da, this->grad);
    if (Tensor<T>* db = this->input_grad(1)) accumulate(*db, this->grad);
  }
};

/// y = a + b, of one shape.
template <class T>
Variable<T> add(const Variable<T>& a, const Variable<T>& b) {
  auto node = make_node<AddNode<T>>();
  add_forward(node->value, a.value(), b.value());
  return connect<T>(node, {a, b});
}

template <class T>
struct MultiplyNode : Node<T> {
  MultiplyNode() : Node<T>("multiply") {}
  void backward() override {
    const Tensor<T>&a = this->input_value(0), &b = this->input_value(1), &dy = this->grad;
    if (Tensor<T>* da = this->input_grad(0)) {
      for (Index i = 0; i < dy.size(); ++i) (*da)[i] += dy[i] * b[i];
    }
    if (Tensor<T>* db = this->input_grad(1)) {
      for (Index i = 0; i < dy.size(); ++i) (*db)[i] += dy[i] * a[i];
    }
  }
};

/// y = a b, element by element, of one shape.
template <class T>
Variable<T> multiply(const Variable<T>& a, const Variable<T>& b) {
  check_shape("multiply", "b", b.shape(), a.shape());
  auto node = make_node<MultiplyNode<T>>();
  node->value.resize(a.shape());
  for (Index i = 0; i < a.value().size(); ++i) node->value[i] = a.value()[i] * b.value()[i];
  return connect<T>(node, {a, b});
}

template <class T>
struct ScaleNode : Node<T> {
  T factor;
  explicit ScaleNode(T factor_) : Node<T>("scale"), factor(factor_) {}
  void backward() override {
    if (Tensor<T>* dx = this->input_grad(0)) accumulate(*dx, this->grad, factor);
  }
};

/// y = factor x + shift.
template <class T>
Variable<T> scale(const Variable<T>& x, T factor, T shift = T(0)) {
  auto node = make_node<ScaleNode<T>>(factor);
  scale_forward(node->value, x.value(), factor, shift);
  return connect<T>(node, {x});
}

template <class T>
struct SumNode : Node<T> {
  SumNode() : Node<T>("sum") {}
  void backward() override {
    if (Tensor<T>* dx = this->input_grad(0)) {
      for (T& element : *dx) element += this->grad[0];
    }
  }
};

/// The sum of all elements, of shape (1).
template <class T>
Variable<T> sum(const Variable<T>& x) {
  auto node = make_node<SumNode<T>>();
  node->value = Tensor<T>(Shape{1});
  for (const T element : x.value()) node->value[0] += element;
  return connect<T>(node, {x});
}

}  // namespace tinyhtr
