// Making dark or bright strokes thicker: the smallest or the largest level around each pixel.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/image/image.hpp"

namespace tinyhtr {

namespace detail {

/// For every byte the `pick` over a kernel x kernel window: first along the columns, then along the rows, since the
/// window is a rectangle. What is outside the image does not count.
template <class Pick>
Image pick_in_window(std::string_view where, const Image& image, Index kernel, Pick pick) {
  check_image(where, image);
  if (kernel < 1) {
    throw ArgumentError(std::string(where) + ": expected a kernel of at least 1 pixel, found " +
                        std::to_string(kernel));
  }
  const Index before = kernel / 2, after = kernel - 1 - kernel / 2;  // an even window reaches one further up and left
  const Index stride = image.stride(), channels = image.channels;
  const auto pick_into = [pick](std::uint8_t* to, const std::uint8_t* from, Index count) {
    for (Index i = 0; i < count; ++i) to[i] = pick(to[i], from[i]);
  };

  Image columns = image;
  for (Index y = 0; y < image.height; ++y) {
    for (Index other = std::max(Index{0}, y - before); other <= std::min(image.height - 1, y + after); ++other) {
      if (other != y) pick_into(columns.row(y), image.row(other), stride);
    }
  }
  Image result = columns;
  for (Index y = 0; y < image.height; ++y) {
    std::uint8_t* const to = result.row(y);
    const std::uint8_t* const from = columns.row(y);
    for (Index shift = 1; shift <= std::min(before, image.width - 1); ++shift) {
      pick_into(to + shift * channels, from, stride - shift * channels);
    }
    for (Index shift = 1; shift <= std::min(after, image.width - 1); ++shift) {
      pick_into(to, from + shift * channels, stride - shift * channels);
    }
  }
  return result;
}

}  // namespace detail

/// The smallest level in the kernel x kernel window around each pixel, channel by channel: dark ink grows.
///
/// `image` (H,W,C). The window of pixel x reaches from x - kernel/2 over `kernel` pixels; kernel 1 changes nothing.
/// Throws ArgumentError for a kernel below 1 and for an image without pixels.
/// Source: cv::erode with a kernel of ones; exactly its result.
inline Image erode(const Image& image, Index kernel) {
  return detail::pick_in_window("erode", image, kernel, [](std::uint8_t a, std::uint8_t b) { return a < b ? a : b; });
}

/// The largest level in the kernel x kernel window around each pixel, channel by channel: dark ink shrinks.
///
/// Window, exceptions and source as those of erode (cv::dilate).
inline Image dilate(const Image& image, Index kernel) {
  return detail::pick_in_window("dilate", image, kernel, [](std::uint8_t a, std::uint8_t b) { return a > b ? a : b; });
}

}  // namespace tinyhtr
