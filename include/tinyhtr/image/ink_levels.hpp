// The levels of ink and of paper in a grey image.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/image/grey.hpp"
#include "tinyhtr/image/image.hpp"

namespace tinyhtr {

/// What tells the dark from the light pixels of a grey image: dark ones are at `threshold` or below. `dark` is a level
/// that a tenth of the dark pixels lies at or below, `light` the median of the light ones. A flat image has one level.
struct InkLevels {
  int dark = 0, light = 0, threshold = 0;

  int contrast() const { return light - dark; }
};

/// How many pixels there are of each level; four counts at a time, since neighbours tend to be alike.
inline std::array<Index, 256> level_counts(const Image& grey) {
  detail::check_grey("level_counts", grey);
  std::array<std::array<std::uint32_t, 256>, 4> parts{};
  const std::size_t size = grey.pixels.size();
  for (std::size_t i = 0; i + 4 <= size; i += 4) {
    for (std::size_t part = 0; part < 4; ++part) ++parts[part][grey.pixels[i + part]];
  }
  for (std::size_t i = size - size % 4; i < size; ++i) ++parts[0][grey.pixels[i]];
  std::array<Index, 256> counts{};
  for (std::size_t level = 0; level < 256; ++level) {
    for (const auto& part : parts) counts[level] += part[level];
  }
  return counts;
}

/// Splits the levels so that the two classes lie as far apart as can be; of equal places the middle one.
///
///   threshold = argmax over t of  n(dark) n(light) (mean(light) - mean(dark))^2
///
/// `grey` (H,W,1). Throws ArgumentError for an image that is not grey or without pixels.
/// Source: Otsu, A threshold selection method from gray-level histograms, 1979.
inline InkLevels ink_levels(const Image& grey) {
  const std::array<Index, 256> counts = level_counts(grey);
  double total = 0, total_sum = 0, dark = 0, dark_sum = 0, best = 0;
  for (int level = 0; level < 256; ++level) {
    const auto count = static_cast<double>(counts[static_cast<std::size_t>(level)]);
    total += count;
    total_sum += level * count;
  }
  int first = 0, last = 0;
  for (int level = 0; level < 255; ++level) {
    const auto count = static_cast<double>(counts[static_cast<std::size_t>(level)]);
    dark += count;
    dark_sum += level * count;
    const double light = total - dark;
    if (dark < 1 || light < 1) continue;
    const double distance = (total_sum - dark_sum) / light - dark_sum / dark;
    const double measure = dark * light * distance * distance;
    if (measure > best) first = level, best = measure;
    if (measure >= best) last = level;
  }
  InkLevels levels;
  if (best == 0) {  // one level alone
    while (counts[static_cast<std::size_t>(levels.light)] == 0) ++levels.light;
    levels.dark = levels.light;
    levels.threshold = levels.light - 1;
    return levels;
  }
  levels.threshold = (first + last) / 2;
  // The level in [low, high] that this share of the pixels there lies at or below.
  const auto quantile = [&counts](int low, int high, double share) {
    Index all = 0, below = 0;
    for (int level = low; level <= high; ++level) all += counts[static_cast<std::size_t>(level)];
    int level = low;
    while ((below += counts[static_cast<std::size_t>(level)]) < static_cast<Index>(share * static_cast<double>(all))) {
      ++level;
    }
    while (counts[static_cast<std::size_t>(level)] == 0) ++level;
    return level;
  };
  levels.dark = quantile(0, levels.threshold, 0.1);
  levels.light = quantile(levels.threshold + 1, 255, 0.5);
  return levels;
}

}  // namespace tinyhtr
