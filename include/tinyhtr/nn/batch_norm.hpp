// The batch normalisation layer.
#pragma once

#include <memory>

#include "tinyhtr/autograd/mask_columns.hpp"
#include "tinyhtr/autograd/variable.hpp"
#include "tinyhtr/kernels/batch_norm.hpp"
#include "tinyhtr/kernels/batch_norm_fused.hpp"
#include "tinyhtr/nn/mode.hpp"
#include "tinyhtr/nn/module.hpp"

namespace tinyhtr {

template <class T>
struct BatchNormNode : Node<T> {
  BatchStatistics<T> statistics;
  Lengths widths;
  BatchNormNode() : Node<T>("batch_norm") {}
  void backward() override {
    batch_norm_backward(this->input_grad(0), this->input_grad(1), this->input_grad(2), this->grad, this->input_value(0),
                        this->input_value(1), statistics, widths);
  }
};

template <class T>
struct BatchNormInferenceNode : Node<T> {
  Tensor<T> running_mean, running_var;  ///< copies, as they were in the forward pass
  T epsilon = 0;
  BatchNormInferenceNode() : Node<T>("batch_norm_inference") {}
  void backward() override {
    batch_norm_backward_inference(this->input_grad(0), this->input_grad(1), this->input_grad(2), this->grad,
                                  this->input_value(0), this->input_value(1), running_mean, running_var, epsilon);
  }
};

template <class T>
struct BatchNormFusedNode : Node<T> {
  BatchStatistics<T> statistics;
  NormTail<T> tail;
  explicit BatchNormFusedNode(const NormTail<T>& tail_) : Node<T>("batch_norm_fused"), tail(tail_) {}
  void backward() override {
    Tensor<T>* dresidual = this->inputs.size() > 3 ? this->input_grad_or_empty(3) : nullptr;
    Tensor<T>* dx = this->input_grad_or_empty(0);
    if (dx == dresidual) dx = this->input_grad(0);  // x is its own residual: both shares are added
    batch_norm_fused_backward(dx, dresidual, this->input_grad(1), this->input_grad(2), this->grad, this->value,
                              this->input_value(0), this->input_value(1), statistics, tail);
  }
};

/// Batch normalisation over channels, with Keras's numbers: epsilon 1e-3, running = .99 running + .01 batch.
template <class T>
struct BatchNorm2d {
  Variable<T> weight;      ///< (C), the scale; gamma in the paper
  Variable<T> bias;        ///< (C), the shift; beta in the paper
  Tensor<T> running_mean;  ///< (C)
  Tensor<T> running_var;   ///< (C)
  T epsilon = T(1e-3);
  T momentum;  ///< share of the running statistics that stays after a step

  explicit BatchNorm2d(Index channels, T momentum_ = T(0.99))
      : weight(Tensor<T>(Shape{channels}, T(1)), true),
        bias(Tensor<T>(Shape{channels}), true),
        running_mean(Shape{channels}),
        running_var(Shape{channels}, T(1)),
        momentum(momentum_) {}

  void members(Members<T>& list) {
    list.parameter("weight", weight);
    list.parameter("bias", bias);
    list.buffer("running_mean", running_mean);
    list.buffer("running_var", running_var);
  }

  /// x (N,C,H,W) to the same shape. In training the statistics of the batch are used, and the running ones move, unless
  /// the mode keeps those.
  /// widths (N), where given: columns behind are padding, no part of the statistics, and zeros in the result.
  Variable<T> forward(const Variable<T>& x, const Mode& mode, const Lengths& widths = {}) {
    if (!mode.uses_batch_statistics()) {
      auto node = make_node<BatchNormInferenceNode<T>>();
      batch_norm_forward_inference(node->value, x.value(), weight.value(), bias.value(), running_mean, running_var,
                                   epsilon);
      node->running_mean = running_mean;
      node->running_var = running_var;
      node->epsilon = epsilon;
      return mask_columns(connect<T>(node, {x, weight, bias}), widths);
    }
    auto node = make_node<BatchNormNode<T>>();
    node->widths = widths;
    batch_norm_forward_training(node->value, node->statistics, x.value(), weight.value(), bias.value(), epsilon,
                                widths);
    follow(node->statistics, x, widths);
    return connect<T>(node, {x, weight, bias});
  }

  /// The training pass together with the tail: dropout(leaky_relu(forward(x) + residual)), in one node. residual may
  /// refer to nothing. Equal to the layers one by one but for rounding. x (N,C,H,W), or (N,H,W,C) as tail.order says.
  Variable<T> forward_fused(const Variable<T>& x, const Variable<T>& residual, const NormTail<T>& tail) {
    auto node = make_node<BatchNormFusedNode<T>>(tail);
    batch_norm_fused_forward(node->value, node->statistics, x.value(), weight.value(), bias.value(),
                             residual ? &residual.value() : nullptr, epsilon, tail);
    follow(node->statistics, x, tail.widths, tail.order);
    if (!residual) return connect<T>(node, {x, weight, bias});
    return connect<T>(node, {x, weight, bias, residual});
  }

 private:
  void follow(const BatchStatistics<T>& statistics, const Variable<T>& x, const Lengths& widths,
              ImageOrder order = ImageOrder::channels_first) {
    update_running_statistics(running_mean, running_var, statistics, detail::real_pixels(x.shape(), widths, order),
                              momentum);
  }
};

}  // namespace tinyhtr
