// A matrix of probabilities as a picture.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <string>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/image/draw.hpp"
#include "tinyhtr/image/image.hpp"

namespace tinyhtr {

/// A colour for a value from 0, white, to 1, black, over green, blue, violet, that gets darker evenly to the eye, in a
/// grey print too.
///
///     l = 1 - value,   a = l (1 - l) / 2,   phi = 2 pi (0.2 - 0.5 l)
///     (R,G,B) = l + a (-0.14861 cos + 1.78277 sin, -0.29227 cos - 0.90649 sin, 1.97294 cos) of phi
///
/// Values outside of [0,1] count as its ends, NaN as 0. Source: Green, "A colour scheme for the display of astronomical
/// intensity images" (cubehelix), Bull. Astr. Soc. India 39, 2011, with start 0.6, -0.5 rotations, hue 1.
inline Colour heat_colour(double value) {
  const double light = 1 - (std::isnan(value) ? 0 : std::clamp(value, 0.0, 1.0));
  const double amplitude = light * (1 - light) / 2, angle = 2 * std::numbers::pi * (0.2 - 0.5 * light);
  const auto level = [&](double cosine, double sine) {
    const double x = light + amplitude * (cosine * std::cos(angle) + sine * std::sin(angle));
    return static_cast<std::uint8_t>(std::lround(255 * std::clamp(x, 0.0, 1.0)));
  };
  return {level(-0.14861, 1.78277), level(-0.29227, -0.90649), level(1.97294, 0)};
}

/// Draws a matrix as cells of heat_colour.
///
/// values (R,C) from 0 to 1; cell_height, cell_width: pixels of a cell. The image is R cell_height x C cell_width in
/// RGB. Throws ShapeError unless values has two dimensions, ArgumentError for an empty one or a cell below 1 x 1.
template <class T>
Image heat_map(const Tensor<T>& values, Index cell_height, Index cell_width) {
  check_rank("heat_map", "values", values.shape(), "(R,C)");
  if (values.empty() || cell_height < 1 || cell_width < 1) {
    throw ArgumentError("heat_map: expected values in cells of at least 1 x 1, found a matrix of shape " +
                        values.shape().to_string() + " in cells of " + std::to_string(cell_height) + " x " +
                        std::to_string(cell_width));
  }
  Image image(values.dim(0) * cell_height, values.dim(1) * cell_width, 3);
  for (Index r = 0; r < values.dim(0); ++r) {
    for (Index c = 0; c < values.dim(1); ++c) {
      fill_area(image, r * cell_height, c * cell_width, cell_height, cell_width,
                heat_colour(static_cast<double>(values(r, c))));
    }
  }
  return image;
}

}  // namespace tinyhtr
