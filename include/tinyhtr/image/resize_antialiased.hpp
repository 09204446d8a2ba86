// Resizing where shrinking averages.
#pragma once

#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/image/image.hpp"
#include "tinyhtr/image/resize.hpp"
#include "tinyhtr/image/smooth.hpp"

namespace tinyhtr {

/// Resizes as resize_bilinear does, after smooth_for_shrinking with the ratios of the two sizes.
///
/// `image` (H,W,C); the result is (height,width,C), the same bytes on every machine. An axis that grows is interpolated
/// only. Throws ArgumentError for an extent below 1 or an image without pixels.
inline Image resize_antialiased(const Image& image, Index height, Index width) {
  detail::check_image("resize_antialiased", image);
  if (height < 1 || width < 1 || (height >= image.height && width >= image.width)) {
    return resize_bilinear(image, height, width);
  }
  const double ratio_y = static_cast<double>(height) / static_cast<double>(image.height);
  const double ratio_x = static_cast<double>(width) / static_cast<double>(image.width);
  return resize_bilinear(smooth_for_shrinking(image, ratio_y, ratio_x), height, width);
}

}  // namespace tinyhtr
