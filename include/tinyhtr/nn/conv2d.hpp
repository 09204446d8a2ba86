// The convolution layer.
#pragma once

#include <cmath>
#include <memory>

#include "tinyhtr/autograd/variable.hpp"
#include "tinyhtr/kernels/conv2d.hpp"
#include "tinyhtr/nn/init.hpp"
#include "tinyhtr/nn/module.hpp"

namespace tinyhtr {

template <class T, class Algorithm>
struct Conv2dNode : Node<T> {
  ConvGeometry geometry;
  explicit Conv2dNode(const ConvGeometry& geometry_) : Node<T>("conv2d"), geometry(geometry_) {}
  void backward() override {
    Tensor<T>* dbias = this->inputs.size() > 2 ? this->input_grad(2) : nullptr;
    Algorithm::backward(this->input_grad_or_empty(0), this->input_grad(1), dbias, this->grad, this->input_value(0),
                        this->input_value(1), geometry);
  }
};

/// y = x convolved with weight, plus bias where there is one; the formula stands at Naive::forward.
/// y (N,F,P,Q), x (N,C,H,W), weight (F,C,KH,KW), bias (F) or an empty Variable.
template <class Algorithm = Automatic, class T>
Variable<T> conv2d(const Variable<T>& x, const Variable<T>& weight, const Variable<T>& bias,
                   const ConvGeometry& geometry = {}) {
  auto node = make_node<Conv2dNode<T, Algorithm>>(geometry);
  Algorithm::forward(node->value, x.value(), weight.value(), bias ? &bias.value() : nullptr, geometry);
  if (!bias) return connect<T>(node, {x, weight});
  return connect<T>(node, {x, weight, bias});
}

struct Conv2dOptions {
  Index kernel = 3;
  Stride stride = 1;
  Padding padding = Padding::same;
  bool bias = true;
  Initialisation initialisation = Initialisation::keras;
};

/// A convolution layer with a square kernel, computed by Algorithm.
template <class T, class Algorithm = Automatic>
struct Conv2d {
  Variable<T> weight;  ///< (F,C,K,K)
  Variable<T> bias;    ///< (F); refers to nothing where the layer has none
  ConvGeometry geometry;

  Conv2d(Index channels, Index filters, const Conv2dOptions& options, Random& random)
      : weight(Tensor<T>(Shape{filters, channels, options.kernel, options.kernel}), true),
        geometry{options.stride, options.padding} {
    const Index fan_in = channels * options.kernel * options.kernel;
    if (options.bias) bias = Variable<T>(Tensor<T>(Shape{filters}), true);
    if (options.initialisation == Initialisation::keras) {
      he_uniform(weight.value(), fan_in, random);
    } else {
      const double limit = 1 / std::sqrt(static_cast<double>(fan_in));
      fill_uniform(weight.value(), limit, random);
      if (bias) fill_uniform(bias.value(), limit, random);
    }
  }

  void members(Members<T>& list) {
    list.parameter("weight", weight);
    if (bias) list.parameter("bias", bias);
  }

  /// x (N,C,H,W) to (N,F,P,Q), or (N,H,W,C) to (N,P,Q,F).
  Variable<T> forward(const Variable<T>& x, ImageOrder order = ImageOrder::channels_first) const {
    return conv2d<Algorithm>(x, weight, bias, {geometry.stride, geometry.padding, order});
  }
};

}  // namespace tinyhtr
