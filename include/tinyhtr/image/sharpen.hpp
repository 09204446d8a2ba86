// Sharpening images.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/image/image.hpp"

namespace tinyhtr {

/// Correlates every channel with a 3x3 kernel that lies between "as it is" and "edges, brightened".
///
///                    | -1   -1   -1 |
///   (1 - a) I  +  a  | -1  8 + l -1 |       which is   (1 + (8 + l) a) centre  -  a (sum of all nine)
///                    | -1   -1   -1 |
///
/// `image` (H,W,C); `lightness` l: at 0 a flat area turns to (1 - a) of its level, at 1 it stays; `alpha` a: 0
/// changes nothing. Borders are mirrored without the edge pixel; results are rounded and clipped to 0 .. 255.
/// Throws ArgumentError for parameters beyond +-1000 and for an image without pixels.
/// Source: mltu, RandomSharpen, through cv::filter2D; within one grey level of it.
inline Image sharpen(const Image& image, double lightness, double alpha) {
  detail::check_image("sharpen", image);
  if (!(std::abs(lightness) <= 1000) || !(std::abs(alpha) <= 1000)) {
    throw ArgumentError("sharpen: expected lightness and alpha between -1000 and 1000, found " +
                        std::to_string(lightness) + " and " + std::to_string(alpha));
  }
  // (1 - a) + a (8 + l) + a, since the sum of all nine takes the centre away once too often
  const float centre_weight = static_cast<float>(1 + alpha * (8 + lightness));
  const float sum_weight = static_cast<float>(alpha);
  const Index stride = image.stride(), channels = image.channels;
  const auto mirrored = [](Index i, Index extent) {
    if (extent == 1) return Index{0};
    return i < 0 ? -i : i >= extent ? 2 * extent - 2 - i : i;
  };

  Image result(image.height, image.width, channels);
  std::vector<std::int32_t> sums(static_cast<std::size_t>(stride + 2 * channels));  // of three rows; a pixel each side
  std::int32_t* const left = sums.data();
  std::int32_t* const middle = left + channels;
  const std::int32_t* const right = middle + channels;
  for (Index y = 0; y < image.height; ++y) {
    const std::uint8_t* const above = image.row(mirrored(y - 1, image.height));
    const std::uint8_t* const row = image.row(y);
    const std::uint8_t* const below = image.row(mirrored(y + 1, image.height));
    for (Index i = 0; i < stride; ++i) middle[i] = above[i] + row[i] + below[i];
    for (Index c = 0; c < channels; ++c) {
      left[c] = middle[mirrored(-1, image.width) * channels + c];
      middle[stride + c] = middle[mirrored(image.width, image.width) * channels + c];
    }
    std::uint8_t* const to = result.row(y);
    for (Index i = 0; i < stride; ++i) {
      const float level =
          centre_weight * static_cast<float>(row[i]) - sum_weight * static_cast<float>(left[i] + middle[i] + right[i]);
      to[i] = static_cast<std::uint8_t>(std::min(std::max(level, 0.0f), 255.0f) + 0.5f);
    }
  }
  return result;
}

}  // namespace tinyhtr
