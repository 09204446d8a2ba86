// Setting slanted writing upright: a step of preprocessing.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/image/grey.hpp"
#include "tinyhtr/image/image.hpp"
#include "tinyhtr/image/ink_levels.hpp"

namespace tinyhtr {

namespace detail {

/// How far row y of a sheared image moves to the right, in units of 1/256 pixel; the lowest row stays.
inline Index shear_shift(double shear, Index y, Index height) {
  return static_cast<Index>(std::llrint(shear * static_cast<double>(height - 1 - y) * 256));
}

}  // namespace detail

/// Shears an image: a row that lies h pixels above the lowest moves by `shear` h to the right.
///
///   width' = W + ceil(|shear| (H - 1));  places between two pixels mix both, with weights of 1/256
///
/// `grey` (H,W,1); what was outside becomes `fill`. Throws ArgumentError for |shear| above 16 and for another image.
inline Image shear_rows(const Image& grey, double shear, std::uint8_t fill = 255) {
  detail::check_grey("shear_rows", grey);
  if (!(std::abs(shear) <= 16)) {
    throw ArgumentError("shear_rows: expected a shear between -16 and 16, found " + std::to_string(shear));
  }
  const Index height = grey.height, width = grey.width;
  const Index farthest = detail::shear_shift(std::abs(shear), 0, height);
  Image result(height, width + (farthest + 255) / 256, 1, fill);
  std::vector<std::uint8_t> padded(static_cast<std::size_t>(width + 2), fill);
  for (Index y = 0; y < height; ++y) {
    std::copy_n(grey.row(y), width, padded.data() + 1);
    const Index shift = detail::shear_shift(shear, y, height) + (shear < 0 ? 256 * (result.width - width) : 0);
    const Index whole = shift >> 8, part = shift & 255;
    std::uint8_t* const to = result.row(y) + whole;
    const Index count = std::min(width + 1, result.width - whole);
    for (Index x = 0; x < count; ++x) {
      const auto before = padded[static_cast<std::size_t>(x)], here = padded[static_cast<std::size_t>(x + 1)];
      to[x] = static_cast<std::uint8_t>((before * part + here * (256 - part) + 128) >> 8);
    }
  }
  return result;
}

/// Shears a word so that its upright strokes stand upright.
///
/// Of all shears -max_shear .. max_shear in steps of 1/32 the one is taken that has most ink in columns of one unbroken
/// stroke,
///   S = sum over columns x of  n(x)^2 [n(x) = bottom(x) - top(x) + 1],    n(x) pixels of ink in the sheared column,
/// and of equal ones the least. The canvas grows, paper (255) fills it. An image whose dark and light differ by less
/// than `min_contrast` levels stays as it is. A slash or comma is set upright too: so this is for words.
/// Source: Vinciarelli and Luettin, A new normalization technique for cursive handwritten words, 2001, section 3.
struct Deslant {
  static constexpr const char* name = "deslant";

  double max_shear = 1;      // the tangent of the slant: 1 is 45 degrees
  double min_contrast = 24;  // grey levels

  /// The shear that sets the word upright: below 0 where it leans to the right. `grey` (H,W,1). Throws ArgumentError
  /// for another image.
  double shear_of(const Image& grey) const {
    detail::check_grey(name, grey);
    const InkLevels levels = ink_levels(grey);
    if (levels.contrast() < min_contrast) return 0;
    struct Pixel {
      Index y, x;
    };
    std::vector<Pixel> ink;
    for (Index y = 0; y < grey.height; ++y) {
      for (Index x = 0; x < grey.width; ++x) {
        if (grey.row(y)[x] <= levels.threshold) ink.push_back({y, x});
      }
    }
    struct Column {
      Index count = 0, top = 0, bottom = 0;
    };
    const int steps = static_cast<int>(max_shear * 32);
    const Index most = static_cast<Index>(max_shear * static_cast<double>(grey.height)) + 2;
    std::vector<Column> columns;
    double best = -1, best_shear = 0;
    std::vector<Index> shifts(static_cast<std::size_t>(grey.height));
    for (int i = 0; i <= 2 * steps; ++i) {
      const double shear = (i % 2 == 0 ? i / 2 : -(i + 1) / 2) / 32.0;  // 0, -1/32, 1/32, ...
      for (Index y = 0; y < grey.height; ++y) {
        shifts[static_cast<std::size_t>(y)] = most + ((detail::shear_shift(shear, y, grey.height) + 128) >> 8);
      }
      columns.assign(static_cast<std::size_t>(grey.width + 2 * most), Column());
      for (const Pixel& pixel : ink) {
        Column& column = columns[static_cast<std::size_t>(pixel.x + shifts[static_cast<std::size_t>(pixel.y)])];
        if (column.count++ == 0) column.top = pixel.y;
        column.bottom = pixel.y;
      }
      double measure = 0;
      for (const Column& column : columns) {
        const bool unbroken = column.count > 0 && column.count == column.bottom - column.top + 1;
        if (unbroken) measure += static_cast<double>(column.count * column.count);
      }
      if (measure > best) best = measure, best_shear = shear;
    }
    return best_shear;
  }

  /// The word, upright. `grey` (H,W,1). Throws ArgumentError for another image.
  Image operator()(const Image& grey) const {
    const double shear = shear_of(grey);
    return shear == 0 ? grey : shear_rows(grey, shear);
  }

  bool operator==(const Deslant&) const = default;
};

/// As for ToGrey.
template <class Visit>
void visit_parameters(Deslant& step, const Visit& visit) {
  visit("max_shear", step.max_shear, 0.0, 4.0);
  visit("min_contrast", step.min_contrast, 1.0, 255.0);
}

}  // namespace tinyhtr
