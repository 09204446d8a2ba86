// Check mode's look at a node: the first number that is not finite, and whose it is.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "tinyhtr/autograd/node.hpp"
#include "tinyhtr/core/check_mode.hpp"
#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/core/tensor.hpp"

namespace tinyhtr {

/// The row-major position of the first NaN or infinity; nothing where all numbers are finite.
template <class T>
std::optional<Index> first_not_finite(const Tensor<T>& tensor) {
  for (Index i = 0; i < tensor.size(); ++i) {
    if (!std::isfinite(tensor.data()[i])) return i;
  }
  return std::nullopt;
}

/// The subscripts of a row-major position, outermost first.
inline std::vector<Index> subscripts_of(const Shape& shape, Index position) {
  std::vector<Index> subscripts(static_cast<std::size_t>(shape.rank()));
  for (Index axis = shape.rank() - 1; axis >= 0; --axis) {
    subscripts[static_cast<std::size_t>(axis)] = position % shape[axis];
    position /= shape[axis];
  }
  return subscripts;
}

/// Which sample of a batch a number belongs to, as shapes are fixed everywhere: images (N,C,H,W) and rows (N,C) have
/// the samples outermost, sequences (T,N,C) in the middle. -1 for all other shapes.
inline Index sample_at(const Shape& shape, Index position) {
  const std::vector<Index> subscripts = subscripts_of(shape, position);
  if (shape.rank() == 4 || shape.rank() == 2) return subscripts[0];
  return shape.rank() == 3 ? subscripts[1] : -1;
}

/// Whether a node is a parameter that knows its path. An operation can have a name, too: the result of a block.
template <class T>
bool is_named_parameter(const Node<T>& node) {
  return !node.name.empty() && std::string_view(node.op) == "leaf";
}

/// What a node is to people: "blocks.3.conv1.weight" for a parameter, "conv2d of blocks.3.conv1.weight" where a
/// parameter is its input, else the nearest parameter before it: "leaky_relu behind blocks.3.bn1.weight". Behind these,
/// in brackets, the name of a block whose result it is.
template <class T>
std::string node_text(const Node<T>& node, const std::vector<const Node<T>*>& inputs) {
  if (is_named_parameter(node)) return node.name;
  const std::string block = node.name.empty() ? "" : " (" + node.name + ")";
  std::deque<const Node<T>*> waiting(inputs.begin(), inputs.end());
  std::unordered_set<const Node<T>*> seen(inputs.begin(), inputs.end());
  while (!waiting.empty()) {
    const Node<T>* before = waiting.front();
    waiting.pop_front();
    if (is_named_parameter(*before)) {
      const bool is_input = std::find(inputs.begin(), inputs.end(), before) != inputs.end();
      return std::string(node.op) + (is_input ? " of " : " behind ") + before->name + block;
    }
    for (const auto& input : before->inputs) {
      if (seen.insert(input.get()).second) waiting.push_back(input.get());
    }
  }
  return node.op + block;
}

template <class T>
std::vector<const Node<T>*> inputs_of(const Node<T>& node) {
  std::vector<const Node<T>*> inputs;
  for (const auto& input : node.inputs) inputs.push_back(input.get());
  return inputs;
}

/// "nan at (2,5,0,1) of (16,16,32,128), 12 numbers in all"
template <class T>
std::string not_finite_text(const Tensor<T>& tensor, Index position) {
  Index count = 0;
  for (Index i = position; i < tensor.size(); ++i) count += std::isfinite(tensor.data()[i]) ? 0 : 1;
  std::string text = std::isnan(tensor.data()[position]) ? "nan at (" : "infinity at (";
  for (const Index subscript : subscripts_of(tensor.shape(), position)) {
    if (text.back() != '(') text += ',';
    text += std::to_string(subscript);
  }
  return text + ") of " + tensor.shape().to_string() + ", " + std::to_string(count) +
         (count == 1 ? " number in all" : " numbers in all");
}

namespace detail {

/// ", in sample 2 of the batch, after 16 backward passes"
inline std::string whose_and_when(Index sample) {
  const std::string whose = sample < 0 ? "" : ", in sample " + std::to_string(sample) + " of the batch";
  return whose + ", after " + std::to_string(backward_passes.load()) + " backward passes";
}

}  // namespace detail

/// Throws NumericError where the value of a node is not finite: names the operation, its parameter, the place, the
/// sample of the batch, and whether an input was at fault.
template <class T>
void check_value(const Node<T>& node, const std::vector<const Node<T>*>& inputs) {
  const std::optional<Index> place = first_not_finite(node.value);
  if (!place) return;
  const Index sample = sample_at(node.value.shape(), *place);
  std::string text = node_text(node, inputs) + ": the result is " + not_finite_text(node.value, *place) +
                     detail::whose_and_when(sample);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::optional<Index> bad = first_not_finite(inputs[i]->value);
    if (!bad) continue;
    throw NumericError(text + "; its input " + std::to_string(i) + ", " + node_text(*inputs[i], inputs_of(*inputs[i])) +
                           ", is " + not_finite_text(inputs[i]->value, *bad),
                       sample);
  }
  throw NumericError(text + "; its inputs are finite, so it is the operation that left the range of numbers", sample);
}

/// In check mode, throws NumericError where what a layer without a node gave is not finite; `layer` is its path, and
/// the tensor's first sample is number `first` of the batch. Else does nothing.
template <class T>
void check_result(std::string_view layer, const Tensor<T>& result, Index first = 0) {
  if (!check_mode()) return;
  const std::optional<Index> place = first_not_finite(result);
  if (!place) return;
  const Index sample = sample_at(result.shape(), *place), in_batch = sample < 0 ? -1 : first + sample;
  throw NumericError(
      std::string(layer) + ": the result is " + not_finite_text(result, *place) + detail::whose_and_when(in_batch),
      in_batch);
}

/// Throws NumericError where a node that has handed on its gradient left one that is not finite at an input, ShapeError
/// where it left one of another shape than the input's.
template <class T>
void check_gradients(const Node<T>& node) {
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    const Node<T>& input = *node.inputs[i];
    if (!input.requires_grad || input.grad.empty()) continue;
    const std::optional<Index> place = first_not_finite(input.grad);
    if (!place && input.grad.shape() == input.value.shape()) continue;
    const std::string where = "backward of " + node_text(node, inputs_of(node));
    const std::string whose = "the gradient of input " + std::to_string(i) + ", " + node_text(input, inputs_of(input));
    check_shape(where, whose, input.grad.shape(), input.value.shape());
    const Index sample = is_named_parameter(input) ? -1 : sample_at(input.grad.shape(), *place);
    const std::string cause = first_not_finite(node.grad) ? "; the gradient that arrived was not finite either"
                                                          : "; the gradient that arrived was finite";
    throw NumericError(
        where + ": " + whose + ", is " + not_finite_text(input.grad, *place) + detail::whose_and_when(sample) + cause,
        sample);
  }
}

}  // namespace tinyhtr
