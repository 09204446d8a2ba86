// Drawing into an image: areas, frames, other images, texts.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tinyhtr/core/utf8.hpp"
#include "tinyhtr/image/bitmap_font.hpp"
#include "tinyhtr/image/image.hpp"

namespace tinyhtr {

/// Red, green, blue, from 0 to 255. A grey image takes the first.
using Colour = std::array<std::uint8_t, 3>;

/// Colours an area; what lies outside of the image is left out, as in all functions here.
inline void fill_area(Image& image, Index top, Index left, Index height, Index width, const Colour& colour) {
  const Index bottom = std::min(top + height, image.height), right = std::min(left + width, image.width);
  for (Index y = std::max<Index>(top, 0); y < bottom; ++y) {
    for (Index x = std::max<Index>(left, 0); x < right; ++x) {
      for (Index c = 0; c < image.channels; ++c) image.at(y, x, c) = colour[static_cast<std::size_t>(c)];
    }
  }
}

/// Draws the border of an area, `thickness` pixels inwards.
inline void draw_frame(Image& image, Index top, Index left, Index height, Index width, Index thickness,
                       const Colour& colour) {
  const Index thick = std::min({thickness, height, width});
  fill_area(image, top, left, thick, width, colour);
  fill_area(image, top + height - thick, left, thick, width, colour);
  fill_area(image, top, left, height, thick, colour);
  fill_area(image, top, left + width - thick, height, thick, colour);
}

/// Copies another image into this one; a grey one goes into all three channels, of a coloured one a grey image takes
/// the first.
inline void paste(Image& image, const Image& other, Index top, Index left) {
  for (Index y = std::max<Index>(0, -top); y < std::min(other.height, image.height - top); ++y) {
    for (Index x = std::max<Index>(0, -left); x < std::min(other.width, image.width - left); ++x) {
      for (Index c = 0; c < image.channels; ++c) {
        image.at(top + y, left + x, c) = other.at(y, x, std::min(c, other.channels - 1));
      }
    }
  }
}

/// Pixels that a UTF-8 text takes on one line: 6 for each code point less the last gap, times `scale`.
/// Throws FormatError for invalid UTF-8.
inline Index text_width(std::string_view text, Index scale = 1) {
  const auto characters = static_cast<Index>(decode_utf8(text).size());
  return std::max<Index>(0, characters * detail::glyph_advance - 1) * scale;
}

/// Pixels from the top of a capital letter to the end of what goes below the line.
inline Index text_height(Index scale = 1) { return detail::glyph_height * scale; }

/// Writes a line of UTF-8, every pixel of a letter a square of `scale` pixels. (top, left) is its upper left corner.
/// Only ASCII has letters; another character is drawn as a box. Throws FormatError for invalid UTF-8.
inline void draw_text(Image& image, Index top, Index left, std::string_view text, const Colour& colour,
                      Index scale = 1) {
  for (const char32_t character : decode_utf8(text)) {
    for (Index row = 0; row < detail::glyph_height; ++row) {
      for (Index column = 0; column < detail::glyph_width; ++column) {
        if (!detail::glyph_pixel(character, row, column)) continue;
        fill_area(image, top + row * scale, left + column * scale, scale, scale, colour);
      }
    }
    left += detail::glyph_advance * scale;
  }
}

}  // namespace tinyhtr
