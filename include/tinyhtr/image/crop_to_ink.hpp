// Cutting away the paper around a word: a step of preprocessing.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/image/grey.hpp"
#include "tinyhtr/image/image.hpp"
#include "tinyhtr/image/ink_levels.hpp"

namespace tinyhtr {

namespace detail {

/// Pixels of ink that touch each other, corners included: their box and how many they are.
struct InkPatch {
  Index top, left, bottom, right;  // the last row and column belong to it
  Index pixels = 0;
};

/// The patches of pixels at `threshold` or below; a grey image. Pixels that were seen are marked in `open`.
inline std::vector<InkPatch> ink_patches(const Image& grey, int threshold) {
  const Index height = grey.height, width = grey.width, pitch = width + 2;
  std::vector<std::uint8_t> open(static_cast<std::size_t>((height + 2) * pitch));  // with a frame that is never ink
  for (Index y = 0; y < height; ++y) {
    const std::uint8_t* const row = grey.row(y);
    std::uint8_t* const to = open.data() + (y + 1) * pitch + 1;
    for (Index x = 0; x < width; ++x) to[x] = row[x] <= threshold ? 1 : 0;
  }
  const Index around[8] = {-pitch - 1, -pitch, -pitch + 1, -1, 1, pitch - 1, pitch, pitch + 1};
  std::vector<InkPatch> patches;
  std::vector<Index> waiting;
  for (Index start = 0; start < static_cast<Index>(open.size()); ++start) {
    if (open[static_cast<std::size_t>(start)] == 0) continue;
    InkPatch patch{height, width, -1, -1};
    open[static_cast<std::size_t>(start)] = 0;
    waiting.push_back(start);
    while (!waiting.empty()) {
      const Index place = waiting.back(), y = place / pitch - 1, x = place % pitch - 1;
      waiting.pop_back();
      ++patch.pixels;
      patch.top = std::min(patch.top, y), patch.bottom = std::max(patch.bottom, y);
      patch.left = std::min(patch.left, x), patch.right = std::max(patch.right, x);
      for (const Index step : around) {
        std::uint8_t& neighbour = open[static_cast<std::size_t>(place + step)];
        if (neighbour == 0) continue;
        neighbour = 0;
        waiting.push_back(place + step);
      }
    }
    patches.push_back(patch);
  }
  return patches;
}

/// Twice the area of all patches over their outline: how wide a stroke is, in pixels.
inline double stroke_width(const Image& grey, int threshold) {
  Index area = 0, outline = 0;  // the outline in sides of pixels; a slanted one is up to sqrt(2) too long
  for (Index y = 0; y < grey.height; ++y) {
    const std::uint8_t* const row = grey.row(y);
    const std::uint8_t* const above = grey.row(std::max(y - 1, Index{0}));
    for (Index x = 0; x < grey.width; ++x) {
      const bool ink = row[x] <= threshold;
      area += ink ? 1 : 0;
      outline += ink != (above[x] <= threshold) ? 1 : 0;
      outline += x > 0 && ink != (row[x - 1] <= threshold) ? 1 : 0;
    }
  }
  return outline == 0 ? 0 : 2 * static_cast<double>(area) / static_cast<double>(outline);
}

}  // namespace detail

/// Cuts an image to the box of its ink and `margin` pixels of paper around it, where there are as many.
///
/// Ink is what lies below light - faintness (light - dark), with the levels of ink_levels; thus the pale ends of
/// strokes belong to it. A patch of fewer than (speck w)^2 pixels is a speck and does not count, where w is the width
/// of the strokes: the dot of an i, drawn with the same pen, is about w^2. Where all is specks, or dark and light
/// differ by less than `min_contrast` levels, the image stays whole.
struct CropToInk {
  static constexpr const char* name = "crop_to_ink";

  Index margin = 2;          // pixels
  double speck = 0.5;        // share of the strokes' width; 0 lets every pixel count
  double faintness = 0.35;   // share of the contrast
  double min_contrast = 24;  // grey levels

  /// `grey` (H,W,1). Throws ArgumentError for another image.
  Image operator()(const Image& grey) const {
    detail::check_grey(name, grey);
    const InkLevels levels = ink_levels(grey);
    if (levels.contrast() < min_contrast) return grey;
    const int threshold = levels.light - static_cast<int>(faintness * levels.contrast());
    const double side = speck * detail::stroke_width(grey, threshold);
    Index top = grey.height, left = grey.width, bottom = -1, right = -1;
    for (const detail::InkPatch& patch : detail::ink_patches(grey, threshold)) {
      if (static_cast<double>(patch.pixels) < side * side) continue;
      top = std::min(top, patch.top), bottom = std::max(bottom, patch.bottom);
      left = std::min(left, patch.left), right = std::max(right, patch.right);
    }
    if (bottom < 0) return grey;
    top = std::max(top - margin, Index{0}), left = std::max(left - margin, Index{0});
    bottom = std::min(bottom + margin, grey.height - 1), right = std::min(right + margin, grey.width - 1);
    Image result(bottom - top + 1, right - left + 1, 1);
    for (Index y = 0; y < result.height; ++y) std::copy_n(grey.row(top + y) + left, result.width, result.row(y));
    return result;
  }

  bool operator==(const CropToInk&) const = default;
};

/// As for ToGrey.
template <class Visit>
void visit_parameters(CropToInk& step, const Visit& visit) {
  visit("margin", step.margin, Index{0}, Index{4096});
  visit("speck", step.speck, 0.0, 1.0);
  visit("faintness", step.faintness, 0.0, 1.0);
  visit("min_contrast", step.min_contrast, 1.0, 255.0);
}

}  // namespace tinyhtr
