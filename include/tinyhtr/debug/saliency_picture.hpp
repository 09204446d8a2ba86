// Saliency drawn over the image, a row for each letter.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/utf8.hpp"
#include "tinyhtr/data/vocabulary.hpp"
#include "tinyhtr/debug/letter_saliency.hpp"
#include "tinyhtr/debug/step_maps.hpp"
#include "tinyhtr/image/draw.hpp"
#include "tinyhtr/image/image.hpp"
#include "tinyhtr/report/ctc_picture.hpp"

namespace tinyhtr {

/// Draws the saliency of each letter of a text over the image, one below the other: the image pale, red over it where
/// the map M of letter_saliency is large, as a share of its largest value; below it, a bar for the steps at which the
/// letter is aligned.
///
///     pixel = (1 - a) pale + a red,   a = M / max M of the letter,   pale = 255 - (255 - grey) / 3
///
/// input (H,W,C): what the network was given, of the size of the maps; letters: of letter_saliency; steps: T, for the
/// bars; sweeps: how often they go through the image, so that a bar shows columns. Returns RGB; of no letters, the
/// image alone. Throws ShapeError for maps of another size, ArgumentError for sweeps that do not divide the steps, an
/// image without pixels.
inline Image saliency_picture(const Image& input, const std::vector<LetterSaliency>& letters, Index steps,
                              const Vocabulary& vocabulary, Index sweeps = 1) {
  detail::check_image("saliency_picture", input);
  if (steps < 1 || sweeps < 1 || steps % sweeps != 0) {
    throw ArgumentError("saliency_picture: expected steps of " + std::to_string(sweeps) +
                        " equal sweeps, found T = " + std::to_string(steps));
  }
  constexpr Index bar = 4, gap = 8;
  const Index scale = std::clamp<Index>(640 / input.width, 1, 8), left = detail::picture_margin;
  const Index each = input.height * scale + bar + gap;
  const auto rows = std::max<Index>(1, static_cast<Index>(letters.size()));
  Image picture(gap + rows * each, left + input.width * scale + gap, 3, 255);
  const std::u32string characters = decode_utf8(vocabulary.text());
  for (Index r = 0; r < rows; ++r) {
    const LetterSaliency* letter = letters.empty() ? nullptr : &letters[static_cast<std::size_t>(r)];
    const Index top = gap + r * each;
    Tensor<double> map(Shape{input.height, input.width});
    if (letter != nullptr) {
      map = letter->map();
      check_shape("saliency_picture", "map", map.shape(), {input.height, input.width});
      detail::draw_row_name(picture, top + (input.height * scale - detail::picture_row) / 2, letter->number,
                            characters);
    }
    double largest = 0;
    for (const double value : map) largest = std::max(largest, value);
    for (Index y = 0; y < input.height; ++y) {
      for (Index x = 0; x < input.width; ++x) {
        const double share = largest > 0 ? map(y, x) / largest : 0;
        Colour colour{};
        for (Index c = 0; c < 3; ++c) {
          const double pale = 255 - (255 - input.at(y, x, std::min(c, input.channels - 1))) / 3.0;
          const double red = detail::picture_red[static_cast<std::size_t>(c)];
          colour[static_cast<std::size_t>(c)] =
              static_cast<std::uint8_t>(std::lround((1 - share) * pale + share * red));
        }
        fill_area(picture, top + y * scale, left + x * scale, scale, scale, colour);
      }
    }
    draw_frame(picture, top - 1, left - 1, input.height * scale + 2, input.width * scale + 2, 1, {208, 213, 220});
    if (letter == nullptr) continue;
    const Index in_sweep = steps / sweeps;
    for (const Index t : letter->steps) {
      const Index begin = t % in_sweep * input.width * scale / in_sweep,
                  end = (t % in_sweep + 1) * input.width * scale / in_sweep;
      fill_area(picture, top + input.height * scale + 2, left + begin, bar, end - begin, detail::picture_ink);
    }
  }
  return picture;
}

}  // namespace tinyhtr
