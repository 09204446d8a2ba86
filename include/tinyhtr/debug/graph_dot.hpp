// The computation graph of a Variable in the language of graphviz.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "tinyhtr/debug/graph_list.hpp"

namespace tinyhtr {

namespace detail {

/// Text within the quotes of a DOT string.
inline std::string dot_text(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '"' || c == '\\') escaped += '\\';
    escaped += c == '\n' ? ' ' : c;
  }
  return escaped;
}

}  // namespace detail

/// A list of nodes as DOT text, see graph_dot.
inline std::string graph_dot(const GraphList& list) {
  std::string dot =
      "digraph computation {\n  rankdir=TB;\n  node [fontname=\"Helvetica\", fontsize=11];\n"
      "  // boxes: operations; ellipses: parameters; parallelograms: inputs; dashed: no gradient is asked for\n";
  if (list.left_out > 0) dot += "  older [shape=note, label=\"" + detail::dot_text(list.note()) + "\"];\n";
  for (const GraphEntry& entry : list.entries) {
    const bool is_operation = entry.role == GraphRole::operation, is_parameter = entry.role == GraphRole::parameter;
    const std::string title = is_parameter ? entry.name : is_operation ? entry.op : "input";
    const std::string path = is_operation && !entry.name.empty() ? "\\n= " + detail::dot_text(entry.name) : "";
    dot += "  n" + std::to_string(entry.id) + " [shape=" +
           (is_operation   ? "box, fillcolor=\"#ffffff\""
            : is_parameter ? "ellipse, fillcolor=\"#ffe8cc\""
                           : "parallelogram, fillcolor=\"#d9f2dd\"") +
           ", style=\"filled" + (entry.requires_grad ? "" : ",dashed") + "\", label=\"" + detail::dot_text(title) +
           path + "\\n" + entry.shape + (entry.requires_grad ? "" : "\\nno gradient") + "\"];\n";
  }
  for (const GraphEntry& entry : list.entries) {
    const std::string to = " -> n" + std::to_string(entry.id);
    for (const std::size_t input : entry.inputs) dot += "  n" + std::to_string(list.entries[input].id) + to + ";\n";
    if (entry.hidden_inputs > 0) dot += "  older" + to + " [style=dashed];\n";
  }
  return dot + "}\n";
}

/// The computation graph of a Variable as DOT text, for `dot -Tsvg`: every node with its operation, or the name of the
/// parameter, the shape of its value, and whether it requires a gradient; arrows go the way of the data, from inputs to
/// results.
///
/// Nodes are called n<id>, each stands there once, however many read it. Where there are more than `limit`, a note says
/// how many of the oldest are left out. Throws what list_graph throws. Source: the DOT language of graphviz.
template <class T>
std::string graph_dot(const Variable<T>& root, Index limit = 2000) {
  return graph_dot(list_graph(root, limit));
}

}  // namespace tinyhtr
