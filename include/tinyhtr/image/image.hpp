// Image: a picture of 8-bit pixels, as it comes from a file, before it becomes part of a batch.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/core/tensor.hpp"

namespace tinyhtr {

/// No image may have more pixels than this: a damaged header must not ask for all memory.
inline constexpr Index max_image_pixels = Index{1} << 28;

/// A picture: `pixels` holds height x width x channels bytes, row-major (H,W,C); 1 channel is grey, 3 are red,
/// green, blue; 0 is black, 255 white.
struct Image {
  Index height = 0, width = 0, channels = 0;
  std::vector<std::uint8_t> pixels;

  /// No picture at all; every function of this room refuses it.
  Image() = default;

  /// All bytes set to `fill`. Throws ArgumentError for an extent below 1, channels other than 1 or 3, or more than
  /// max_image_pixels pixels.
  Image(Index image_height, Index image_width, Index image_channels, std::uint8_t fill = 0)
      : height(image_height), width(image_width), channels(image_channels) {
    if (height < 1 || width < 1 || (channels != 1 && channels != 3)) {
      throw ArgumentError("an image has at least 1 row, 1 column, and 1 or 3 channels; found " + to_string());
    }
    if (width > max_image_pixels / height) {
      throw ArgumentError("an image has at most 2^28 pixels; found " + to_string());
    }
    pixels.assign(static_cast<std::size_t>(height * width * channels), fill);
  }

  /// Bytes of one row.
  Index stride() const { return width * channels; }

  std::uint8_t* row(Index y) { return pixels.data() + y * stride(); }
  const std::uint8_t* row(Index y) const { return pixels.data() + y * stride(); }

  /// One byte; subscripts are checked where TINYHTR_CHECK_SUBSCRIPTS is defined.
  std::uint8_t& at(Index y, Index x, Index c = 0) { return pixels[offset(y, x, c)]; }
  const std::uint8_t& at(Index y, Index x, Index c = 0) const { return pixels[offset(y, x, c)]; }

  /// "70 x 160 x 3 (height x width x channels)"
  std::string to_string() const {
    return std::to_string(height) + " x " + std::to_string(width) + " x " + std::to_string(channels) +
           " (height x width x channels)";
  }

  bool operator==(const Image&) const = default;

 private:
  std::size_t offset(Index y, Index x, Index c) const {
#ifdef TINYHTR_CHECK_SUBSCRIPTS
    if (y < 0 || y >= height || x < 0 || x >= width || c < 0 || c >= channels) {
      throw ArgumentError("pixel (" + std::to_string(y) + "," + std::to_string(x) + "," + std::to_string(c) +
                          ") is outside the image of " + to_string());
    }
#endif
    return static_cast<std::size_t>((y * width + x) * channels + c);
  }
};

namespace detail {

/// Throws ArgumentError unless the image holds a picture; its fields are public, so they may disagree.
inline void check_image(std::string_view where, const Image& image) {
  const bool extents = image.height > 0 && image.width > 0 && (image.channels == 1 || image.channels == 3);
  if (extents && image.width <= max_image_pixels / image.height &&
      image.pixels.size() == static_cast<std::size_t>(image.height * image.width * image.channels)) {
    return;
  }
  throw ArgumentError(std::string(where) + ": expected an image with 1 or 3 channels, found " + image.to_string() +
                      " with " + std::to_string(image.pixels.size()) + " bytes");
}

}  // namespace detail

/// Writes an image into one row of a batch: batch[n,c,y,x] = image[y,x,c], values 0 .. 255.
///
/// `image` (H,W,C), `batch` (N,C,H,W), `n` in [0, N). Scaling by 1/255 is the model's work, as in the tutorial.
/// Throws ShapeError where channels, height or width differ, ArgumentError where there is no row n.
template <class T>
void copy_to_batch(const Image& image, Tensor<T>& batch, Index n) {
  detail::check_image("copy_to_batch", image);
  check_rank("copy_to_batch", "batch", batch.shape(), "(N,C,H,W)");
  check_shape("copy_to_batch", "batch", batch.shape(), Shape{batch.dim(0), image.channels, image.height, image.width});
  if (n < 0 || n >= batch.dim(0)) {
    throw ArgumentError("copy_to_batch: expected a row from 0 to " + std::to_string(batch.dim(0) - 1) + ", found " +
                        std::to_string(n));
  }
  const Index plane = image.height * image.width;
  T* const row = batch.data() + n * image.channels * plane;
  for (Index c = 0; c < image.channels; ++c) {
    const std::uint8_t* const from = image.pixels.data() + c;
    T* const to = row + c * plane;
    for (Index i = 0; i < plane; ++i) to[i] = static_cast<T>(from[i * image.channels]);
  }
}

/// The same where the batch may be wider than the image: it stands at the left, and what is to the right of it is
/// `beside`.
template <class T>
void copy_to_batch(const Image& image, Tensor<T>& batch, Index n, T beside) {
  check_rank("copy_to_batch", "batch", batch.shape(), "(N,C,H,W)");
  const Index width = batch.dim(3);
  if (image.width == width) return copy_to_batch(image, batch, n);
  if (image.width > width) {
    throw ShapeError("copy_to_batch: the image of " + image.to_string() + " is wider than the batch of shape " +
                     batch.shape().to_string());
  }
  Tensor<T> narrow = Tensor<T>::uninitialized({1, image.channels, image.height, image.width});
  copy_to_batch(image, narrow, 0);
  check_shape("copy_to_batch", "batch", batch.shape(), Shape{batch.dim(0), image.channels, image.height, width});
  if (n < 0 || n >= batch.dim(0)) {
    throw ArgumentError("copy_to_batch: expected a row from 0 to " + std::to_string(batch.dim(0) - 1) + ", found " +
                        std::to_string(n));
  }
  const Index rows = image.channels * image.height;
  for (Index r = 0; r < rows; ++r) {
    T* const to = batch.data() + (n * rows + r) * width;
    std::copy_n(narrow.data() + r * image.width, image.width, to);
    std::fill(to + image.width, to + width, beside);
  }
}

/// The image with paper (white) left and right of it, width columns in all; of an odd number of new ones, the larger
/// half is to the right. The image itself where it is as wide as that already.
inline Image widen_with_paper(const Image& image, Index width) {
  detail::check_image("widen_with_paper", image);
  if (width <= image.width) return image;
  Image wide(image.height, width, image.channels, 255);
  const Index left = (width - image.width) / 2 * image.channels;
  for (Index y = 0; y < image.height; ++y) std::copy_n(image.row(y), image.stride(), wide.row(y) + left);
  return wide;
}

}  // namespace tinyhtr
