// Many small images on one sheet, each with a caption.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/utf8.hpp"
#include "tinyhtr/image/draw.hpp"
#include "tinyhtr/image/image.hpp"
#include "tinyhtr/report/image_data.hpp"

namespace tinyhtr {

struct CaptionedImage {
  Image image;
  std::string caption;  ///< UTF-8, below the image
  std::string warning;  ///< a second line in red; may be empty
};

namespace detail {

/// A caption in the middle of a cell: in large letters where it fits, else in small ones, else cut off.
inline void draw_caption(Image& sheet, Index top, Index left, Index width, const std::string& text,
                         const Colour& colour) {
  const Index scale = text_width(text, 2) <= width ? 2 : 1;
  std::u32string characters = decode_utf8(text);
  const auto most = static_cast<std::size_t>(std::max<Index>(1, width / glyph_advance));
  if (scale == 1 && characters.size() > most) characters = characters.substr(0, most - 1) + U"~";
  const std::string shown = encode_utf8(characters);
  const Index middle = left + (width - text_width(shown, scale)) / 2;
  draw_text(sheet, top + (2 - scale) * glyph_height / 2, middle, shown, colour, scale);
}

}  // namespace detail

/// Images row by row in cells of equal size, `columns` of them in a row; an image that is larger than its cell is made
/// smaller by a whole factor. An image without pixels leaves its place free.
/// Throws ArgumentError for no images or columns below 1, FormatError for a caption that is not UTF-8.
inline Image image_sheet(const std::vector<CaptionedImage>& images, Index columns) {
  constexpr Index gap = 8, most_height = 72, cell_width = 260, line = 22;
  constexpr Colour ink{31, 35, 40}, red{200, 40, 30}, border{208, 213, 220};
  const auto count = static_cast<Index>(images.size());
  if (count == 0 || columns < 1) throw ArgumentError("image_sheet: expected images in at least one column");
  const bool warned =
      std::any_of(images.begin(), images.end(), [](const CaptionedImage& item) { return !item.warning.empty(); });
  const Index cell_height = most_height + (warned ? 2 : 1) * line + 3 * gap;
  columns = std::min(columns, count);
  Image sheet((count + columns - 1) / columns * cell_height, columns * cell_width, 3, 255);
  for (Index i = 0; i < count; ++i) {
    const CaptionedImage& item = images[static_cast<std::size_t>(i)];
    const Index top = i / columns * cell_height, left = i % columns * cell_width;
    const Index inner_width = cell_width - 2 * gap;
    if (!item.image.pixels.empty()) {
      const Image small = shrink_to(item.image, most_height, inner_width);
      paste(sheet, small, top + gap + (most_height - small.height) / 2, left + (cell_width - small.width) / 2);
    }
    detail::draw_caption(sheet, top + most_height + 2 * gap, left + gap, inner_width, item.caption, ink);
    detail::draw_caption(sheet, top + most_height + 2 * gap + line, left + gap, inner_width, item.warning, red);
    draw_frame(sheet, top, left, cell_height, cell_width, 1, border);
  }
  return sheet;
}

}  // namespace tinyhtr
