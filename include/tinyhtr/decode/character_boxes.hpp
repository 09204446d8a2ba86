// From a forced alignment to the columns of the original image that each character takes.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/decode/align.hpp"

namespace tinyhtr {

/// How time steps lie on the original image.
///
///     column of the network's image = offset + scale x,   x: pixels from the left edge of the original image
///
/// Step t covers the columns [t columns_per_step, (t + 1) columns_per_step).
struct StepGeometry {
  double columns_per_step = 4;
  double scale = 1;   ///< columns of the network's image to a pixel of the original
  double offset = 0;  ///< the column at which the original's left edge lies; negative where it was cropped
  /// No box reaches outside of [x_low, x_high): the original image, or the part of it that holds ink, where it is
  /// known.
  double x_low = 0, x_high = std::numeric_limits<double>::infinity();

  double x_of_step(double step) const { return (step * columns_per_step - offset) / scale; }
};

/// Where a character stands on the original image: [x_begin, x_end) in pixels from its left edge.
struct CharacterBox {
  double x_begin = 0, x_end = 0;

  double centre() const { return (x_begin + x_end) / 2; }
  bool operator==(const CharacterBox&) const = default;
};

/// The columns of each character by a forced alignment.
///
///     first[i], last[i]: the steps of character i;   right[i] = left[i+1] = (last[i] + 1 + first[i+1]) / 2
///
/// Boundaries lie in the middle of the blanks between two characters. Before the first character the box reaches as far
/// as it does behind its last step, behind the last one as far as before its first step, but not over the ends of the
/// steps; a character alone reaches equally far to both sides, up to the nearer end. All is clamped to [x_low, x_high),
/// so that a character which was aligned to the padding has an empty box at its border.
/// Boxes go from left to right and never overlap: x_begin[i] <= x_end[i] = x_begin[i+1]. The steps of a network that
/// goes through the image once, from left to right, are meant. CTC says in which order characters come, and only
/// roughly where: a bidirectional LSTM may report one early or late, as far as its training let it. alignment: of
/// align(); geometry: how its steps lie on the image. Returns one box for each character. Costs O(T). Throws
/// ArgumentError for letters that do not go up one by one, and for a geometry with columns_per_step or scale not above
/// 0, x_low above x_high, or numbers that are not finite (x_high may be infinite).
inline std::vector<CharacterBox> character_boxes(const Alignment& alignment, const StepGeometry& geometry) {
  const auto is_positive = [](double x) { return x > 0 && std::isfinite(x); };
  if (!is_positive(geometry.columns_per_step) || !is_positive(geometry.scale) || !std::isfinite(geometry.offset) ||
      !std::isfinite(geometry.x_low) || !(geometry.x_low <= geometry.x_high)) {
    throw ArgumentError("character_boxes: expected columns_per_step > 0, scale > 0, x_low <= x_high, found " +
                        std::to_string(geometry.columns_per_step) + ", " + std::to_string(geometry.scale) + ", " +
                        std::to_string(geometry.x_low) + " and " + std::to_string(geometry.x_high) + ", offset " +
                        std::to_string(geometry.offset));
  }
  struct Run {
    double begin, end;  // steps, the end not included
  };
  std::vector<Run> runs;
  Index previous = -1;
  for (std::size_t t = 0; t < alignment.letters.size(); ++t) {
    const Index letter = alignment.letters[t];
    const auto step = static_cast<double>(t);
    if (letter == static_cast<Index>(runs.size())) {
      runs.push_back({step, step + 1});
    } else if (letter >= 0 && letter + 1 == static_cast<Index>(runs.size()) && letter == previous) {
      runs.back().end = step + 1;
    } else if (letter != -1) {
      throw ArgumentError("character_boxes: expected letters 0, 1, 2 .. in one run each, found letter " +
                          std::to_string(letter) + " at time step t=" + std::to_string(t) + " behind " +
                          std::to_string(previous));
    }
    previous = letter;
  }
  const auto steps = static_cast<double>(alignment.letters.size());
  std::vector<CharacterBox> boxes;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const bool is_first = i == 0, is_last = i + 1 == runs.size();
    double before = is_first ? runs[i].begin : (runs[i].begin - runs[i - 1].end) / 2;
    double behind = is_last ? steps - runs[i].end : (runs[i + 1].begin - runs[i].end) / 2;
    if (is_first) before = std::min(before, behind);
    if (is_last) behind = std::min(behind, before);
    const auto place = [&](double step) {
      return std::clamp(geometry.x_of_step(step), geometry.x_low, geometry.x_high);
    };
    boxes.push_back({is_first ? place(runs[i].begin - before) : boxes.back().x_end, place(runs[i].end + behind)});
  }
  return boxes;
}

}  // namespace tinyhtr
