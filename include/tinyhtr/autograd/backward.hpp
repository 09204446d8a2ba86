// backward: reverse-mode differentiation over the recorded graph.
#pragma once

#include <algorithm>
#include <unordered_set>
#include <vector>

#include "tinyhtr/autograd/check_node.hpp"
#include "tinyhtr/autograd/variable.hpp"
#include "tinyhtr/core/check_mode.hpp"
#include "tinyhtr/kernels/elementwise.hpp"

namespace tinyhtr {

/// The nodes below `root` that take part in backward, or with `constants` all of them, results before their inputs.
/// A node is younger than its inputs, so descending id is such an order. No recursion.
template <class T>
std::vector<Node<T>*> reverse_topological_order(const Variable<T>& root, bool constants = false) {
  std::vector<Node<T>*> order, waiting{&root.node()};
  std::unordered_set<const Node<T>*> seen{&root.node()};
  while (!waiting.empty()) {
    Node<T>* node = waiting.back();
    waiting.pop_back();
    order.push_back(node);
    for (const auto& input : node->inputs) {
      const bool wanted = input->requires_grad || constants;
      if (wanted && seen.insert(input.get()).second) waiting.push_back(input.get());
    }
  }
  std::sort(order.begin(), order.end(), [](const Node<T>* a, const Node<T>* b) { return a->id > b->id; });
  return order;
}

/// Which gradients outlive backward.
enum class Keep {
  all,     ///< those of every node, to be looked at
  leaves,  ///< those of parameters and inputs; all others give their memory back as soon as they were passed on
};

/// Gradients of sum(seed * root) by every leaf below that requires one.
///
///     leaf.grad += sum over all paths from root to leaf of the product of local derivatives (the chain rule)
///
/// seed has root's shape. Leaves accumulate over calls until zero_grad(); the gradients of nodes in between start
/// anew at every call. Throws ShapeError for a seed of another shape, ArgumentError where nothing was recorded, and in
/// check mode NumericError for the first gradient that is not finite.
/// Source: Griewank, Walther, "Evaluating Derivatives", 2008, section 3.2.
template <class T>
void backward(const Variable<T>& root, const Tensor<T>& seed, Keep keep = Keep::all) {
  check_shape("backward", "seed", seed.shape(), root.shape());
  if (!root.requires_grad()) {
    throw ArgumentError(
        "backward: no graph leads to this variable; was it computed in no-grad mode, or from inputs "
        "that do not require a gradient?");
  }
  const std::vector<Node<T>*> order = reverse_topological_order(root);
  for (Node<T>* node : order) {
    const bool is_leaf = node->inputs.empty();
    if (!is_leaf || node->grad.shape() != node->value.shape()) node->grad = Tensor<T>();
  }
  Tensor<T>& root_grad = root.node().grad;
  if (root_grad.empty()) set_to_zeros(root_grad, root.shape());
  for (Index i = 0; i < seed.size(); ++i) root_grad[i] += seed[i];
  for (Node<T>* node : order) {
    if (node->grad.empty()) set_to_zeros(node->grad, node->value.shape());  // nobody added anything
    node->backward();
    if (check_mode()) check_gradients(*node);
    if (keep == Keep::leaves && !node->inputs.empty()) node->grad = Tensor<T>();
  }
  if (check_mode()) ++detail::backward_passes;
}

/// Gradients of a loss of one element; throws ShapeError where it has more.
template <class T>
void backward(const Variable<T>& loss, Keep keep = Keep::all) {
  if (loss.value().size() != 1) {
    throw ShapeError("backward: the loss has shape " + loss.shape().to_string() +
                     ", expected one element; give a seed of that shape to differentiate a weighted sum");
  }
  backward(loss, Tensor<T>(loss.shape(), T(1)), keep);
}

}  // namespace tinyhtr
