// Variable: a tensor that remembers how it was computed. Node: one such step, all of it plain fields.
#pragma once

#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/kernels/elementwise.hpp"

namespace tinyhtr {

/// One step of a computation: its result, the gradient of the loss by that result, and the steps it came from.
///
/// Every operation has a named struct derived from Node that keeps what its backward() needs, so that
/// `break tinyhtr::LinearNode<float>::backward` works. A node's id is larger than those of its inputs.
template <class T>
struct Node {
  const char* op = "leaf";                    ///< name of the operation
  std::string name;                           ///< path of a parameter, "blocks.3.conv1.weight", or of the block whose
                                              ///< result this is, "blocks.3"; else empty
  std::uint64_t id = next_id();               ///< order of creation
  Tensor<T> value;                            ///< the result
  Tensor<T> grad;                             ///< d loss / d value, of value's shape; empty until somebody adds to it
  bool requires_grad = false;                 ///< whether backward has to come by
  std::vector<std::shared_ptr<Node>> inputs;  ///< empty for leaves, and for everything made in no-grad mode

  explicit Node(const char* op_name) : op(op_name) {}
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  /// Frees the graph below without recursion: a chain of 300,000 nodes does not need 300,000 stack frames.
  virtual ~Node() {
    std::vector<std::shared_ptr<Node>> dying = std::move(inputs);
    while (!dying.empty()) {
      const std::shared_ptr<Node> node = std::move(dying.back());
      dying.pop_back();
      if (node.use_count() > 1) continue;  // somebody else still holds it
      for (std::shared_ptr<Node>& input : node->inputs) dying.push_back(std::move(input));
      node->inputs.clear();
    }
  }

  /// Adds this node's share to the gradient of each input: `inputs[i].grad += grad * d value / d inputs[i]`.
  /// Always `+=`, never `=`, for an input may be used by several nodes.
  virtual void backward() {}

  /// Where backward() adds the gradient of input i, zeros at first; null where nobody asks for it.
  Tensor<T>* input_grad(std::size_t i) {
    Tensor<T>* const gradient = input_grad_or_empty(i);
    if (gradient && gradient->shape() != inputs[i]->value.shape()) set_to_zeros(*gradient, inputs[i]->value.shape());
    return gradient;
  }

  /// The same for kernels that take an empty gradient for zeros, and write what they would add.
  Tensor<T>* input_grad_or_empty(std::size_t i) { return inputs[i]->requires_grad ? &inputs[i]->grad : nullptr; }
  const Tensor<T>& input_value(std::size_t i) const { return inputs[i]->value; }

 private:
  static std::uint64_t next_id() {
    static std::atomic<std::uint64_t> counter{0};
    return ++counter;
  }
};

/// A handle to a Node: copies share the node, as copies of a Python variable do.
template <class T>
class Variable {
 public:
  /// Refers to nothing.
  Variable() = default;

  /// A leaf: an input, or with requires_grad a parameter.
  explicit Variable(Tensor<T> value, bool requires_grad = false, std::string name = "")
      : node_(std::make_shared<Node<T>>("leaf")) {
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
template <class T>
Variable<T> connect(std::shared_ptr<Node<T>> node, std::initializer_list<Variable<T>> inputs) {
  if (needs_graph<T>(inputs)) {
    node->requires_grad = true;
    for (const Variable<T>& input : inputs) node->inputs.push_back(input.shared_node());
  }
  return Variable<T>(std::move(node));
}

}  // namespace tinyhtr
