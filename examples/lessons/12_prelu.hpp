// The layer of lesson 12: a rectifier that learns its slope. The page: docs/lessons/12_your_own_layer.md
#pragma once

#include <memory>

#include "tinyhtr/autograd/variable.hpp"
#include "tinyhtr/nn/module.hpp"

namespace lesson {

using namespace tinyhtr;

template <class T>
struct PreluNode : Node<T> {
  PreluNode() : Node<T>("prelu") {}
  void backward() override {
    const Tensor<T>&x = this->input_value(0), &a = this->input_value(1), &dy = this->grad;
    Tensor<T>*dx = this->input_grad(0), *da = this->input_grad(1);
    for (Index i = 0; i < x.size(); ++i) {
      const Index c = i % a.size();
      if (dx) (*dx)[i] += dy[i] * (x[i] > 0 ? T(1) : a[c]);
      if (da && x[i] <= 0) (*da)[c] += dy[i] * x[i];
    }
  }
};

/// y = x for x > 0, a x otherwise, with an `a` for each column. y, x (R,C), a (C).
template <class T>
Variable<T> prelu(const Variable<T>& x, const Variable<T>& a) {
  check_shape("prelu", "a", a.shape(), {x.shape()[1]});
  auto node = make_node<PreluNode<T>>();
  node->value.resize(x.shape());
  for (Index i = 0; i < x.value().size(); ++i) {
    node->value[i] = x.value()[i] * (x.value()[i] > 0 ? T(1) : a.value()[i % a.value().size()]);
  }
  return connect<T>(node, {x, a});
}

/// A rectifier whose slopes are trained. Source: He, Zhang, Ren, Sun, "Delving deep into rectifiers", 2015.
template <class T>
struct Prelu {
  Variable<T> slope;  ///< (C)
  explicit Prelu(Index channels) : slope(Tensor<T>(Shape{channels}, T(0.25)), /*requires_grad=*/true) {}
  void members(Members<T>& list) { list.parameter("slope", slope); }
  Variable<T> forward(const Variable<T>& x) const { return prelu(x, slope); }
};

}  // namespace lesson
