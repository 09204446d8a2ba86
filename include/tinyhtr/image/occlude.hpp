// Hiding small parts of an image, as stains, holes and ruled lines do.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/random.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/image/draw.hpp"
#include "tinyhtr/image/image.hpp"

namespace tinyhtr {

/// Draws one to `most` small things over a grey image: rectangles, of which each side is 0.3 to 1 times `size` of the
/// image's height, or horizontal streaks a tenth of that or one pixel thick and at least a quarter of the width long.
/// Each has the level of the paper or that of the darkest ink, with a chance of one half.
///
/// `image` (H,W,1) in place. Throws ArgumentError for `most` below 1, a size outside 0 .. 1, an image that is not grey
/// or has no pixels. Source of the idea: DeVries, Taylor, "Improved regularization of convolutional neural networks
/// with Cutout", arXiv 1708.04552, 2017.
inline void occlude(Image& image, Index most, double size, Random& random, std::uint8_t paper = 255) {
  detail::check_image("occlude", image);
  if (image.channels != 1) throw ArgumentError("occlude: expected a grey image, found " + image.to_string());
  if (most < 1 || most > 1000) {
    throw ArgumentError("occlude: expected 1 to 1000 things to draw, found " + std::to_string(most));
  }
  if (!(size >= 0 && size <= 1)) {
    throw ArgumentError("occlude: expected a size from 0 to 1 of the height, found " + std::to_string(size));
  }
  const std::uint8_t ink = *std::min_element(image.pixels.begin(), image.pixels.end());
  const double full = size * static_cast<double>(image.height);
  const auto pixels = [](double length) { return std::max<Index>(1, static_cast<Index>(std::lrint(length))); };
  const auto below = [&random](Index bound) {
    return static_cast<Index>(random.uniform() * static_cast<double>(bound));
  };
  const Index count = 1 + below(most);
  for (Index i = 0; i < count; ++i) {
    const bool streak = random.chance(1.0 / 3);
    const std::uint8_t level = random.chance(0.5) ? ink : paper;
    const double long_side = random.uniform(0.25, 1) * static_cast<double>(image.width);
    const Index height = streak ? pixels(full / 10) : pixels(random.uniform(0.3, 1) * full);
    const Index width = streak ? pixels(long_side) : pixels(random.uniform(0.3, 1) * full);
    const Index top = below(std::max<Index>(1, image.height - height + 1));
    const Index left = below(std::max<Index>(1, image.width - width + 1));
    fill_area(image, top, left, height, width, {level, level, level});
  }
}

}  // namespace tinyhtr
