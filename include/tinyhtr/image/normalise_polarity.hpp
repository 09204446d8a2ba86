// Dark ink on light paper, whatever it was: a step of preprocessing.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/image/grey.hpp"
#include "tinyhtr/image/image.hpp"
#include "tinyhtr/image/ink_levels.hpp"

namespace tinyhtr {

/// Inverts images of light ink on dark paper.
///
/// An image is inverted where dark pixels are more than `dark_share` of all, more than `dark_share` of its border, and
/// lie in at least three of its corners: a tightly cut full stop or dash is mostly dark, but for its corners. Where
/// dark and light differ by less than `min_contrast` levels there is no ink; such an image is inverted where its
/// median level is below 128.
struct NormalisePolarity {
  static constexpr const char* name = "normalise_polarity";

  double dark_share = 0.6;
  double min_contrast = 24;  // grey levels

  /// Whether the image shows light ink on dark paper. `grey` (H,W,1). Throws ArgumentError for another image.
  bool inverts(const Image& grey) const {
    const InkLevels levels = ink_levels(grey);
    const Index height = grey.height, width = grey.width;
    const int threshold = levels.contrast() < min_contrast ? 127 : levels.threshold;
    const auto is_dark = [&](Index y, Index x) { return grey.at(y, x) <= threshold ? Index{1} : Index{0}; };
    Index dark = 0;
    for (const std::uint8_t level : grey.pixels) dark += level <= threshold ? 1 : 0;
    const double size = static_cast<double>(height * width);
    if (levels.contrast() < min_contrast) return static_cast<double>(dark) > 0.5 * size;
    if (static_cast<double>(dark) <= dark_share * size) return false;
    Index border = 0;
    for (Index x = 0; x < width; ++x) border += is_dark(0, x) + is_dark(height - 1, x);
    for (Index y = 0; y < height; ++y) border += is_dark(y, 0) + is_dark(y, width - 1);
    if (static_cast<double>(border) <= dark_share * 2 * static_cast<double>(height + width)) return false;
    return is_dark(0, 0) + is_dark(0, width - 1) + is_dark(height - 1, 0) + is_dark(height - 1, width - 1) >= 3;
  }

  /// The image, or 255 minus it. `grey` (H,W,1). Throws ArgumentError for another image.
  Image operator()(const Image& grey) const {
    detail::check_grey(name, grey);
    Image result = grey;
    if (!inverts(grey)) return result;
    for (std::uint8_t& level : result.pixels) level = static_cast<std::uint8_t>(255 - level);
    return result;
  }

  bool operator==(const NormalisePolarity&) const = default;
};

/// As for ToGrey.
template <class Visit>
void visit_parameters(NormalisePolarity& step, const Visit& visit) {
  visit("dark_share", step.dark_share, 0.5, 1.0);
  visit("min_contrast", step.min_contrast, 0.0, 255.0);
}

}  // namespace tinyhtr
