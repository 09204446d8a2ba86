// The computation graph of a Variable as an SVG picture, without graphviz.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "tinyhtr/core/number_text.hpp"
#include "tinyhtr/debug/graph_layout.hpp"
#include "tinyhtr/debug/graph_list.hpp"
#include "tinyhtr/report/html.hpp"

namespace tinyhtr {

namespace detail {

/// A box of the picture: an operation, or a leaf that several read; the parameters that it reads alone stand beside it.
struct GraphUnit {
  std::size_t entry;
  std::vector<std::size_t> parameters;
  double width = 0, parameter_width = 0;
};

inline constexpr double graph_line = 15, graph_pill = 34, graph_pill_gap = 5, graph_stub = 14;

inline std::string graph_title(const GraphEntry& entry) {
  if (entry.role == GraphRole::operation) return entry.op;
  return entry.role == GraphRole::parameter ? entry.name : "input";
}

/// The second line of a box.
inline std::string graph_subtitle(const GraphEntry& entry) {
  return entry.shape + (entry.role == GraphRole::operation && !entry.name.empty() ? " = " + entry.name : "");
}

inline double graph_text_width(const GraphEntry& entry) {
  return 7.8 * static_cast<double>(std::max(graph_title(entry).size(), graph_subtitle(entry).size())) + 18;
}

/// A rectangle with the two lines of a node in it. x: of its middle.
inline std::string graph_node_svg(const GraphEntry& entry, double x, double y, double width, double height) {
  const char* const fill = entry.role == GraphRole::operation   ? "#ffffff"
                           : entry.role == GraphRole::parameter ? "#ffe8cc"
                                                                : "#d9f2dd";
  const std::string radius = entry.role == GraphRole::operation ? "4" : fixed(height / 2, 1);
  const std::string middle = "\" x=\"" + fixed(x, 1) + "\" y=\"";
  return "<g><title>#" + std::to_string(entry.id) + " " + html_text(graph_title(entry)) + "</title><rect x=\"" +
         fixed(x - width / 2, 1) + "\" y=\"" + fixed(y, 1) + "\" width=\"" + fixed(width, 1) + "\" height=\"" +
         fixed(height, 1) + "\" rx=\"" + radius + "\" fill=\"" + fill + "\" stroke=\"#4a5560\"" +
         (entry.requires_grad ? "" : " stroke-dasharray=\"4 3\"") + "/><text class=\"t" + middle +
         fixed(y + height / 2 - 2, 1) + "\">" + html_text(graph_title(entry)) + "</text><text class=\"s" + middle +
         fixed(y + height / 2 + 12, 1) + "\">" + html_text(graph_subtitle(entry)) + "</text></g>\n";
}

/// Through the points, with vertical ends: straight where two stand above each other.
inline std::string graph_path(const std::vector<GraphPoint>& points) {
  std::string path = "M" + fixed(points[0].x, 1) + " " + fixed(points[0].y, 1);
  for (std::size_t i = 1; i < points.size(); ++i) {
    const GraphPoint &a = points[i - 1], &b = points[i];
    const std::string end = fixed(b.x, 1) + " " + fixed(b.y, 1), half = " " + fixed((a.y + b.y) / 2, 1) + " ";
    path += a.x == b.x ? "L" + end : "C" + fixed(a.x, 1) + half + fixed(b.x, 1) + half + end;
  }
  return path;
}

/// Which boxes there are, and what stands in each. `unit_of` gets the box of each entry that is one.
inline std::vector<GraphUnit> graph_units(const GraphList& list, std::vector<std::size_t>& unit_of) {
  std::vector<Index> readers(list.entries.size(), 0);
  for (const GraphEntry& entry : list.entries) {
    for (const std::size_t input : entry.inputs) ++readers[input];
  }
  const auto stands_beside = [&](std::size_t i) {
    return list.entries[i].role == GraphRole::parameter && readers[i] == 1;
  };
  std::vector<GraphUnit> units;
  unit_of.assign(list.entries.size(), list.entries.size());
  for (std::size_t i = 0; i < list.entries.size(); ++i) {
    if (stands_beside(i)) continue;
    GraphUnit unit{.entry = i, .parameters = {}, .width = std::max(120.0, graph_text_width(list.entries[i]))};
    for (const std::size_t input : list.entries[i].inputs) {
      if (!stands_beside(input)) continue;
      unit.parameters.push_back(input);
      unit.parameter_width = std::max(unit.parameter_width, graph_text_width(list.entries[input]));
    }
    unit_of[i] = units.size();
    units.push_back(std::move(unit));
  }
  return units;
}

}  // namespace detail

/// A list of nodes as an SVG picture, see graph_svg.
inline std::string graph_svg(const GraphList& list) {
  constexpr double box_height = 38, beside = 20, legend = 58;
  std::vector<std::size_t> unit_of;
  const std::vector<detail::GraphUnit> units = detail::graph_units(list, unit_of);
  std::vector<GraphBox> boxes;
  for (const detail::GraphUnit& unit : units) {
    const double stack = static_cast<double>(unit.parameters.size()) * (detail::graph_pill + detail::graph_pill_gap) -
                         detail::graph_pill_gap;
    GraphBox box{.left = unit.width / 2, .right = unit.width / 2, .height = std::max(box_height, stack), .inputs = {}};
    if (!unit.parameters.empty()) box.left += beside + unit.parameter_width;
    for (const std::size_t input : list.entries[unit.entry].inputs) {
      if (unit_of[input] < units.size()) box.inputs.push_back(unit_of[input]);
    }
    boxes.push_back(std::move(box));
  }
  const GraphLayout layout = lay_out_graph(boxes);

  const double least_width = list.left_out > 0 ? 620 : 470;
  const std::string width = fixed(std::max(layout.width, least_width), 0), height = fixed(layout.height + legend, 0);
  std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + width + "\" height=\"" + height +
                    "\" viewBox=\"0 0 " + width + " " + height +
                    "\">\n<style>text { font-family: system-ui, Helvetica, Arial, sans-serif; text-anchor: middle; "
                    "fill: #1f2328 } .t { font-size: 12.5px; font-weight: 600 } .s { font-size: 11px; fill: #4a5560 } "
                    ".n { font-size: 12px; text-anchor: start } path { fill: none; stroke: #8a94a0; stroke-width: 1.4 }"
                    "</style>\n<defs><marker id=\"end\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"7\" "
                    "markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" style=\"fill: #8a94a0\"/></marker>"
                    "</defs>\n<rect width=\"100%\" height=\"100%\" fill=\"#f8f9fb\"/>\n";
  const auto sample = [&](const char* x, const char* fill, const char* look, const char* name) {
    svg += std::string("<rect x=\"") + x + "\" y=\"10\" width=\"22\" height=\"14\" fill=\"" + fill +
           "\" stroke=\"#4a5560\" " + look + "/><text class=\"n\" x=\"" + std::to_string(std::stoi(x) + 28) +
           "\" y=\"21\">" + name + "</text>\n";
  };
  sample("14", "#ffffff", "rx=\"3\"", "operation");
  sample("110", "#ffe8cc", "rx=\"7\"", "parameter");
  sample("208", "#d9f2dd", "rx=\"7\"", "input");
  sample("280", "#ffffff", "rx=\"3\" stroke-dasharray=\"4 3\"", "no gradient asked for");
  if (list.left_out > 0) {
    svg += "<text class=\"n\" x=\"14\" y=\"44\" style=\"fill: #b42318\">" + html_text(list.note()) + "</text>\n";
  }
  svg += "<g transform=\"translate(0 " + fixed(legend - 14, 0) + ")\">\n";
  for (const GraphLane& lane : layout.lanes) svg += "<path d=\"" + detail::graph_path(lane.points) + "\"/>\n";
  for (const GraphArrow& arrow : layout.arrows) {
    svg += "<path marker-end=\"url(#end)\" d=\"" + detail::graph_path({arrow.from, arrow.to}) + "\"/>\n";
  }
  for (std::size_t u = 0; u < units.size(); ++u) {
    const detail::GraphUnit& unit = units[u];
    const GraphEntry& entry = list.entries[unit.entry];
    const GraphPoint place = layout.boxes[u];
    if (entry.hidden_inputs > 0) {  // from what is not drawn
      svg += "<path stroke-dasharray=\"2 3\" marker-end=\"url(#end)\" d=\"" +
             detail::graph_path({{place.x, place.y - detail::graph_stub}, place}) + "\"/>\n";
    }
    svg += detail::graph_node_svg(entry, place.x, place.y, unit.width, boxes[u].height);
    const double right = place.x - unit.width / 2 - beside, step = detail::graph_pill + detail::graph_pill_gap;
    const double count = static_cast<double>(unit.parameters.size());
    double y = place.y + (boxes[u].height - count * step + detail::graph_pill_gap) / 2;
    for (const std::size_t parameter : unit.parameters) {
      const double middle = y + detail::graph_pill / 2;
      svg += "<path marker-end=\"url(#end)\" d=\"M" + fixed(right, 1) + " " + fixed(middle, 1) + "L" +
             fixed(right + beside, 1) + " " + fixed(middle, 1) + "\"/>\n" +
             detail::graph_node_svg(list.entries[parameter], right - unit.parameter_width / 2, y, unit.parameter_width,
                                    detail::graph_pill);
      y += step;
    }
  }
  return svg + "</g>\n</svg>\n";
}

/// The computation graph of a Variable as a whole SVG file: no graphviz, no script, readable for a residual block and
/// for a network of some hundred nodes.
///
/// From top to bottom the way the data goes, the longest way straight down (lay_out_graph). A box is a node: operation
/// or name, shape of its value; rounded and orange for a parameter, green for an input, dashed where no gradient is
/// asked for. A parameter that only one operation reads stands to the left of it. Where there are more than `limit`
/// nodes, a red note says how many of the oldest are left out, and dotted arrows come from them. Throws what list_graph
/// throws.
template <class T>
std::string graph_svg(const Variable<T>& root, Index limit = 400) {
  return graph_svg(list_graph(root, limit));
}

}  // namespace tinyhtr
