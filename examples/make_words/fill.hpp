// Filling: the area inside closed outlines becomes the part of each pixel that is covered.
#pragma once

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "tinyhtr/core/shape.hpp"

namespace make_words {

using tinyhtr::Index;

/// A grid of numbers, row by row.
struct Map {
  Index height = 0, width = 0;
  std::vector<float> values;

  Map(Index rows, Index columns) : height(rows), width(columns), values(static_cast<std::size_t>(rows * columns)) {}
  float& at(Index y, Index x) { return values[static_cast<std::size_t>(y * width + x)]; }
  float at(Index y, Index x) const { return values[static_cast<std::size_t>(y * width + x)]; }
};

/// A place in pixels.
struct Point {
  double x, y;
};

/// A straight piece of an outline, from `a` to `b`.
struct Segment {
  Point a, b;
};

/// Adds the Bezier curve from `start` over two control points to `end`, as eight straight pieces.
///
/// p(t) = (1-t)^3 start + 3 (1-t)^2 t first + 3 (1-t) t^2 second + t^3 end
inline void add_curve(std::vector<Segment>& outline, Point start, Point first, Point second, Point end) {
  Point last = start;
  for (int i = 1; i <= 8; ++i) {
    const double t = i / 8.0, s = 1 - t;
    const double w0 = s * s * s, w1 = 3 * s * s * t, w2 = 3 * s * t * t, w3 = t * t * t;
    const Point next{w0 * start.x + w1 * first.x + w2 * second.x + w3 * end.x,
                     w0 * start.y + w1 * first.y + w2 * second.y + w3 * end.y};
    outline.push_back({last, next});
    last = next;
  }
}

/// Adds `amount` times the overlap of [left, right) with each pixel of a row.
inline void cover(Map& map, Index y, double left, double right, float amount) {
  left = std::clamp(left, 0.0, static_cast<double>(map.width));
  right = std::clamp(right, 0.0, static_cast<double>(map.width));
  for (Index x = static_cast<Index>(left); x < map.width && static_cast<double>(x) < right; ++x) {
    const double begin = std::max(left, static_cast<double>(x)), end = std::min(right, static_cast<double>(x + 1));
    map.at(y, x) += amount * static_cast<float>(end - begin);
  }
}

/// Coverage in [0,1] of `height` x `width` pixels by the closed outlines, y downwards.
///
/// Five lines a pixel are cut at the outlines' crossings; a place is inside where the crossings left of it, up
/// counted +1 and down -1, do not cancel, so that letters that overlap unite.
inline Map filled(const std::vector<Segment>& outline, Index height, Index width) {
  constexpr Index lines = 5;
  std::vector<std::vector<std::pair<double, int>>> crossings(static_cast<std::size_t>(height * lines));
  for (const Segment& segment : outline) {
    const bool down = segment.a.y < segment.b.y;
    const Point top = down ? segment.a : segment.b, bottom = down ? segment.b : segment.a;
    // Line k lies at y = (k + 1/2) / lines.
    const Index first = std::max<Index>(0, static_cast<Index>(std::ceil(top.y * lines - .5)));
    const Index end = std::min(height * lines, static_cast<Index>(std::ceil(bottom.y * lines - .5)));
    for (Index k = first; k < end; ++k) {
      const double y = (static_cast<double>(k) + .5) / lines;
      const double x = top.x + (bottom.x - top.x) * (y - top.y) / (bottom.y - top.y);
      crossings[static_cast<std::size_t>(k)].emplace_back(x, down ? -1 : 1);
    }
  }
  Map map(height, width);
  for (Index k = 0; k < height * lines; ++k) {
    auto& line = crossings[static_cast<std::size_t>(k)];
    std::sort(line.begin(), line.end());
    int winding = 0;
    for (std::size_t i = 0; i + 1 < line.size(); ++i) {
      winding += line[i].second;
      if (winding != 0) cover(map, k / lines, line[i].first, line[i + 1].first, 1.0f / lines);
    }
  }
  return map;
}

}  // namespace make_words
