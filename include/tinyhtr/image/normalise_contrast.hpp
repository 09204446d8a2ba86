// Paper to white, ink to black: a step of preprocessing.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "tinyhtr/image/grey.hpp"
#include "tinyhtr/image/image.hpp"
#include "tinyhtr/image/ink_levels.hpp"
#include "tinyhtr/image/paper_plane.hpp"

namespace tinyhtr {

/// Stretches the levels so that paper becomes 255 and ink 0.
///
///   out = 255 (level - dark) / (light - dark), clipped;  dark, light as ink_levels finds them
///
/// Before that, the slope of the paper's brightness is taken out, as a plane, where it is at most `max_slope` levels
/// from one corner to the other (0: never). Where light - dark is below `min_contrast` there is nothing but paper and
/// noise: paper becomes 255, and nothing is stretched.
struct NormaliseContrast {
  static constexpr const char* name = "normalise_contrast";

  double min_contrast = 24;  // grey levels
  double max_slope = 80;     // grey levels

  /// `grey` (H,W,1); the result has its size. Throws ArgumentError for another image.
  Image operator()(const Image& grey) const {
    detail::check_grey(name, grey);
    Image result = grey;
    if (max_slope > 0) {
      const detail::PaperPlane plane = detail::paper_plane(grey);
      const double slope = plane.range(grey);
      if (slope >= 2 && slope <= max_slope) detail::flatten(result, plane);
    }
    const InkLevels levels = ink_levels(result);
    const int range = levels.contrast() < min_contrast ? 255 : levels.contrast();
    std::array<std::uint8_t, 256> stretched{};
    for (int level = 0; level < 256; ++level) {
      const int above = level - (levels.light - range);
      stretched[static_cast<std::size_t>(level)] =
          static_cast<std::uint8_t>(std::clamp((2 * 255 * above + range) / (2 * range), 0, 255));
    }
    for (std::uint8_t& level : result.pixels) level = stretched[level];
    return result;
  }

  bool operator==(const NormaliseContrast&) const = default;
};

/// As for ToGrey.
template <class Visit>
void visit_parameters(NormaliseContrast& step, const Visit& visit) {
  visit("min_contrast", step.min_contrast, 1.0, 255.0);
  visit("max_slope", step.max_slope, 0.0, 255.0);
}

}  // namespace tinyhtr
