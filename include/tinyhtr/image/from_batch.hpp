// An image out of a batch, to look at what a network is given.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/image/image.hpp"

namespace tinyhtr {

/// The inverse of copy_to_batch: image[y,x,c] = batch[n,c,y,x], rounded, from 0 to 255.
///
/// `batch` (N,C,H,W) with C = 1 or 3, `n` in [0, N). Throws ShapeError unless it has four dimensions; ArgumentError
/// where there is no row n, for other channels or no pixels.
template <class T>
Image image_from_batch(const Tensor<T>& batch, Index n) {
  check_rank("image_from_batch", "batch", batch.shape(), "(N,C,H,W)");
  if (n < 0 || n >= batch.dim(0)) {
    throw ArgumentError("image_from_batch: expected a row from 0 to " + std::to_string(batch.dim(0) - 1) + ", found " +
                        std::to_string(n));
  }
  Image image(batch.dim(2), batch.dim(3), batch.dim(1));
  for (Index y = 0; y < image.height; ++y) {
    for (Index x = 0; x < image.width; ++x) {
      for (Index c = 0; c < image.channels; ++c) {
        const T level = std::isnan(batch(n, c, y, x)) ? T(0) : std::clamp(batch(n, c, y, x), T(0), T(255));
        image.at(y, x, c) = static_cast<std::uint8_t>(std::lround(level));
      }
    }
  }
  return image;
}

}  // namespace tinyhtr
