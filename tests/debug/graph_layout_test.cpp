// Tests of the places of a graph's boxes.
#include "tinyhtr/debug/graph_layout.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "tinyhtr/core/random.hpp"
#include "tinyhtr/core/shape.hpp"

using namespace tinyhtr;

namespace {

GraphBox box(std::vector<std::size_t> inputs, double height = 30) {
  return {.left = 50, .right = 40, .height = height, .inputs = std::move(inputs)};
}

/// Boxes that overlap, and boxes that a lane goes through.
Index collisions(const std::vector<GraphBox>& boxes, const GraphLayout& layout) {
  Index count = 0;
  const auto inside = [&](std::size_t i, double x, double y) {
    const GraphPoint& place = layout.boxes[i];
    return x > place.x - boxes[i].left && x < place.x + boxes[i].right && y > place.y && y < place.y + boxes[i].height;
  };
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    const GraphPoint& a = layout.boxes[i];
    for (std::size_t j = 0; j < i; ++j) {
      const GraphPoint& b = layout.boxes[j];
      count += a.x - boxes[i].left < b.x + boxes[j].right && b.x - boxes[j].left < a.x + boxes[i].right &&
               a.y < b.y + boxes[j].height && b.y < a.y + boxes[i].height;
    }
    for (const GraphLane& lane : layout.lanes) {
      for (std::size_t k = 1; k < lane.points.size(); ++k) {  // the straight pieces beside a row; others are between
        const GraphPoint &from = lane.points[k - 1], &to = lane.points[k];
        count += from.x == to.x && inside(i, from.x, (from.y + to.y) / 2);
      }
    }
  }
  return count;
}

}  // namespace

TEST_CASE("lay_out_graph: a chain goes straight down") {
  const std::vector<GraphBox> boxes = {box({}), box({0}), box({1}, 50), box({2})};
  const GraphLayout layout = lay_out_graph(boxes);
  for (std::size_t i = 1; i < 4; ++i) {
    CHECK(layout.boxes[i].x == layout.boxes[0].x);
    CHECK(layout.boxes[i].y > layout.boxes[i - 1].y + boxes[i - 1].height);
  }
  CHECK(layout.lanes.empty());
  CHECK(layout.arrows.size() == 3);
  CHECK(layout.arrows[2].from.y == layout.boxes[2].y + 50);
  CHECK(layout.arrows[2].to.y == layout.boxes[3].y);
  CHECK(layout.width >= 90);
  CHECK(layout.height > layout.boxes[3].y + 30);
}

TEST_CASE("lay_out_graph: what skips layers passes the others at their side, in one lane for all readers") {
  // 0 is read by 1, and by 4 and 5 behind the chain 1 2 3.
  const std::vector<GraphBox> boxes = {box({}), box({0}), box({1}), box({2}), box({3, 0}), box({4, 0})};
  const GraphLayout layout = lay_out_graph(boxes);
  CHECK(collisions(boxes, layout) == 0);
  for (std::size_t i = 1; i < 6; ++i) CHECK(layout.boxes[i].x == layout.boxes[0].x);
  REQUIRE(layout.lanes.size() == 1);
  CHECK(layout.lanes[0].box == 0);
  CHECK(layout.lanes[0].points[1].x > layout.boxes[1].x + 40);
  for (const GraphArrow& arrow : layout.arrows) {
    if (arrow.input == 1) CHECK(arrow.from.x > layout.boxes[1].x);  // out of the lane
  }
}

TEST_CASE("lay_out_graph: a box without inputs stands just above its reader, not in the way of the longest way") {
  const std::vector<GraphBox> boxes = {box({}), box({}), box({0}), box({2}), box({1, 3})};
  const GraphLayout layout = lay_out_graph(boxes);
  CHECK(layout.boxes[1].y == layout.boxes[3].y);
  CHECK(layout.boxes[3].x == layout.boxes[4].x);
  CHECK(layout.boxes[1].x > layout.boxes[3].x);
  CHECK(collisions(boxes, layout) == 0);
}

TEST_CASE("lay_out_graph: in any graph boxes keep their distance, and lie within the picture") {
  Random random(3);
  for (int round = 0; round < 30; ++round) {
    std::vector<GraphBox> boxes;
    for (std::size_t i = 0; i < 40; ++i) {
      std::vector<std::size_t> inputs;
      for (std::uint32_t k = random.below(4); k > 0 && i > 0; --k) {
        inputs.push_back(random.below(static_cast<std::uint32_t>(i)));
      }
      boxes.push_back(box(inputs, 20 + static_cast<double>(random.below(50))));
    }
    const GraphLayout layout = lay_out_graph(boxes);
    CHECK(collisions(boxes, layout) == 0);
    for (std::size_t i = 0; i < boxes.size(); ++i) {
      CHECK(layout.boxes[i].x - 50 >= 0);
      CHECK(layout.boxes[i].x + 40 <= layout.width);
      CHECK(layout.boxes[i].y + boxes[i].height <= layout.height);
      for (const std::size_t input : boxes[i].inputs) {
        CHECK(layout.boxes[input].y + boxes[input].height < layout.boxes[i].y);
      }
    }
  }
}

TEST_CASE("lay_out_graph: arguments that cannot be") {
  CHECK_THROWS_AS(lay_out_graph({}), ArgumentError);
  CHECK_THROWS_AS(lay_out_graph({box({0})}), ArgumentError);
  CHECK(lay_out_graph({box({})}).boxes.size() == 1);
}
