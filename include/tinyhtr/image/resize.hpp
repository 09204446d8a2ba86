// Bringing images to the size that a network reads.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/image/image.hpp"

namespace tinyhtr {

namespace detail {

/// An output row or column lies between two of the input: (first_weight * first + second_weight * second) / 2048.
struct BilinearTap {
  Index first, second;
  int first_weight, second_weight;
};

/// The taps of all `to` outputs along one axis of `from` inputs. The centre of output i lies at
/// (i + 1/2) from / to - 1/2 of the input; beyond the outer centres the edge goes on.
inline std::vector<BilinearTap> bilinear_taps(Index from, Index to) {
  const double scale = 1.0 / (static_cast<double>(to) / static_cast<double>(from));
  std::vector<BilinearTap> taps(static_cast<std::size_t>(to));
  for (Index i = 0; i < to; ++i) {
    const double centre = (static_cast<double>(i) + 0.5) * scale - 0.5;
    const double position =
        std::clamp(static_cast<double>(static_cast<float>(centre)), 0.0, static_cast<double>(from - 1));
    const Index first = static_cast<Index>(position);
    const int weight = static_cast<int>(std::lrint((position - static_cast<double>(first)) * 2048));
    taps[static_cast<std::size_t>(i)] = {first, std::min(first + 1, from - 1), 2048 - weight, weight};
  }
  return taps;
}

/// One input row at the output's width, in units of 1/2048 grey level. The number of channels is known to the compiler,
/// and the weights are copied, since `to` might overlap them for all it knows: a third off the time of resizing.
template <int channels>
void resize_row(const std::uint8_t* from, const std::vector<BilinearTap>& columns, std::int32_t* to) {
  for (const BilinearTap tap : columns) {
    const std::uint8_t* const first = from + tap.first * channels;
    const std::uint8_t* const second = from + tap.second * channels;
    for (int c = 0; c < channels; ++c) to[c] = first[c] * tap.first_weight + second[c] * tap.second_weight;
    to += channels;
  }
}

/// One output row between two rows of resize_row().
inline void mix_rows(const std::int32_t* upper, const std::int32_t* lower, const BilinearTap tap, Index count,
                     std::uint8_t* to) {
  for (Index i = 0; i < count; ++i) {
    const std::int32_t sum = tap.first_weight * upper[i] + tap.second_weight * lower[i];
    to[i] = static_cast<std::uint8_t>((sum + (1 << 21)) >> 22);
  }
}

}  // namespace detail

/// Resizes by bilinear interpolation between pixel centres, without antialiasing.
///
///   out[y,x] = sum of the 2 x 2 pixels around ((y + 1/2) H / height - 1/2, (x + 1/2) W / width - 1/2), weighted
///
/// `image` (H,W,C); the result is (height,width,C). Weights have 11 bits, so all is integer arithmetic, the same on
/// every machine. Throws ArgumentError for an extent below 1 or an image without pixels.
/// Source: cv::resize with INTER_LINEAR on 8 bits; the results are within one grey level of it.
inline Image resize_bilinear(const Image& image, Index height, Index width) {
  detail::check_image("resize_bilinear", image);
  Image result(height, width, image.channels);
  const std::vector<detail::BilinearTap> rows = detail::bilinear_taps(image.height, height);
  const std::vector<detail::BilinearTap> columns = detail::bilinear_taps(image.width, width);
  const Index stride = result.stride();
  std::vector<std::int32_t> upper(static_cast<std::size_t>(stride)), lower(static_cast<std::size_t>(stride));
  Index upper_row = -1, lower_row = -1;  // the input rows that the two buffers hold

  const auto resize_row = image.channels == 3 ? detail::resize_row<3> : detail::resize_row<1>;

  for (Index y = 0; y < height; ++y) {
    const detail::BilinearTap& tap = rows[static_cast<std::size_t>(y)];
    if (tap.first == lower_row) {  // enlarging, the lower row of the last step is the upper one of this
      std::swap(upper, lower);
      std::swap(upper_row, lower_row);
    }
    if (tap.first != upper_row) {
      resize_row(image.row(tap.first), columns, upper.data());
      upper_row = tap.first;
    }
    if (tap.second != lower_row) {
      resize_row(image.row(tap.second), columns, lower.data());
      lower_row = tap.second;
    }
    detail::mix_rows(upper.data(), lower.data(), tap, stride, result.row(y));
  }
  return result;
}

/// Resizes with the aspect ratio kept, and centres the picture on a canvas of colour `fill`.
///
///   ratio = min(width / W, height / H); the picture becomes floor(H ratio) x floor(W ratio), at least 1 x 1;
///   of an odd number of empty rows or columns the larger half is below or to the right
///
/// `image` (H,W,C); the result is (height,width,C). `fill` red, green, blue; a grey image takes the first.
/// Throws ArgumentError for an extent below 1 or an image without pixels.
/// Source: mltu, ImageResizer with keep_aspect_ratio = True (which fails where a side becomes 0).
inline Image letterbox(const Image& image, Index height, Index width, std::array<std::uint8_t, 3> fill) {
  detail::check_image("letterbox", image);
  Image canvas(height, width, image.channels);
  const double image_height = static_cast<double>(image.height), image_width = static_cast<double>(image.width);
  const double ratio = std::min(static_cast<double>(width) / image_width, static_cast<double>(height) / image_height);
  const Image picture = resize_bilinear(image, std::max(Index{1}, static_cast<Index>(image_height * ratio)),
                                        std::max(Index{1}, static_cast<Index>(image_width * ratio)));
  for (std::size_t i = 0; i < canvas.pixels.size(); ++i) {
    canvas.pixels[i] = fill[i % static_cast<std::size_t>(image.channels)];
  }
  const Index top = (height - picture.height) / 2, left = (width - picture.width) / 2;
  for (Index y = 0; y < picture.height; ++y) {
    std::copy_n(picture.row(y), picture.stride(), canvas.row(top + y) + left * image.channels);
  }
  return canvas;
}

}  // namespace tinyhtr
