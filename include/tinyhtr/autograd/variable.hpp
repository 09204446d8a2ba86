// Variable: a tensor that remembers how it was computed, by its node.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tinyhtr/autograd/check_node.hpp"
#include "tinyhtr/autograd/node.hpp"
#include "tinyhtr/core/check_mode.hpp"
#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/kernels/elementwise.hpp"

namespace tinyhtr {

/// A handle to a Node: copies share the node, as copies of a Python variable do.
template <class T>
class Variable {
 public:
  /// Refers to nothing.
  Variable() = default;

  /// A leaf: an input, or with requires_grad a parameter.
  explicit Variable(Tensor<T> value, bool requires_grad = false, std::string name = "")
      : node_(make_node<Node<T>>("leaf")) {
    node_->value = std::move(value);
    node_->requires_grad = requires_grad;
    node_->name = std::move(name);
  }

  explicit Variable(std::shared_ptr<Node<T>> node) : node_(std::move(node)) {}

  explicit operator bool() const { return node_ != nullptr; }

  Tensor<T>& value() { return node().value; }
  const Tensor<T>& value() const { return node().value; }
  Tensor<T>& grad() { return node().grad; }
  const Tensor<T>& grad() const { return node().grad; }
  const Shape& shape() const { return node().value.shape(); }
  bool requires_grad() const { return node().requires_grad; }
  const std::string& name() const { return node().name; }
  const std::shared_ptr<Node<T>>& shared_node() const { return node_; }

  /// The number inside a tensor of one element; throws ShapeError where there are more.
  T item() const {
    if (value().size() != 1)
      throw ShapeError("item: the variable has shape " + shape().to_string() + ", expected one element");
    return value()[0];
  }

  /// Makes the gradient zero, of the value's shape.
  void zero_grad() { set_to_zeros(node().grad, shape()); }

  Node<T>& node() const {
    if (!node_) throw ArgumentError("this variable refers to nothing: it was never given a value");
    return *node_;
  }

 private:
  std::shared_ptr<Node<T>> node_;
};

namespace detail {
inline thread_local bool grad_enabled = true;
}

/// While it lives, operations on this thread record no graph: for reading and evaluating.
class NoGrad {
 public:
  NoGrad() : before_(detail::grad_enabled) { detail::grad_enabled = false; }
  ~NoGrad() { detail::grad_enabled = before_; }
  NoGrad(const NoGrad&) = delete;
  NoGrad& operator=(const NoGrad&) = delete;

 private:
  bool before_;
};

inline bool grad_enabled() { return detail::grad_enabled; }

/// Whether an operation on these inputs has to be recorded.
template <class T>
bool needs_graph(std::initializer_list<Variable<T>> inputs) {
  if (!grad_enabled()) return false;
  for (const Variable<T>& input : inputs) {
    if (input.requires_grad()) return true;
  }
  return false;
}

/// Ties a node whose value is computed to its inputs, unless no gradient will be asked for; makes it a Variable.
/// In check mode, throws NumericError where the value is not finite.
template <class T>
Variable<T> connect(std::shared_ptr<Node<T>> node, std::initializer_list<Variable<T>> inputs) {
  if (check_mode()) {
    std::vector<const Node<T>*> nodes;
    for (const Variable<T>& input : inputs) nodes.push_back(&input.node());
    check_value<T>(*node, nodes);
  }
  if (needs_graph<T>(inputs)) {
    node->requires_grad = true;
    for (const Variable<T>& input : inputs) node->inputs.push_back(input.shared_node());
  }
  return Variable<T>(std::move(node));
}

}  // namespace tinyhtr
