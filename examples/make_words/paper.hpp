// Paper: ink becomes a cropped grey image on a sheet with tone, stains, grain.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "ink.hpp"
#include "tinyhtr/core/random.hpp"
#include "tinyhtr/image/image.hpp"

namespace make_words {

/// Smooth noise in [-1,1]: random numbers on a grid of `cell` pixels, bilinear between them.
class SmoothNoise {
 public:
  SmoothNoise(Index height, Index width, Index cell, Random& random)
      : cell_(cell), grid_(height / cell + 2, width / cell + 2) {
    for (float& value : grid_.values) value = static_cast<float>(random.uniform(-1, 1));
  }
  double at(Index y, Index x) const {
    const Index row = y / cell_, column = x / cell_;
    const double v = double(y % cell_) / double(cell_), u = double(x % cell_) / double(cell_);
    return (1 - v) * ((1 - u) * grid_.at(row, column) + u * grid_.at(row, column + 1)) +
           v * ((1 - u) * grid_.at(row + 1, column) + u * grid_.at(row + 1, column + 1));
  }

 private:
  Index cell_;
  Map grid_;
};

/// A rectangle of pixels, the far ends not included.
struct Box {
  Index top, bottom, left, right;
};

/// The rectangle that holds the ink with 2 to 4 pixels around it.
///
/// It always reaches from the baseline to the tops of the small letters, so that a comma can be told from an
/// apostrophe, a full stop from a dash. `damaged` cuts off a third of the word, as bad segmentation does.
inline Box crop(const Drawing& drawing, bool damaged, Random& random) {
  const Map& ink = drawing.ink;
  Box box{drawing.middle, drawing.baseline + 1, ink.width, 0};
  for (Index y = 0; y < ink.height; ++y) {
    for (Index x = 0; x < ink.width; ++x) {
      if (ink.at(y, x) < .3f) continue;
      box = {std::min(box.top, y), std::max(box.bottom, y + 1), std::min(box.left, x), std::max(box.right, x + 1)};
    }
  }
  const auto margin = [&random] { return 2 + static_cast<Index>(random.below(3)); };
  box = {std::max<Index>(box.top - margin(), 0), std::min(box.bottom + margin(), ink.height),
         std::max<Index>(box.left - margin(), 0), std::min(box.right + margin(), ink.width)};
  if (damaged) {
    const Index lost = (box.right - box.left) / 3;
    if (random.chance(.5)) {
      box.left += lost;
    } else {
      box.right -= lost;
    }
  }
  return box;
}

/// The drawing as an 8-bit grey image of 16 shades, so that a PNG of it is small. Moves the characters' extents from
/// the drawing to the image, and cuts them off where it ends.
inline tinyhtr::Image on_paper(Drawing& drawing, const Style& style, bool damaged, Random& random) {
  const Map& ink = drawing.ink;
  const Box box = crop(drawing, damaged, random);
  const SmoothNoise tone(ink.height, ink.width, 32, random), pressure(ink.height, ink.width, 14, random);
  for (Extent& extent : drawing.characters) {
    const auto within = [&](double x) { return std::clamp(x, double(box.left), double(box.right)) - double(box.left); };
    extent = {within(extent.begin), within(extent.end)};
  }
  tinyhtr::Image image(box.bottom - box.top, box.right - box.left, 1, 255);
  std::size_t next = 0;
  for (Index y = box.top; y < box.bottom; ++y) {
    for (Index x = box.left; x < box.right; ++x) {
      const double strength = ink.at(y, x) * (.88 + .12 * pressure.at(y, x));
      double grey = (1 - strength) * (style.paper + 5 * tone.at(y, x)) + strength * style.ink;
      if (random.chance(style.grain)) grey += random.chance(.5) ? 9 : -9;
      const double shade = std::round(std::clamp(grey, 0.0, 255.0) / 17);
      image.pixels[next++] = static_cast<std::uint8_t>(std::lround(shade * 17));
    }
  }
  return image;
}

}  // namespace make_words
