// Making images brighter or darker.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/image/image.hpp"

namespace tinyhtr {

namespace detail {

/// Hue in steps of 2 degrees, 0 .. 179; saturation and value 0 .. 255.
struct Hsv {
  std::uint8_t hue, saturation, value;
};

/// value = max, saturation = 255 (max - min) / max, hue = 30 (sector + place in it), in 12-bit fixed point.
/// Source: cv::cvtColor with COLOR_RGB2HSV on 8 bits, down to its roundings.
inline Hsv rgb_to_hsv(int red, int green, int blue) {
  const int value = std::max({red, green, blue});
  const int range = value - std::min({red, green, blue});
  if (range == 0) return {0, 0, static_cast<std::uint8_t>(value)};
  const int saturation_scale = static_cast<int>(std::lrint((255 << 12) / static_cast<double>(value)));
  const int hue_scale = static_cast<int>(std::lrint((180 << 12) / (6.0 * range)));
  const int place = value == red ? green - blue : value == green ? blue - red + 2 * range : red - green + 4 * range;
  int hue = (place * hue_scale + (1 << 11)) >> 12;
  if (hue < 0) hue += 180;
  const int saturation = (range * saturation_scale + (1 << 11)) >> 12;
  return {static_cast<std::uint8_t>(hue), static_cast<std::uint8_t>(saturation), static_cast<std::uint8_t>(value)};
}

/// Source: cv::cvtColor with COLOR_HSV2RGB on 8 bits.
inline std::array<std::uint8_t, 3> hsv_to_rgb(const Hsv& hsv) {
  const float value = hsv.value, saturation = static_cast<float>(hsv.saturation) / 255;
  const float turn = static_cast<float>(hsv.hue) / 30;
  const int sector = static_cast<int>(turn);
  const float place = turn - static_cast<float>(sector);
  const float low = value * (1 - saturation);
  const float falling = value * (1 - saturation * place);
  const float rising = value * (1 - saturation * (1 - place));
  const auto pixel = [](float red, float green, float blue) {
    const auto rounded = [](float level) { return static_cast<std::uint8_t>(std::lrint(level)); };
    return std::array<std::uint8_t, 3>{rounded(red), rounded(green), rounded(blue)};
  };
  switch (sector) {
    case 0:
      return pixel(value, rising, low);
    case 1:
      return pixel(falling, value, low);
    case 2:
      return pixel(low, value, rising);
    case 3:
      return pixel(low, falling, value);
    case 4:
      return pixel(rising, low, value);
    default:
      return pixel(value, low, falling);
  }
}

}  // namespace detail

/// Multiplies saturation and value (HSV) by `factor`, clipped at 255, the fraction cut off.
///
/// A grey pixel has no saturation: its level is multiplied. `image` (H,W,C), 1 or 3 channels; `factor` 1 leaves
/// grey as it is and colours up to the rounding of 8-bit HSV (hue in steps of 2 degrees), 0 is black.
/// Throws ArgumentError for a factor that is negative or not finite, and for an image without pixels.
/// Source: mltu, RandomBrightness, through cv::cvtColor; within one grey level of it.
inline Image adjust_brightness(const Image& image, double factor) {
  detail::check_image("adjust_brightness", image);
  if (!(factor >= 0) || !std::isfinite(factor)) {
    throw ArgumentError("adjust_brightness: expected a factor of 0 or more, found " + std::to_string(factor));
  }
  std::array<std::uint8_t, 256> scaled{};
  for (std::size_t level = 0; level < scaled.size(); ++level) {
    const float product = static_cast<float>(level) * static_cast<float>(factor);
    scaled[level] = static_cast<std::uint8_t>(std::min(product, 255.0f));
  }
  Image result = image;
  if (image.channels == 1) {
    for (std::uint8_t& level : result.pixels) level = scaled[level];
    return result;
  }
  std::uint8_t* pixel = result.pixels.data();
  for (Index i = 0; i < image.height * image.width; ++i, pixel += 3) {
    if (pixel[0] == pixel[1] && pixel[1] == pixel[2]) {  // scanned writing is grey nearly everywhere
      pixel[0] = pixel[1] = pixel[2] = scaled[pixel[0]];
    } else {
      detail::Hsv hsv = detail::rgb_to_hsv(pixel[0], pixel[1], pixel[2]);
      hsv.saturation = scaled[hsv.saturation];
      hsv.value = scaled[hsv.value];
      const std::array<std::uint8_t, 3> rgb = detail::hsv_to_rgb(hsv);
      std::copy_n(rgb.begin(), 3, pixel);
    }
  }
  return result;
}

}  // namespace tinyhtr
