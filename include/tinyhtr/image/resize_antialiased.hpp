// Resizing where shrinking averages.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/image/image.hpp"
#include "tinyhtr/image/resize.hpp"
#include "tinyhtr/image/smooth.hpp"

namespace tinyhtr {

namespace detail {

/// Averages an image over blocks of whole pixels, as equal as can be: output row y covers the rows from
/// floor(y H / height) up to floor((y+1) H / height). No extent may be larger than the image's.
inline Image average_blocks(const Image& image, Index height, Index width) {
  Image result(height, width, image.channels);
  std::vector<std::uint64_t> sums(static_cast<std::size_t>(result.stride()));
  for (Index y = 0; y < height; ++y) {
    const Index top = y * image.height / height, bottom = (y + 1) * image.height / height;
    std::fill(sums.begin(), sums.end(), 0);
    for (Index row = top; row < bottom; ++row) {
      const std::uint8_t* from = image.row(row);
      for (Index x = 0; x < width; ++x) {
        const Index count = (x + 1) * image.width / width - x * image.width / width;
        std::uint64_t* const to = sums.data() + x * image.channels;
        for (Index i = 0; i < count; ++i) {
          for (Index c = 0; c < image.channels; ++c) to[c] += *from++;
        }
      }
    }
    for (Index x = 0; x < width; ++x) {
      const Index columns = (x + 1) * image.width / width - x * image.width / width;
      const auto count = static_cast<std::uint64_t>((bottom - top) * columns);
      for (Index c = 0; c < image.channels; ++c) {
        result.at(y, x, c) =
            static_cast<std::uint8_t>((sums[static_cast<std::size_t>(x * image.channels + c)] + count / 2) / count);
      }
    }
  }
  return result;
}

}  // namespace detail

/// Resizes as resize_bilinear does, after smooth_for_shrinking with the ratios of the two sizes.
///
/// `image` (H,W,C); the result is (height,width,C), the same bytes on every machine. An axis that grows is interpolated
/// only. One that shrinks by more than 16 is first averaged over blocks, to 8 times its new size, so that the largest
/// images cost no more for each pixel than others. Throws ArgumentError for an extent below 1 or an image without
/// pixels.
inline Image resize_antialiased(const Image& image, Index height, Index width) {
  detail::check_image("resize_antialiased", image);
  if (height < 1 || width < 1 || (height >= image.height && width >= image.width)) {
    return resize_bilinear(image, height, width);
  }
  const bool tall = height < image.height / 16, wide = width < image.width / 16;
  if (tall || wide) {
    return resize_antialiased(
        detail::average_blocks(image, tall ? 8 * height : image.height, wide ? 8 * width : image.width), height, width);
  }
  const double ratio_y = static_cast<double>(height) / static_cast<double>(image.height);
  const double ratio_x = static_cast<double>(width) / static_cast<double>(image.width);
  return resize_bilinear(smooth_for_shrinking(image, ratio_y, ratio_x), height, width);
}

}  // namespace tinyhtr
