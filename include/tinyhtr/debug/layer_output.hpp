// What a layer of a network has computed, found in the recorded graph by the layer's path.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tinyhtr/autograd/backward.hpp"
#include "tinyhtr/autograd/variable.hpp"
#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/utf8.hpp"

namespace tinyhtr {

namespace detail {

/// The layer that a node is the result of: by its own name, or by the first parameter that it reads,
/// "blocks.3.conv1" of "blocks.3.conv1.weight". Empty where there is neither.
template <class T>
std::string layer_of(const Node<T>& node) {
  const auto is_leaf = [](const Node<T>& one) { return std::string_view(one.op) == "leaf"; };
  if (is_leaf(node)) return "";  // a parameter, whose name is not that of a layer
  if (!node.name.empty()) return node.name;
  for (const auto& input : node.inputs) {
    const std::size_t dot = input->name.rfind('.');
    if (is_leaf(*input) && dot != std::string::npos) return input->name.substr(0, dot);
  }
  return "";
}

}  // namespace detail

/// The paths of the layers whose results stand in the graph, in the order of computation: "blocks.0.conv1", ...,
/// "blocks.0", ..., "lstm", "classes".
template <class T>
std::vector<std::string> layers_in_graph(const Variable<T>& root) {
  std::vector<std::string> paths;
  for (const Node<T>* node : reverse_topological_order(root, /*constants=*/true)) {
    std::string path = detail::layer_of(*node);
    if (!path.empty()) paths.push_back(std::move(path));
  }
  std::reverse(paths.begin(), paths.end());
  return paths;
}

/// The node of the recorded graph below root that is the result of a layer, of the youngest one where there are
/// several: of "blocks.3.conv1" what reads the parameters "blocks.3.conv1.*", of "blocks.3" the block's result, which
/// WordNet gives that name. So nothing has to be computed anew, and no layer knows that it is being looked at. Maps are
/// (N,C,H,W), but those of a training pass of a network with Fast, (N,H,W,C).
///
/// The pass has to have been recorded: outside of NoGrad, with parameters or images that require a gradient. Throws
/// ArgumentError for a path that is not there, naming those that are.
template <class T>
const Node<T>& layer_output(const Variable<T>& root, const std::string& path) {
  for (const Node<T>* node : reverse_topological_order(root, /*constants=*/true)) {
    if (!path.empty() && detail::layer_of(*node) == path) return *node;
  }
  std::string known;
  for (const std::string& layer : layers_in_graph(root)) known += (known.empty() ? "" : ", ") + layer;
  throw ArgumentError("layer_output: no result of the layer '" + printable(path) + "' stands in the graph; there are " +
                      (known.empty() ? "none, was it recorded?" : known));
}

}  // namespace tinyhtr
