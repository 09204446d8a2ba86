// Bending a grey image: every pixel of the result says where in the source it comes from.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/image/affine.hpp"
#include "tinyhtr/image/image.hpp"

namespace tinyhtr {

/// A pair (y,x) for each pixel of an image: a place, or a displacement in pixels. Both planes are (height,width).
struct VectorField {
  Index height = 0, width = 0;
  std::vector<float> y, x;

  /// All zero. Throws ArgumentError for an extent below 1 or more than max_image_pixels pixels.
  VectorField(Index field_height, Index field_width) : height(field_height), width(field_width) {
    if (height < 1 || width < 1 || width > max_image_pixels / height) {
      throw ArgumentError("VectorField: expected 1 to 2^28 pixels, found " + std::to_string(height) + " x " +
                          std::to_string(width));
    }
    y.assign(static_cast<std::size_t>(height * width), 0.0f);
    x.assign(y.size(), 0.0f);
  }
};

/// Turns displacements into places in the source, in place: field(p) = to_source(p + field(p)), p the pixel's centre.
///
/// A field of zeros gives the affine map alone. What is drawn at q of the undisturbed result comes to lie at about
/// q - field(q).
inline void to_source_places(VectorField& field, const AffineMap& to_source) {
  const auto yy = static_cast<float>(to_source.yy), yx = static_cast<float>(to_source.yx);
  const auto xy = static_cast<float>(to_source.xy), xx = static_cast<float>(to_source.xx);
  for (Index row = 0; row < field.height; ++row) {
    const Place start = to_source({static_cast<double>(row) + 0.5, 0.5});
    const auto start_y = static_cast<float>(start.y), start_x = static_cast<float>(start.x);
    float* const y = field.y.data() + row * field.width;
    float* const x = field.x.data() + row * field.width;
    for (int i = 0; i < static_cast<int>(field.width); ++i) {
      const float down = y[i], right = static_cast<float>(i) + x[i];
      y[i] = start_y + yy * down + yx * right;
      x[i] = start_x + xy * down + xx * right;
    }
  }
}

/// The grey levels at the places of a field, bilinear between the centres of the pixels; what is outside is `paper`.
///
/// `image` (H,W,1), `places` (height,width); the result is (height,width,1). From the centre of an outermost pixel the
/// level goes over into that of the paper within one pixel. The image is smoothed before where it is to be made
/// smaller. Places that are no numbers are paper. Throws ArgumentError for an image that is not grey or has no pixels.
inline Image sample_places(const Image& image, const VectorField& places, std::uint8_t paper = 255) {
  detail::check_image("sample_places", image);
  if (image.channels != 1) throw ArgumentError("sample_places: expected a grey image, found " + image.to_string());
  const Index stride =
      image.width + 3;  // one pixel of paper before, two behind: a place at the very end has a next one
  std::vector<std::uint8_t> padded(static_cast<std::size_t>((image.height + 3) * stride), paper);
  for (Index y = 0; y < image.height; ++y)
    std::copy_n(image.row(y), image.width, &padded[static_cast<std::size_t>((y + 1) * stride + 1)]);

  Image result(places.height, places.width, 1);
  const auto last_y = static_cast<float>(image.height + 1), last_x = static_cast<float>(image.width + 1);
  const std::size_t count = result.pixels.size();
  for (std::size_t i = 0; i < count; ++i) {
    // Written so that NaN becomes 0; + 1 for the paper before, - 1/2 from corner to centre.
    const float y = std::min(std::max(0.0f, places.y[i] + 0.5f), last_y);
    const float x = std::min(std::max(0.0f, places.x[i] + 0.5f), last_x);
    const auto row = static_cast<int>(y), column = static_cast<int>(x);
    const float down = y - static_cast<float>(row), right = x - static_cast<float>(column);
    const std::uint8_t* const upper = padded.data() + row * stride + column;
    const std::uint8_t* const lower = upper + stride;
    const float above = static_cast<float>(upper[0]) + right * static_cast<float>(upper[1] - upper[0]);
    const float below = static_cast<float>(lower[0]) + right * static_cast<float>(lower[1] - lower[0]);
    result.pixels[i] = static_cast<std::uint8_t>(above + down * (below - above) + 0.5f);
  }
  return result;
}

}  // namespace tinyhtr
