// Rotating images about their centre.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <string>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/image/image.hpp"

namespace tinyhtr {

/// Rotates counterclockwise by `degrees` onto a canvas that is large enough for the whole picture.
///
///   width' = floor(H |sin| + W |cos|),  height' = floor(H |cos| + W |sin|),  each at least 1
///   out[y,x] = image at  centre + (cos  -sin; sin  cos) ((x,y) - (width',height') / 2),  bilinear
///
/// `image` (H,W,C); `border` red, green, blue of what lies outside the picture, a grey image takes the first.
/// The centre is (floor(W/2), floor(H/2)), which moves a picture of odd size by half a pixel, as there. Places in the
/// image are rounded to 1/32 pixel, so that pixels are mixed in integer arithmetic.
/// Throws ArgumentError for an angle beyond +-1e6 and for an image without pixels.
/// Source: mltu, RandomRotate, through cv::getRotationMatrix2D and cv::warpAffine; within one grey level of them.
inline Image rotate(const Image& image, double degrees, std::array<std::uint8_t, 3> border) {
  detail::check_image("rotate", image);
  if (!(std::abs(degrees) <= 1e6)) {
    throw ArgumentError("rotate: expected an angle between -1e6 and 1e6 degrees, found " + std::to_string(degrees));
  }
  const double angle = degrees * std::numbers::pi / 180, cosine = std::cos(angle), sine = std::sin(angle);
  const double image_height = static_cast<double>(image.height), image_width = static_cast<double>(image.width);
  const auto extent = [](double length) { return std::max(Index{1}, static_cast<Index>(length)); };
  Image result(extent(image_height * std::abs(cosine) + image_width * std::abs(sine)),
               extent(image_height * std::abs(sine) + image_width * std::abs(cosine)), image.channels);

  // The place in the image of output (x,y) is (left + x cos - y sin, top + x sin + y cos). Sums are taken in units of
  // 1/1024 pixel, one part from y and one from x, then rounded to 1/32: warpAffine's order, hence its roundings.
  const double centre_x = static_cast<double>(image.width / 2), centre_y = static_cast<double>(image.height / 2);
  const double middle_x = static_cast<double>(result.width) / 2, middle_y = static_cast<double>(result.height) / 2;
  const double left = centre_x - cosine * middle_x + sine * middle_y;
  const double top = centre_y - sine * middle_x - cosine * middle_y;
  const auto fixed_point = [](double pixels) { return static_cast<Index>(std::llrint(pixels * 1024)); };
  std::vector<Index> column_x(static_cast<std::size_t>(result.width)), column_y(column_x.size());
  for (std::size_t x = 0; x < column_x.size(); ++x) {
    column_x[x] = fixed_point(cosine * static_cast<double>(x));
    column_y[x] = fixed_point(sine * static_cast<double>(x));
  }

  const Index channels = image.channels, stride = image.stride();
  const std::uint8_t* const pixels = image.pixels.data();
  std::uint8_t* to = result.pixels.data();
  for (Index y = 0; y < result.height; ++y) {
    const Index row_x = fixed_point(left - sine * static_cast<double>(y)) + 16;
    const Index row_y = fixed_point(top + cosine * static_cast<double>(y)) + 16;
    for (std::size_t x = 0; x < column_x.size(); ++x, to += channels) {
      const Index place_x = (row_x + column_x[x]) >> 5, place_y = (row_y + column_y[x]) >> 5;
      const Index from_x = place_x >> 5, from_y = place_y >> 5;
      const int right_weight = static_cast<int>(place_x & 31), lower_weight = static_cast<int>(place_y & 31);
      const int weights[4] = {(32 - lower_weight) * (32 - right_weight), (32 - lower_weight) * right_weight,
                              lower_weight * (32 - right_weight), lower_weight * right_weight};
      const Index offset = from_y * stride + from_x * channels;
      std::array<const std::uint8_t*, 4> taps;
      if (from_x >= 0 && from_x < image.width - 1 && from_y >= 0 && from_y < image.height - 1) {
        const std::uint8_t* const from = pixels + offset;
        taps = {from, from + channels, from + stride, from + stride + channels};
      } else {
        const auto tap = [&](Index down, Index right) {
          const Index tap_x = from_x + right, tap_y = from_y + down;
          const bool inside = tap_x >= 0 && tap_x < image.width && tap_y >= 0 && tap_y < image.height;
          return inside ? pixels + (offset + down * stride + right * channels) : border.data();
        };
        taps = {tap(0, 0), tap(0, 1), tap(1, 0), tap(1, 1)};
      }
      for (Index c = 0; c < channels; ++c) {
        const int sum = weights[0] * taps[0][c] + weights[1] * taps[1][c] + weights[2] * taps[2][c] +
                        weights[3] * taps[3][c];
        to[c] = static_cast<std::uint8_t>((sum + 512) >> 10);
      }
    }
  }
  return result;
}

}  // namespace tinyhtr
