// Where the ink of a word is: its first and last row in every column, its box, how thick its strokes are.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/image/affine.hpp"
#include "tinyhtr/image/image.hpp"

namespace tinyhtr {

/// Ink is what is darker than `ink_below`. Without any, all of the image counts as ink, with strokes of 1 pixel.
struct InkOutline {
  Index height = 0, width = 0;                     ///< of the image
  Index top = 0, bottom = 0, left = 0, right = 0;  ///< the box of the ink, [top, bottom) x [left, right)
  std::vector<std::int32_t> first_row, row_after;  ///< for each column; first_row >= row_after where it has no ink
  double stroke = 1;                               ///< width of the strokes in pixels
  double grown = 0;                                ///< pixels by which the ink was made thicker since, on each side
};

/// Looks for the ink of a grey image, dark on bright.
///
/// `image` (H,W,1). The width of the strokes is twice their area over the length of their edges, counted in steps from
/// pixel to pixel: right for horizontal and vertical strokes, by a factor of up to 1.4 too small for those between.
/// Throws ArgumentError for an image that is not grey or has no pixels.
inline InkOutline ink_outline(const Image& image, std::uint8_t ink_below = 170) {
  detail::check_image("ink_outline", image);
  if (image.channels != 1) throw ArgumentError("ink_outline: expected a grey image, found " + image.to_string());
  InkOutline ink{image.height, image.width, 0, image.height, 0, image.width, {}, {}};
  const auto columns = static_cast<std::size_t>(image.width);
  ink.first_row.assign(columns, static_cast<std::int32_t>(image.height));
  ink.row_after.assign(columns, 0);
  std::int32_t* const first_row = ink.first_row.data();
  std::int32_t* const row_after = ink.row_after.data();
  const std::vector<std::uint8_t> paper(columns, 255);
  std::int64_t area = 0, edges = 0;
  for (Index y = 0; y < image.height; ++y) {
    const std::uint8_t* const row = image.row(y);
    const std::uint8_t* const above = y > 0 ? image.row(y - 1) : paper.data();  // around the image is paper
    const auto here = static_cast<std::int32_t>(y);
    std::int32_t inked = 0, changes = 0;
    for (Index x = 0; x < image.width; ++x) {
      const bool dark = row[x] < ink_below;
      first_row[x] = dark && here < first_row[x] ? here : first_row[x];
      row_after[x] = dark ? here + 1 : row_after[x];
      inked += dark;
      changes += dark != (above[x] < ink_below);
    }
    for (Index x = 1; x < image.width; ++x) changes += (row[x] < ink_below) != (row[x - 1] < ink_below);
    changes += (row[0] < ink_below) + (row[image.width - 1] < ink_below);
    if (y + 1 == image.height) changes += inked;
    area += inked;
    edges += changes;
  }
  if (area == 0) {
    ink.first_row.assign(columns, 0);
    ink.row_after.assign(columns, static_cast<std::int32_t>(image.height));
    return ink;
  }
  ink.top = image.height, ink.bottom = 0, ink.left = image.width, ink.right = 0;
  for (Index x = 0; x < image.width; ++x) {
    if (first_row[x] >= row_after[x]) continue;
    ink.top = std::min<Index>(ink.top, first_row[x]), ink.bottom = std::max<Index>(ink.bottom, row_after[x]);
    ink.left = std::min(ink.left, x), ink.right = x + 1;
  }
  ink.stroke = std::max(1.0, 2 * static_cast<double>(area) / static_cast<double>(std::max<std::int64_t>(edges, 1)));
  return ink;
}

/// The box of a set of places.
struct Box {
  double top = 0, bottom = 0, left = 0, right = 0;
};

/// The box of the ink after a map: exact for the corners of each column's first and last pixel, and for ink that was
/// made thicker by a square window.
inline Box mapped_box(const InkOutline& ink, const AffineMap& map) {
  constexpr double far = 1e300;
  Box box{far, -far, far, -far};
  for (Index x = ink.left; x < ink.right; ++x) {
    const auto column = static_cast<std::size_t>(x);
    if (ink.first_row[column] >= ink.row_after[column]) continue;
    for (const std::int32_t row : {ink.first_row[column], ink.row_after[column]}) {
      for (const Index side : {x, x + 1}) {
        const Place p = map({static_cast<double>(row), static_cast<double>(side)});
        box.top = std::min(box.top, p.y), box.bottom = std::max(box.bottom, p.y);
        box.left = std::min(box.left, p.x), box.right = std::max(box.right, p.x);
      }
    }
  }
  const double grown_y = ink.grown * (std::abs(map.yy) + std::abs(map.yx));
  const double grown_x = ink.grown * (std::abs(map.xy) + std::abs(map.xx));
  box.top -= grown_y, box.bottom += grown_y, box.left -= grown_x, box.right += grown_x;
  return box;
}

}  // namespace tinyhtr
