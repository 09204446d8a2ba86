// Drawn strokes for the tests of preprocessing.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "tinyhtr/image/image.hpp"

namespace tinyhtr::test {

/// Draws a stroke from one place to another, `width` pixels wide, with soft edges and round ends.
inline void draw_stroke(Image& grey, double from_y, double from_x, double to_y, double to_x, double width) {
  const double down = to_y - from_y, right = to_x - from_x, length = std::max(down * down + right * right, 1e-9);
  for (Index row = 0; row < grey.height; ++row) {
    for (Index column = 0; column < grey.width; ++column) {
      const double y = static_cast<double>(row) - from_y, x = static_cast<double>(column) - from_x;
      const double along = std::clamp((y * down + x * right) / length, 0.0, 1.0);
      const double distance = std::hypot(y - along * down, x - along * right);
      const double level = 255 * std::clamp(distance - width / 2 + 0.5, 0.0, 1.0);
      grey.at(row, column) = std::min(grey.at(row, column), static_cast<std::uint8_t>(level));
    }
  }
}

/// Uprights, slants and the dot of an i, 5 pixels wide, on white paper with room around; `lean` tilts them to the right
/// by so many pixels for each pixel of height.
inline Image written(Index height, Index width, double lean = 0) {
  Image grey(height, width, 1, 255);
  const double top = 14, bottom = static_cast<double>(height) - 14;
  for (double x = 20; x < static_cast<double>(width) - 40; x += 18) {
    draw_stroke(grey, bottom, x, top + 8, x + lean * (bottom - top - 8), 5);
  }
  draw_stroke(grey, top, 20 + lean * (bottom - top), top, 20 + lean * (bottom - top), 5);
  return grey;
}

}  // namespace tinyhtr::test
