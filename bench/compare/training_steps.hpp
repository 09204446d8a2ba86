// TrainingSteps: steps of the reference network, undivided or timed layer by layer.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "numbers.hpp"
#include "tinyhtr/tinyhtr.hpp"

namespace tinyhtr::compare {

/// The kinds of layers whose time is added up.
enum class Kind { of_3, of_16, of_32, of_64, pointwise, norm, sequence, lstm, linear, ctc, update, rest, count };
inline constexpr std::size_t kinds = static_cast<std::size_t>(Kind::count);
inline constexpr std::array<const char*, kinds> names = {"convolution 3x3 of 3 channels",
                                                         "convolution 3x3 of 16 channels",
                                                         "convolution 3x3 of 32 channels",
                                                         "convolution 3x3 of 64 channels",
                                                         "convolution 1x1 of the skip paths",
                                                         "batch norm and what follows it",
                                                         "image to sequence",
                                                         "BiLSTM",
                                                         "dropout, linear",
                                                         "CTC",
                                                         "zero gradients, clip, Adam",
                                                         "rest"};

/// Of each kind, in seconds or in operations.
struct Parts {
  std::array<double, kinds> forward{}, backward{};
};

/// A clock that gives the time since it was last asked.
class Clock {
 public:
  double lap() {
    const auto before = std::exchange(last_, std::chrono::steady_clock::now());
    return std::chrono::duration<double>(last_ - before).count();
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

/// The kind that a node of the graph belongs to.
inline Kind kind_of(const Node<float>& node) {
  const std::string_view op = node.op;
  if (op == "conv2d") {
    const Tensor<float>& weight = node.input_value(1);
    if (weight.dim(2) == 1) return Kind::pointwise;
    if (weight.dim(1) <= 3) return Kind::of_3;
    return weight.dim(1) <= 16 ? Kind::of_16 : weight.dim(1) <= 32 ? Kind::of_32 : Kind::of_64;
  }
  if (op == "image_to_sequence" || op == "reorder") return Kind::sequence;
  if (op == "lstm") return Kind::lstm;
  if (op == "linear" || (op == "dropout" && node.value.rank() == 3)) return Kind::linear;
  if (op == "ctc_loss") return Kind::ctc;
  return node.inputs.empty() ? Kind::rest : Kind::norm;  // batch_norm, batch_norm_fused, add, leaky_relu, dropout
}

/// Floating-point operations of a node's forward pass, taps on the zeros around an image counted too; backward takes as
/// many for the gradient of its input, and for that of its weights.
inline double operations(const Node<float>& node) {
  const std::string_view op = node.op;
  if (op == "conv2d") {
    const Tensor<float>& weight = node.input_value(1);
    return 2.0 * static_cast<double>(node.value.size() * weight.size() / weight.dim(0));
  }
  if (op != "lstm" && op != "linear") return 0;
  const Tensor<float>& x = node.input_value(0);
  double weights = 0;
  for (std::size_t i = 1; i < node.inputs.size(); ++i) {
    if (node.input_value(i).rank() == 2) weights += static_cast<double>(node.input_value(i).size());
  }
  return 2 * weights * static_cast<double>(x.size() / x.dim(x.rank() - 1));
}

/// Training steps of the reference network with one set of implementations, undivided or part by part.
template <class Algorithms>
class TrainingSteps {
 public:
  TrainingSteps(const WordNetOptions& options, Index batch)
      : network_(79, 1, options),
        images_(compare::numbers({batch, options.channels, options.height, options.width}, 0, 1)),
        labels_(compare::labels(batch)) {}

  /// A training step as Trainer does it; returns its loss.
  float step() {
    const Variable<float> logits = network_.forward(images_, Mode::training(1, step_++));
    const Variable<float> loss = ctc_loss<typename Algorithms::Ctc>(logits, labels_);
    adam_.zero_grad();
    backward(loss, Keep::leaves);
    clip_gradient_norm(adam_.parameters(), 5);
    adam_.step();
    return loss.item();
  }

  /// The same, where every stretch of time goes to some part; returns the loss too.
  float step(Parts& seconds) {
    Clock clock;
    Mode mode = Mode::training(1, step_++);
    const auto forward = [&](Variable<float> result) {
      seconds.forward[index(kind_of(result.node()))] += clock.lap();
      return result;
    };
    // The layers as WordNet::forward and ResidualBlock::forward call them.
    Variable<float> x = scale(Variable<float>(images_), 1 / 255.0f);
    seconds.forward[index(Kind::rest)] += clock.lap();
    constexpr ImageOrder order = Algorithms::order;
    if (order == ImageOrder::channels_last) x = forward(reorder(x, ImageOrder::channels_first));
    for (auto& block : network_.blocks) {
      const float slope = block.slope;
      if (Algorithms::fused_normalisation) {
        NormTail<float> tail{.slope = slope, .order = order};
        const Variable<float> y = forward(block.bn1.forward_fused(forward(block.conv1.forward(x, order)), {}, tail));
        const Variable<float> residual = block.skip ? forward(block.skip->forward(x, order)) : x;
        const Variable<float> z = forward(block.conv2.forward(y, order));
        const DropoutMask<float> mask(block.dropout.probability, mode.next_random());
        tail.dropout = mask;
        x = forward(block.bn2.forward_fused(z, residual, tail));
      } else {
        Variable<float> y = forward(block.bn1.forward(forward(block.conv1.forward(x)), mode));
        y = forward(block.conv2.forward(forward(leaky_relu(y, slope))));
        y = forward(block.bn2.forward(y, mode));
        y = forward(add(y, block.skip ? forward(block.skip->forward(x)) : x));
        x = forward(block.dropout.forward(forward(leaky_relu(y, slope)), mode));
      }
    }
    if (order == ImageOrder::channels_last) x = forward(reorder(x, order));
    x = forward(network_.lstm.template forward_by<typename Algorithms::Lstm>(
        forward(image_to_sequence(x, network_.options.scan))));
    x = forward(network_.classes.forward(forward(network_.dropout.forward(x, mode))));
    Variable<float> loss = forward(ctc_loss<typename Algorithms::Ctc>(x, labels_));
    x = {};

    adam_.zero_grad();
    seconds.backward[index(Kind::update)] += clock.lap();
    backward_by_parts(loss, seconds, clock);
    clip_gradient_norm(adam_.parameters(), 5);
    adam_.step();
    seconds.backward[index(Kind::update)] += clock.lap();
    const float result = loss.item();
    loss = {};  // the graph gives its memory back
    seconds.backward[index(Kind::rest)] += clock.lap();
    return result;
  }

  /// Operations of the last divided step: those done, and those counted for it.
  const Parts& operations_done() const { return operations_; }
  double operations_counted() const { return counted_; }

 private:
  static std::size_t index(Kind kind) { return static_cast<std::size_t>(kind); }

  /// As backward(loss, Keep::leaves).
  void backward_by_parts(const Variable<float>& loss, Parts& seconds, Clock& clock) {
    const std::vector<Node<float>*> order = reverse_topological_order(loss);
    loss.node().grad = Tensor<float>(loss.shape(), 1);
    operations_ = {};
    counted_ = 0;
    for (Node<float>* node : order) {
      if (node->inputs.empty()) continue;
      const std::size_t kind = index(kind_of(*node));
      const double forward = operations(*node);
      operations_.forward[kind] += forward;
      operations_.backward[kind] += node->inputs[0]->requires_grad ? 2 * forward : forward;
      counted_ += 3 * forward;
    }
    seconds.backward[index(Kind::rest)] += clock.lap();
    for (Node<float>* node : order) {
      if (node->grad.empty()) set_to_zeros(node->grad, node->value.shape());
      node->backward();
      if (!node->inputs.empty()) node->grad = Tensor<float>();
      seconds.backward[index(kind_of(*node))] += clock.lap();
    }
  }

  WordNet<float, Algorithms> network_;
  Adam<float> adam_{parameters_of<float>(network_)};
  Tensor<float> images_;
  std::vector<std::vector<int>> labels_;
  std::uint32_t step_ = 0;
  Parts operations_;
  double counted_ = 0;
};

}  // namespace tinyhtr::compare
