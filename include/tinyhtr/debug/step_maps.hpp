// Heat maps over time, aligned under the image that a network reads.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/number_text.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/image/draw.hpp"
#include "tinyhtr/image/heat_map.hpp"
#include "tinyhtr/image/image.hpp"
#include "tinyhtr/report/ctc_picture.hpp"

namespace tinyhtr {

/// A colour for a value from -1, blue, over 0, white, to 1, red; what lies outside counts as the ends, NaN as 0.
inline Colour signed_colour(double value) {
  const double v = std::isnan(value) ? 0 : std::clamp(value, -1.0, 1.0);
  const auto mix = [size = std::abs(v)](double end) {
    return static_cast<std::uint8_t>(std::lround(255 + size * (end - 255)));
  };
  return v < 0 ? Colour{mix(33), mix(102), mix(172)} : Colour{mix(178), mix(24), mix(43)};
}

/// Something that has R values at each of T steps.
struct StepMap {
  std::string name;          ///< UTF-8; its ASCII is drawn
  Tensor<double> values;     ///< (R,T)
  double low = 0, high = 1;  ///< the values of the two ends of the colours; with low < 0: signed, white is 0
};

/// A map that goes from the smallest to the largest of its values, or where some are negative from -largest to largest
/// of their sizes.
inline StepMap own_range(std::string name, Tensor<double> values) {
  StepMap map{std::move(name), std::move(values)};
  double largest = 0;
  bool negative = false;
  for (const double value : map.values) {
    if (!std::isfinite(value)) continue;
    largest = std::max(largest, std::abs(value));
    negative = negative || value < 0;
  }
  map.high = largest > 0 ? largest : 1;
  map.low = negative ? -map.high : 0;
  return map;
}

/// The width of a step in pictures over time, pixels: the same in all of them, so that they can be held side by side.
inline Index step_width(Index steps) { return std::clamp<Index>(640 / std::max<Index>(steps, 1), 6, 20); }

/// Draws heat maps over the steps of a network, one below the other, all under the image that it was given, which is
/// stretched over the steps: what stands above each other belongs together.
///
///     colour = heat_colour((v - low) / (high - low)),   signed_colour(v / high) where low < 0
///
/// input (H,W,C), what image_from_batch or fit_image gives; maps: (R,T) each, of one T, in the order in which they are
/// drawn, with name and range above them. A row is 8 pixels high or less, so that a map of many rows takes about 128.
/// sweeps: how often the steps go through the image, see sweeps_of. Returns RGB. Throws ShapeError for maps that are no
/// matrices of one T, ArgumentError for none, an empty one, sweeps that do not divide T, an image without pixels.
inline Image step_maps(const Image& input, const std::vector<StepMap>& maps, Index sweeps = 1) {
  detail::check_image("step_maps", input);
  if (maps.empty()) throw ArgumentError("step_maps: expected a map or more, found none");
  for (const StepMap& map : maps) {
    check_rank("step_maps", map.name, map.values.shape(), "(R,T)");
    check_shape("step_maps", map.name, map.values.shape(), {map.values.dim(0), maps[0].values.dim(1)});
  }
  const Index steps = maps[0].values.dim(1);
  if (steps < 1 || sweeps < 1 || steps % sweeps != 0) {
    throw ArgumentError("step_maps: expected steps of " + std::to_string(sweeps) +
                        " equal sweeps, found T = " + std::to_string(steps));
  }
  const auto row_height = [](const StepMap& map) {
    return std::clamp<Index>(128 / std::max<Index>(map.values.dim(0), 1), 1, 8);
  };
  constexpr Index title = 16;
  const Index cell = step_width(steps), left = detail::picture_margin;
  const Image strip = detail::swept_image(input, steps * cell, sweeps);
  Index height = strip.height + 2 * detail::picture_gap, widest = strip.width;
  std::vector<std::string> titles;
  for (const StepMap& map : maps) {
    if (map.values.empty()) throw ArgumentError("step_maps: the map '" + map.name + "' has no rows");
    height += title + map.values.dim(0) * row_height(map) + detail::picture_gap;
    titles.push_back(map.name + ": " + fixed(map.low, 2) + " to " + fixed(map.high, 2));
    widest = std::max(widest, text_width(titles.back()));
  }
  Image picture(height, left + widest + detail::picture_gap, 3, 255);
  paste(picture, strip, detail::picture_gap, left);
  Index top = strip.height + 2 * detail::picture_gap;
  for (std::size_t m = 0; m < maps.size(); ++m) {
    const StepMap& map = maps[m];
    draw_text(picture, top + 4, left, titles[m], detail::picture_ink);
    top += title;
    const Index each = row_height(map), rows = map.values.dim(0);
    for (Index r = 0; r < rows; ++r) {
      for (Index t = 0; t < steps; ++t) {
        const double v = map.values(r, t);
        fill_area(picture, top + r * each, left + t * cell, each, cell,
                  map.low < 0 ? signed_colour(v / map.high) : heat_colour((v - map.low) / (map.high - map.low)));
      }
    }
    draw_frame(picture, top - 1, left - 1, rows * each + 2, steps * cell + 2, 1, {208, 213, 220});
    top += rows * each + detail::picture_gap;
  }
  for (Index sweep = 1; sweep < sweeps; ++sweep) {
    fill_area(picture, detail::picture_gap, left + sweep * (strip.width / sweeps), height, 1, detail::picture_grey);
  }
  return picture;
}

/// The steps of sample n of a sequence (T,N,C) as a matrix (C,T), for a StepMap. Throws ShapeError, ArgumentError where
/// there is no sample n.
template <class T>
Tensor<double> rows_over_time(const Tensor<T>& sequence, Index n) {
  check_rank("rows_over_time", "sequence", sequence.shape(), "(T,N,C)");
  if (n < 0 || n >= sequence.dim(1)) {
    throw ArgumentError("rows_over_time: expected a sample from 0 to " + std::to_string(sequence.dim(1) - 1) +
                        ", found " + std::to_string(n));
  }
  Tensor<double> rows(Shape{sequence.dim(2), sequence.dim(0)});
  for (Index t = 0; t < sequence.dim(0); ++t) {
    for (Index c = 0; c < sequence.dim(2); ++c) rows(c, t) = static_cast<double>(sequence(t, n, c));
  }
  return rows;
}

}  // namespace tinyhtr
