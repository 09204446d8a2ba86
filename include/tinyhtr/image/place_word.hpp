// Where a word comes to lie on the canvas after an affine map, so that none of it is cut off.
#pragma once

#include <algorithm>
#include <cmath>

#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/image/affine.hpp"
#include "tinyhtr/image/fit_height.hpp"
#include "tinyhtr/image/ink_outline.hpp"

namespace tinyhtr {

/// Where the pixels of a word go, on a canvas of which `width` is the width.
struct WordPlacement {
  AffineMap to_canvas;
  double scale_y = 1, scale_x = 1;  ///< canvas pixels for each pixel of the word, along its own axes
  Index width = 0;
};

/// What may be drawn at random about a word's place; zeros put it into the middle.
struct WordShape {
  double scale = 1, aspect = 1;     ///< factors on the scale of the plain fit; the aspect one on x alone
  double shear = 0, radians = 0;    ///< as in affine_map()
  double shift_y = 0, shift_x = 0;  ///< -1 to 1: the part of the free room on that side by which it leaves the middle
  double extra_width = 0;           ///< pixels by which a free width grows
};

/// The plain fit of the evaluation: scaled, in the middle of the canvas.
inline WordPlacement place_word_plainly(Index image_height, Index image_width, const FitHeight& fit) {
  const FitSize size = fit_size(fit, image_height, image_width);
  const AffineMap map{size.scale_y, 0, 0, size.scale_x, static_cast<double>(size.top), static_cast<double>(size.left)};
  return {map, size.scale_y, size.scale_x, size.width};
}

/// Places a word that is scaled, sheared, turned: a free width grows with it, a word whose ink would not fit is made
/// smaller until it does.
///
/// The box of the mapped ink, with the empty rows and columns that the image has around its ink, takes the place that
/// the image has in the plain fit. Shifts keep the ink on the canvas, sideways a pixel away from its end.
/// Throws what fit_size throws, ArgumentError for a scale of 0.
inline WordPlacement place_word(const InkOutline& ink, const FitHeight& fit, const WordShape& shape) {
  const FitSize size = fit_size(fit, ink.height, ink.width);
  WordPlacement placed{{}, size.scale_y * shape.scale, size.scale_x * shape.scale * shape.aspect, fit.width};
  AffineMap map = affine_map(placed.scale_y, placed.scale_x, shape.shear, shape.radians);
  Box box = mapped_box(ink, map);

  const auto canvas_height = static_cast<double>(fit.height), margin = static_cast<double>(fit.margin);
  const auto empty = [&ink](Index pixels, double scale) {
    return std::max(0.0, static_cast<double>(pixels) - ink.grown) * scale;
  };
  const double empty_sideways = empty(ink.left, placed.scale_x) + empty(ink.width - ink.right, placed.scale_x);
  double smaller = std::min(1.0, canvas_height / (box.bottom - box.top));
  const Index step = fit.width_multiple, max_width = fit.max_width / step * step;
  const double widest = fit.width > 0 ? std::max(1.0, static_cast<double>(fit.width - 2))
                                      : std::max(1.0, static_cast<double>(max_width - 2 * fit.margin));
  smaller = std::min(smaller, widest / (box.right - box.left + (fit.width > 0 ? 0 : empty_sideways)));
  map = scaled(map, smaller);
  placed.scale_y *= smaller, placed.scale_x *= smaller;
  for (double* const side : {&box.top, &box.bottom, &box.left, &box.right}) *side *= smaller;

  // The box with what is empty around it: how far it reaches beyond the ink.
  const double above = empty(ink.top, placed.scale_y), below = empty(ink.height - ink.bottom, placed.scale_y);
  const double before = empty(ink.left, placed.scale_x), behind = empty(ink.width - ink.right, placed.scale_x);
  const double outer_height = box.bottom - box.top + above + below;
  const double outer_width = box.right - box.left + before + behind;
  if (fit.width == 0) {
    const double wanted = outer_width + 2 * margin + shape.extra_width;
    const auto needed = std::max(static_cast<Index>(std::ceil(wanted - 1e-9)), fit.min_width);
    placed.width = std::min((needed + step - 1) / step * step, max_width);
  }
  const auto canvas_width = static_cast<double>(placed.width);
  const double room_y = (canvas_height - outer_height) / 2, room_x = (canvas_width - outer_width) / 2;
  double top = room_y + shape.shift_y * std::max(0.0, room_y) + above;  // of the ink
  double left = room_x + shape.shift_x * std::max(0.0, room_x) + before;
  top = std::max(0.0, std::min(top, canvas_height - (box.bottom - box.top)));
  left = std::max(std::min(1.0, (canvas_width - (box.right - box.left)) / 2),
                  std::min(left, canvas_width - 1 - (box.right - box.left)));
  map.move_y = top - box.top;
  map.move_x = left - box.left;
  placed.to_canvas = map;
  return placed;
}

}  // namespace tinyhtr
