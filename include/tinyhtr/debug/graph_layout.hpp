// Places for the boxes of a graph, layer by layer from top to bottom.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "tinyhtr/core/error.hpp"

namespace tinyhtr {

/// A box to be placed. Lines come to it and leave it at its middle, which need not be half of its width.
struct GraphBox {
  double left = 0, right = 0, height = 0;  ///< from the middle to its edges, pixels
  std::vector<std::size_t> inputs;         ///< boxes above it, which come before it in the list
};

struct GraphPoint {
  double x = 0, y = 0;
};

/// The way of a value down to the lower edge of the layer above its last reader: one line, however many readers. There
/// is none where that is the box's own edge.
struct GraphLane {
  std::size_t box = 0;             ///< whose value it is
  std::vector<GraphPoint> points;  ///< from the box's lower edge
};

/// The last piece of the way from an input to its reader.
struct GraphArrow {
  std::size_t box = 0, input = 0;  ///< the reader, and which of its inputs this is
  GraphPoint from, to;
};

struct GraphLayout {
  std::vector<GraphPoint> boxes;  ///< middle of the upper edge of each
  std::vector<GraphLane> lanes;
  std::vector<GraphArrow> arrows;
  double width = 0, height = 0;
};

namespace detail {

/// The layer of each box: one below the lowest of its inputs.
inline std::vector<std::size_t> graph_layers(const std::vector<GraphBox>& boxes) {
  std::vector<std::size_t> layers(boxes.size(), 0);
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    for (const std::size_t input : boxes[i].inputs) {
      if (input >= i) throw ArgumentError("lay_out_graph: box " + std::to_string(i) + " comes before its input");
      layers[i] = std::max(layers[i], layers[input] + 1);
    }
  }
  return layers;
}

/// Moves boxes without inputs down, to the layer just above their first reader.
inline void lower_leaves(std::vector<std::size_t>& layers, const std::vector<GraphBox>& boxes) {
  std::vector<std::size_t> first_reader(boxes.size(), std::numeric_limits<std::size_t>::max());
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    for (const std::size_t input : boxes[i].inputs) first_reader[input] = std::min(first_reader[input], layers[i]);
  }
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    if (boxes[i].inputs.empty() && first_reader[i] <= boxes.size()) layers[i] = first_reader[i] - 1;
  }
}

/// The boxes of a longest way to the last box.
inline std::vector<bool> longest_way(const std::vector<GraphBox>& boxes, const std::vector<std::size_t>& layers) {
  std::vector<bool> on_way(boxes.size(), false);
  for (std::size_t i = boxes.size() - 1;;) {
    on_way[i] = true;
    const auto& inputs = boxes[i].inputs;
    const auto lowest = std::max_element(inputs.begin(), inputs.end(),
                                         [&](std::size_t a, std::size_t b) { return layers[a] < layers[b]; });
    if (lowest == inputs.end()) return on_way;
    i = *lowest;
  }
}

}  // namespace detail

/// Lays a graph out from top to bottom: the longest way to the last box goes straight down, everything else stands to
/// its right, as far to the left as it can.
///
///     layer = 1 + max over inputs of their layer
///     x = 0 on the longest way, else max(mean x of the inputs, what the layer has to the left of it)
///
/// A value that is read more than one layer below has a lane there, so that no line crosses a box. O(lanes + boxes
/// + inputs), lanes at most boxes x layers; no recursion. Throws ArgumentError for no boxes, or a box that comes before
/// its input. Source: the layers of Sugiyama, Tagawa, Toda, "Methods for visual understanding of hierarchical system
/// structures", 1981, without their search for the fewest crossings.
inline GraphLayout lay_out_graph(const std::vector<GraphBox>& boxes) {
  constexpr double gap_x = 22, gap_y = 30, lane_width = 8, margin = 16, port = 16;
  if (boxes.empty()) throw ArgumentError("lay_out_graph: expected a box or more, found none");
  std::vector<std::size_t> layers = detail::graph_layers(boxes);
  const std::vector<bool> on_way = detail::longest_way(boxes, layers);
  detail::lower_leaves(layers, boxes);

  struct Slot {  // a box in its layer, or the lane of its value in one below
    std::size_t box;
    double x;
  };
  std::vector<std::vector<Slot>> rows(*std::max_element(layers.begin(), layers.end()) + 1);
  std::vector<std::size_t> last_lane(layers);  // the layer above the last reader
  for (const GraphBox& box : boxes) {
    const std::size_t reader = layers[static_cast<std::size_t>(&box - boxes.data())];
    for (const std::size_t input : box.inputs) last_lane[input] = std::max(last_lane[input], reader - 1);
  }
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    for (std::size_t layer = layers[i]; layer <= last_lane[i]; ++layer) rows[layer].push_back({i, 0});
  }

  GraphLayout layout;
  layout.boxes.resize(boxes.size());
  std::vector<double> x_now(boxes.size(), 0);  // of each value in the layer above the one in hand
  std::vector<GraphLane> lanes(boxes.size());
  double y = margin, leftmost = 0, rightmost = 0;
  for (std::size_t layer = 0; layer < rows.size(); ++layer) {
    std::vector<Slot>& row = rows[layer];
    const auto is_box = [&](const Slot& slot) { return layers[slot.box] == layer; };
    for (Slot& slot : row) {
      if (!is_box(slot)) {
        slot.x = x_now[slot.box];
        continue;
      }
      const auto& inputs = boxes[slot.box].inputs;
      for (const std::size_t input : inputs) slot.x += x_now[input] / static_cast<double>(inputs.size());
      if (on_way[slot.box]) slot.x = 0;
    }
    std::stable_sort(row.begin(), row.end(), [&](const Slot& a, const Slot& b) {
      const bool a_first = is_box(a) && on_way[a.box], b_first = is_box(b) && on_way[b.box];
      return a_first != b_first ? a_first : a.x < b.x;
    });
    double used = -std::numeric_limits<double>::infinity(), height = 0;
    for (Slot& slot : row) {
      const GraphBox& box = boxes[slot.box];
      const double left = is_box(slot) ? box.left : lane_width / 2, right = is_box(slot) ? box.right : lane_width / 2;
      slot.x = std::max(slot.x, used + left);
      used = slot.x + right + gap_x;
      leftmost = std::min(leftmost, slot.x - left);
      rightmost = std::max(rightmost, slot.x + right);
      if (is_box(slot)) height = std::max(height, box.height);
    }
    for (const Slot& slot : row) {
      if (is_box(slot)) {
        const auto& inputs = boxes[slot.box].inputs;
        layout.boxes[slot.box] = {slot.x, y};
        for (std::size_t k = 0; k < inputs.size(); ++k) {
          const auto& above = lanes[inputs[k]].points;
          const double shift = port * (static_cast<double>(k) - static_cast<double>(inputs.size() - 1) / 2);
          layout.arrows.push_back({slot.box, k, above.back(), {slot.x + shift, y}});
        }
      }
    }
    for (const Slot& slot : row) {
      auto& points = lanes[slot.box].points;
      if (is_box(slot)) {
        points.push_back({slot.x, y + boxes[slot.box].height});
        if (boxes[slot.box].height < height) points.push_back({slot.x, y + height});
      } else {
        points.push_back({slot.x, y});
        points.push_back({slot.x, y + height});
      }
      x_now[slot.box] = slot.x;
    }
    y += height + gap_y;
  }

  for (std::size_t i = 0; i < boxes.size(); ++i) {
    if (lanes[i].points.size() > 1) layout.lanes.push_back({i, std::move(lanes[i].points)});
  }
  const auto move = [&](GraphPoint& point) { point.x += margin - leftmost; };
  for (GraphPoint& point : layout.boxes) move(point);
  for (GraphLane& lane : layout.lanes) std::for_each(lane.points.begin(), lane.points.end(), move);
  for (GraphArrow& arrow : layout.arrows) move(arrow.from), move(arrow.to);
  layout.width = rightmost - leftmost + 2 * margin;
  layout.height = y - gap_y + margin;
  return layout;
}

}  // namespace tinyhtr
