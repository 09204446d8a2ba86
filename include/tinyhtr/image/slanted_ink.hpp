// The ink of a word along slanted lines.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/image/grey.hpp"
#include "tinyhtr/image/image.hpp"

namespace tinyhtr {

/// The columns that some ink reaches over: [begin, end).
struct InkExtent {
  double begin = 0, end = 0;

  bool operator==(const InkExtent&) const = default;
};

/// How black a pixel is, from 0 to 1; the lightest quarter of the greys is paper.
inline double ink_of_pixel(std::uint8_t grey) {
  constexpr double paper = 0.25;
  return std::max(0.0, (255 - grey) / 255.0 - paper) / (1 - paper);
}

/// The ink of a grey image, along lines that lean as its letters do, so that a line between two of them need not go
/// through the ascender of one and the bowl of the other.
///
///     place(y, x) = x + shear (middle - y),     middle: mean row of the ink
///
/// A pixel's ink goes to the two lines that it covers, by how much of each: pixel [place, place + 1), line l the places
/// [l - margin, l - margin + 1). Where shear = 0 lines are columns and margin = 0.
class SlantedInk {
 public:
  /// shear: as Deslant::shear_of has it, below 0 for lines that lean to the right. `grey` (H,W,1). Throws ArgumentError
  /// for another image, and a shear that is no number from -16 to 16.
  explicit SlantedInk(const Image& grey, double shear = 0) : shear_(shear) {
    detail::check_grey("SlantedInk", grey);
    if (!(std::abs(shear) <= 16)) {
      throw ArgumentError("SlantedInk: expected a shear between -16 and 16, found " + std::to_string(shear));
    }
    double sum = 0, row_sum = 0;
    for (Index y = 0; y < grey.height; ++y) {
      for (Index x = 0; x < grey.width; ++x) {
        const double ink = ink_of_pixel(grey.row(y)[x]);
        if (ink == 0) continue;
        pixels_.push_back({y, x, ink});
        sum += ink;
        row_sum += ink * static_cast<double>(y);
      }
    }
    middle_ = sum > 0 ? row_sum / sum : 0;
    margin_ = static_cast<Index>(std::ceil(std::abs(shear) * static_cast<double>(grey.height)));
    of_lines_.resize(static_cast<std::size_t>(grey.width + 2 * margin_ + (shear == 0 ? 0 : 1)));
    for (const Pixel& pixel : pixels_) {
      const double line = place_of(pixel) + static_cast<double>(margin_);
      const double whole = std::floor(line), part = line - whole;
      const auto index = static_cast<std::size_t>(whole);
      of_lines_[index] += (1 - part) * pixel.ink;
      if (part > 0) of_lines_[index + 1] += part * pixel.ink;
    }
  }

  /// Of each line, how many of its rows are black.
  std::span<const double> of_lines() const { return of_lines_; }

  /// Lines before the one that starts at place 0.
  Index margin() const { return margin_; }

  /// The columns of the image that the ink between two lines reaches over, for each pair of neighbours in `places`: a
  /// pixel belongs to the pair that its middle is between, and counts if it is black by three tenths. Where there is no
  /// ink, the two places. places: N + 1, going up; returns N. O(pixels log N).
  std::vector<InkExtent> extents_between(std::span<const double> places) const {
    if (!std::is_sorted(places.begin(), places.end())) {
      throw ArgumentError("SlantedInk: expected places that go up");
    }
    std::vector<InkExtent> extents(places.empty() ? 0 : places.size() - 1);
    std::vector<bool> has_ink(extents.size());
    for (std::size_t i = 0; i < extents.size(); ++i) extents[i] = {places[i], places[i + 1]};
    for (const Pixel& pixel : pixels_) {
      if (pixel.ink < 0.3) continue;
      const auto above = std::upper_bound(places.begin(), places.end(), place_of(pixel) + 0.5);
      if (above == places.begin() || above == places.end()) continue;
      const auto i = static_cast<std::size_t>(above - places.begin() - 1);
      const auto x = static_cast<double>(pixel.x);
      if (!has_ink[i]) extents[i] = {x, x + 1}, has_ink[i] = true;
      extents[i] = {std::min(extents[i].begin, x), std::max(extents[i].end, x + 1)};
    }
    return extents;
  }

 private:
  struct Pixel {
    Index y, x;
    double ink;
  };

  double place_of(const Pixel& pixel) const {
    return static_cast<double>(pixel.x) + shear_ * (middle_ - static_cast<double>(pixel.y));
  }

  std::vector<Pixel> pixels_;  // those with ink
  std::vector<double> of_lines_;
  double shear_, middle_ = 0;
  Index margin_ = 0;
};

}  // namespace tinyhtr
