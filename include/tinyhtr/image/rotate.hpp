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

namespace detail {

/// The places in the image that one row of the result takes its pixels from: column x comes from
/// (row_x + column_x[x], row_y + column_y[x]), in units of 1/1024 pixel.
struct TurnedRow {
  Index row_x, row_y;
  const std::vector<Index>&column_x, &column_y;
};

/// One row of the result: the four pixels around each place, mixed with weights of 1/1024. The number of channels is
/// known to the compiler, which takes a sixth off the time.
template <int channels>
void turn_row(const Image& image, const TurnedRow& row, const std::uint8_t* border, std::uint8_t* to) {
  const Index width = image.width, height = image.height, stride = image.stride();
  const std::uint8_t* const pixels = image.pixels.data();
  const Index* const column_x = row.column_x.data();
  const Index* const column_y = row.column_y.data();
  const Index row_x = row.row_x, row_y = row.row_y, count = static_cast<Index>(row.column_x.size());
  for (Index x = 0; x < count; ++x, to += channels) {
    const Index place_x = (row_x + column_x[x]) >> 5, place_y = (row_y + column_y[x]) >> 5;  // 1/32 pixel
    const Index from_x = place_x >> 5, from_y = place_y >> 5;
    const int right_weight = static_cast<int>(place_x & 31), lower_weight = static_cast<int>(place_y & 31);
    const int weights[4] = {(32 - lower_weight) * (32 - right_weight), (32 - lower_weight) * right_weight,
                            lower_weight * (32 - right_weight), lower_weight * right_weight};
    const Index offset = from_y * stride + from_x * channels;
    const std::uint8_t* taps[4] = {border, border, border, border};
    if (from_x >= 0 && from_x < width - 1 && from_y >= 0 && from_y < height - 1) {
      const std::uint8_t* const from = pixels + offset;
      taps[0] = from, taps[1] = from + channels, taps[2] = from + stride, taps[3] = from + stride + channels;
    } else {
      for (int i = 0; i < 4; ++i) {
        const Index right = i % 2, down = i / 2, tap_x = from_x + right, tap_y = from_y + down;
        const bool inside = tap_x >= 0 && tap_x < width && tap_y >= 0 && tap_y < height;
        if (inside) taps[i] = pixels + (offset + down * stride + right * channels);
      }
    }
    for (int c = 0; c < channels; ++c) {
      const int sum =
          weights[0] * taps[0][c] + weights[1] * taps[1][c] + weights[2] * taps[2][c] + weights[3] * taps[3][c];
      to[c] = static_cast<std::uint8_t>((sum + 512) >> 10);
    }
  }
}

}  // namespace detail

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

  const auto turn_row = image.channels == 3 ? detail::turn_row<3> : detail::turn_row<1>;
  for (Index y = 0; y < result.height; ++y) {
    const Index row_x = fixed_point(left - sine * static_cast<double>(y)) + 16;
    const Index row_y = fixed_point(top + cosine * static_cast<double>(y)) + 16;
    turn_row(image, {row_x, row_y, column_x, column_y}, border.data(), result.row(y));
  }
  return result;
}

}  // namespace tinyhtr
