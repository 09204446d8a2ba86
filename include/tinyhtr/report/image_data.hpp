// An image inside a page: its PNG bytes as a data: address.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/image/image.hpp"
#include "tinyhtr/image/write.hpp"

namespace tinyhtr {

namespace detail {

/// Bytes in the alphabet of 64 characters, padded with =. Source: RFC 4648, section 4.
inline std::string base64_text(std::span<const std::uint8_t> bytes) {
  constexpr const char* alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;  // three bytes, four characters of six bits
    for (std::size_t k = 0; k < 3; ++k) group = group << 8 | (k < count ? bytes[i + k] : 0u);
    for (std::size_t k = 0; k < 4; ++k) text += k <= count ? alphabet[group >> (18 - 6 * k) & 63] : '=';
  }
  return text;
}

}  // namespace detail

/// The image, where it is larger than height x width, made smaller by a whole factor; a pixel becomes the mean of those
/// that it stands for. Pixels of an incomplete last row or column of factors are the mean of what is there.
inline Image shrink_to(const Image& image, Index height, Index width) {
  detail::check_image("shrink_to", image);
  if (height < 1 || width < 1) throw ArgumentError("shrink_to: expected a height and width of at least 1");
  const Index factor = std::max((image.height + height - 1) / height, (image.width + width - 1) / width);
  if (factor == 1) return image;
  Image small((image.height + factor - 1) / factor, (image.width + factor - 1) / factor, image.channels);
  for (Index y = 0; y < small.height; ++y) {
    const Index y_end = std::min((y + 1) * factor, image.height);
    for (Index x = 0; x < small.width; ++x) {
      const Index x_end = std::min((x + 1) * factor, image.width);
      const Index count = (y_end - y * factor) * (x_end - x * factor);
      for (Index c = 0; c < image.channels; ++c) {
        Index sum = 0;
        for (Index from_y = y * factor; from_y < y_end; ++from_y) {
          for (Index from_x = x * factor; from_x < x_end; ++from_x) sum += image.at(from_y, from_x, c);
        }
        small.at(y, x, c) = static_cast<std::uint8_t>((sum + count / 2) / count);
      }
    }
  }
  return small;
}

/// "data:image/png;base64,...", for the src of an `<img>`. Throws ArgumentError for an image without pixels.
/// Source: RFC 2397.
inline std::string image_data_uri(const Image& image) {
  return "data:image/png;base64," + detail::base64_text(encode_png(image));
}

}  // namespace tinyhtr
