// The computation graph of a Variable as a list: what its pictures are drawn from.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "tinyhtr/autograd/backward.hpp"
#include "tinyhtr/autograd/variable.hpp"
#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/shape.hpp"

namespace tinyhtr {

enum class GraphRole {
  operation,  ///< computed from others
  parameter,  ///< a leaf that has a name
  input,      ///< a leaf without one: an image, a constant
};

/// A node as a picture shows it.
struct GraphEntry {
  std::uint64_t id = 0;         ///< of the node; larger than those of its inputs
  std::string op, name, shape;  ///< "linear"; "classes.weight" or empty; "(32,1,79)"
  GraphRole role = GraphRole::operation;
  bool requires_grad = false;
  std::vector<std::size_t> inputs;  ///< places in the list, in the order of the operation's arguments
  Index hidden_inputs = 0;          ///< inputs that the list does not have, because of its limit
};

struct GraphList {
  std::vector<GraphEntry> entries;  ///< inputs before what is computed from them; the last one is the root
  Index left_out = 0;               ///< nodes of the graph that the limit left out

  /// What a picture says about them; empty where there are none.
  std::string note() const {
    if (left_out == 0) return "";
    return std::to_string(left_out) + (left_out == 1 ? " older node is" : " older nodes are") +
           " not drawn: " + std::to_string(entries.size() + static_cast<std::size_t>(left_out)) +
           " in all, the limit is " + std::to_string(limit);
  }

  Index limit = 0;  ///< the one that was asked for
};

namespace detail {

template <class T>
GraphEntry graph_entry(const Node<T>& node) {
  GraphEntry entry;
  entry.id = node.id;
  entry.op = node.op;
  entry.name = node.name;
  entry.shape = node.value.shape().to_string();
  entry.requires_grad = node.requires_grad;
  const bool is_leaf = node.inputs.empty() && entry.op == "leaf";
  entry.role = !is_leaf ? GraphRole::operation : node.name.empty() ? GraphRole::input : GraphRole::parameter;
  return entry;
}

}  // namespace detail

/// The graph below root. Where it has more than `limit` nodes, the operations nearest to the root stay, the youngest
/// ones, each together with its leaves: a graph has 300,000 nodes easily, and no picture shows them.
///
/// What was computed in no-grad mode, or from inputs that require no gradient, was not recorded: it is an operation
/// without inputs. O(nodes log nodes), no recursion. Throws ArgumentError for a limit below 1 or a Variable that refers
/// to nothing.
template <class T>
GraphList list_graph(const Variable<T>& root, Index limit) {
  if (limit < 1) throw ArgumentError("list_graph: expected a limit of 1 node or more, found " + std::to_string(limit));
  std::vector<Node<T>*> all = reverse_topological_order(root, /*constants=*/true);
  std::unordered_set<const Node<T>*> kept{&root.node()};
  for (const Node<T>* node : all) {
    if (node->inputs.empty() && node != &root.node()) continue;  // a leaf comes with the operation that reads it
    std::vector<const Node<T>*> wanted{node};
    for (const auto& input : node->inputs) {
      if (input->inputs.empty()) wanted.push_back(input.get());
    }
    const auto added =
        std::count_if(wanted.begin(), wanted.end(), [&](const auto* one) { return !kept.contains(one); });
    if (static_cast<Index>(kept.size()) + added > limit) break;
    kept.insert(wanted.begin(), wanted.end());
  }

  GraphList list;
  list.limit = limit;
  std::unordered_map<const Node<T>*, std::size_t> places;
  std::reverse(all.begin(), all.end());  // inputs before what is computed from them
  for (const Node<T>* node : all) {
    if (!kept.contains(node)) continue;
    GraphEntry entry = detail::graph_entry(*node);
    for (const auto& input : node->inputs) {
      const auto place = places.find(input.get());
      if (place != places.end()) {
        entry.inputs.push_back(place->second);
      } else {
        ++entry.hidden_inputs;
      }
    }
    places.emplace(node, list.entries.size());
    list.entries.push_back(std::move(entry));
  }
  list.left_out = static_cast<Index>(all.size() - list.entries.size());
  return list;
}

}  // namespace tinyhtr
