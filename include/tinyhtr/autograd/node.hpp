// Node: one step of a computation, all of it plain fields.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

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

/// A new node of the graph, with its constructor's arguments. What std::make_shared does, which the compiler would
/// write anew, with an allocator's functions, for each kind of node.
template <class AnyNode, class... Arguments>
std::shared_ptr<AnyNode> make_node(Arguments&&... arguments) {
  return std::shared_ptr<AnyNode>(new AnyNode(std::forward<Arguments>(arguments)...));
}

}  // namespace tinyhtr
