// Smoothing an image before it is shrunk, so that fine strokes are averaged and not missed.
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

namespace detail {

/// The weights of one half of a symmetric filter, the centre first, in units of 1/65536; together they are 1.
///
/// From a ratio of 1/16 down all weights are equal: the taps of a Gaussian would be of no use but to cost time.
inline std::vector<std::uint32_t> shrinking_taps(double ratio) {
  constexpr int one = 65536;
  if (ratio >= 1) return {one};
  const bool area = ratio <= 1.0 / 16;
  const double sigma = 0.5 * std::sqrt(1 / (ratio * ratio) - 1);
  const int radius = static_cast<int>(area ? 1 / (2 * ratio) : std::ceil(3 * sigma));
  std::vector<double> weights;
  double sum = 0;
  for (int i = 0; i <= radius; ++i) {
    weights.push_back(area ? 1 : std::exp(-i * i / (2 * sigma * sigma)));
    sum += i == 0 ? weights.back() : 2 * weights.back();
  }
  std::vector<std::uint32_t> taps;
  int left = one;  // the centre takes what rounding leaves
  for (int i = radius; i > 0; --i) {
    const double tap_weight = weights[static_cast<std::size_t>(i)] / sum * one;
    const int tap = area ? static_cast<int>(tap_weight) : static_cast<int>(std::lrint(tap_weight));
    taps.push_back(static_cast<std::uint32_t>(tap));
    left -= 2 * tap;
  }
  taps.push_back(static_cast<std::uint32_t>(left));
  std::reverse(taps.begin(), taps.end());
  while (taps.back() == 0) taps.pop_back();
  return taps;
}

/// sums[i] += tap * (first[i] + second[i])
template <class Level>
void add_tap(std::uint32_t tap, const Level* first, const Level* second, Index count, std::uint32_t* sums) {
  for (Index i = 0; i < count; ++i) sums[i] += tap * (static_cast<std::uint32_t>(first[i]) + second[i]);
}

}  // namespace detail

/// Smooths an image so that bilinear sampling at a ratio below 1 sees every pixel.
///
///   out = image correlated with g(y) g(x),  g a Gaussian of sigma = 1/2 sqrt(1 / ratio^2 - 1) pixels, cut at 3 sigma
///
/// `image` (H,W,C); the result has its size. A ratio is the size after shrinking over the size before; from 1 up that
/// axis stays as it is. Edges go on. With the bilinear step the variance becomes that of half an output pixel. All
/// pixels are mixed in integer arithmetic of 16 bits, so that the bytes are the same on every machine. From a ratio of
/// 1/16 down, an average over 1 / ratio pixels takes the Gaussian's place. Cost: 6 sigma additions for each pixel and
/// axis. Throws ArgumentError for a ratio that is no number above 0 and for an image without pixels.
inline Image smooth_for_shrinking(const Image& image, double ratio_y, double ratio_x) {
  detail::check_image("smooth_for_shrinking", image);
  if (!(ratio_y > 0) || !(ratio_x > 0)) {
    throw ArgumentError("smooth_for_shrinking: expected ratios above 0, found " + std::to_string(ratio_y) + " and " +
                        std::to_string(ratio_x));
  }
  // A filter that is wider than the image averages all of it.
  const std::vector<std::uint32_t> rows =
      detail::shrinking_taps(std::max(ratio_y, 1.0 / static_cast<double>(image.height)));
  const std::vector<std::uint32_t> columns =
      detail::shrinking_taps(std::max(ratio_x, 1.0 / static_cast<double>(image.width)));
  if (rows.size() == 1 && columns.size() == 1) return image;

  const Index stride = image.stride(), channels = image.channels, radius = static_cast<Index>(columns.size()) - 1;
  Image result(image.height, image.width, channels);
  std::vector<std::uint32_t> sums(static_cast<std::size_t>(stride));
  std::vector<std::uint16_t> padded(static_cast<std::size_t>(stride + 2 * radius * channels));  // 1/256 grey level
  std::uint16_t* const middle = padded.data() + radius * channels;
  for (Index y = 0; y < image.height; ++y) {
    const std::uint8_t* const row = image.row(y);
    for (Index i = 0; i < stride; ++i) sums[static_cast<std::size_t>(i)] = rows[0] * row[i];
    for (Index k = 1; k < static_cast<Index>(rows.size()); ++k) {
      detail::add_tap(rows[static_cast<std::size_t>(k)], image.row(std::max(y - k, Index{0})),
                      image.row(std::min(y + k, image.height - 1)), stride, sums.data());
    }
    for (Index i = 0; i < stride; ++i) {
      middle[i] = static_cast<std::uint16_t>((sums[static_cast<std::size_t>(i)] + 128) >> 8);
    }
    for (Index i = 0; i < radius * channels; ++i) {
      padded[static_cast<std::size_t>(i)] = middle[i % channels];
      middle[stride + i] = middle[stride - channels + i % channels];
    }
    for (Index i = 0; i < stride; ++i) sums[static_cast<std::size_t>(i)] = columns[0] * middle[i];
    for (Index k = 1; k <= radius; ++k) {
      detail::add_tap(columns[static_cast<std::size_t>(k)], middle - k * channels, middle + k * channels, stride,
                      sums.data());
    }
    std::uint8_t* const to = result.row(y);
    for (Index i = 0; i < stride; ++i) {
      to[i] = static_cast<std::uint8_t>((sums[static_cast<std::size_t>(i)] + (1u << 23)) >> 24);
    }
  }
  return result;
}

}  // namespace tinyhtr
