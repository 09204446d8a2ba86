// A picture of where a network sees each character of a word.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/utf8.hpp"
#include "tinyhtr/decode/character_boxes.hpp"
#include "tinyhtr/image/draw.hpp"
#include "tinyhtr/image/heat_map.hpp"
#include "tinyhtr/image/image.hpp"
#include "tinyhtr/image/resize.hpp"

namespace tinyhtr {

/// Draws the boxes of a text's characters over the image of the word.
///
/// The image is enlarged by a whole factor, at most 8, as long as it has no more than 720 columns. Over it stand the
/// characters, each above the middle of its box; boxes have frames in two colours by turns. Where confidences are
/// given, a bar below each box has the heat_colour of its confidence with the number in percent, if there is room for
/// it. image: the original, (H,W,C), that the boxes were computed for; boxes: of locate_characters; text in UTF-8, a
/// code point for each box; confidences: none, or one for each box, from 0 to 1, see character_confidence. Returns RGB.
/// Throws ArgumentError for counts that differ, boxes that are not finite, or an image without pixels; FormatError for
/// a text that is not UTF-8.
inline Image alignment_picture(const Image& image, std::span<const CharacterBox> boxes, const std::string& text,
                               std::span<const double> confidences = {}) {
  detail::check_image("alignment_picture", image);
  const std::u32string characters = decode_utf8(text);
  if (characters.size() != boxes.size() || (!confidences.empty() && confidences.size() != boxes.size())) {
    throw ArgumentError("alignment_picture: expected a box for each of " + std::to_string(characters.size()) +
                        " characters, and a confidence for all or none, found " + std::to_string(boxes.size()) +
                        " boxes and " + std::to_string(confidences.size()) + " confidences");
  }
  constexpr Index letters = 26, bar = 16, margin = 8;
  constexpr Colour ink{31, 35, 40}, red{224, 49, 20}, blue{20, 98, 200};
  const Index scale = std::clamp<Index>(720 / image.width, 1, 8);
  const Index width = image.width * scale, height = image.height * scale;
  Image picture(letters + height + (confidences.empty() ? 0 : bar) + margin, width + 2 * margin, 3, 255);
  paste(picture, resize_bilinear(image, height, width), letters, margin);
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    if (!std::isfinite(boxes[i].x_begin) || !std::isfinite(boxes[i].x_end)) {
      throw ArgumentError("alignment_picture: the box of character " + std::to_string(i) + " is not finite");
    }
    const auto column = [&](double x) {  // boxes may have been computed for another image: what is outside is not drawn
      const double most = static_cast<double>(image.width);
      return margin + static_cast<Index>(std::lround(std::clamp(x, 0.0, most) * static_cast<double>(scale)));
    };
    Index left = column(boxes[i].x_begin), right = column(boxes[i].x_end);
    draw_frame(picture, letters, left, height, right - left, 2, i % 2 == 0 ? red : blue);
    const std::string letter = encode_utf8(characters[i] == U' ' ? U'_' : characters[i]);
    draw_text(picture, 4, (left + right - text_width(letter, 2)) / 2, letter, i % 2 == 0 ? red : blue, 2);
    if (confidences.empty()) continue;
    // Letters that lean have boxes that overlap; their bars meet in the middle of that.
    if (i > 0 && boxes[i - 1].x_end > boxes[i].x_begin) left = column((boxes[i - 1].x_end + boxes[i].x_begin) / 2);
    if (i + 1 < boxes.size() && boxes[i].x_end > boxes[i + 1].x_begin) {
      right = std::max(left, column((boxes[i].x_end + boxes[i + 1].x_begin) / 2));
    }
    fill_area(picture, letters + height + 2, left, bar - 2, right - left, heat_colour(confidences[i]));
    const std::string percent = std::to_string(std::lround(100 * std::clamp(confidences[i], 0.0, 1.0)));
    if (std::isnan(confidences[i]) || text_width(percent) + 2 > right - left) continue;
    draw_text(picture, letters + height + 5, (left + right - text_width(percent)) / 2, percent,
              confidences[i] < .5 ? ink : Colour{255, 255, 255});
  }
  return picture;
}

}  // namespace tinyhtr
