// A picture of how a network reads a word: the image, below it the probability of each class at each step.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "tinyhtr/core/utf8.hpp"
#include "tinyhtr/data/vocabulary.hpp"
#include "tinyhtr/decode/align.hpp"
#include "tinyhtr/decode/best_path.hpp"
#include "tinyhtr/image/draw.hpp"
#include "tinyhtr/image/heat_map.hpp"
#include "tinyhtr/image/image.hpp"
#include "tinyhtr/image/resize.hpp"
#include "tinyhtr/kernels/ctc.hpp"
#include "tinyhtr/models/word_net.hpp"

namespace tinyhtr {

/// How often the steps of a network go through the image from left to right: the height of the last feature maps for
/// Scan::rows, once else.
inline Index sweeps_of(const WordNetOptions& network) {
  if (network.scan != Scan::rows) return 1;
  WordNetOptions columns = network;
  columns.scan = Scan::column_maxima;
  return time_steps(network) / time_steps(columns);
}

namespace detail {

inline constexpr Index picture_margin = 44, picture_row = 20, picture_title = 30, picture_gap = 6;
inline constexpr Colour picture_ink{31, 35, 40}, picture_grey{110, 119, 129}, picture_red{224, 49, 20};

/// How a row of the picture is called: a letter as it is, a space or the blank in words, anything else by its number.
inline void draw_row_name(Image& picture, Index top, int number, const std::u32string& characters) {
  std::string name = "blank";
  if (static_cast<std::size_t>(number) < characters.size()) {
    const char32_t character = characters[static_cast<std::size_t>(number)];
    if (character > 0x20 && character < 0x7F) {
      const std::string letter = encode_utf8(character);
      draw_text(picture, top + 2, picture_margin - 8 - text_width(letter, 2), letter, picture_ink, 2);
      return;
    }
    char code[16];
    std::snprintf(code, sizeof code, "U+%04lX", static_cast<unsigned long>(character));
    name = character == U' ' ? "space" : code;
  }
  draw_text(picture, top + 6, picture_margin - 6 - text_width(name), name, picture_grey);
}

/// The image once for each sweep of the steps, side by side, each as wide as its steps are. Where there are several,
/// each shows clearly the rows that it goes through, and palely the others.
inline Image swept_image(const Image& input, Index width, Index sweeps) {
  const Index each = width / sweeps;
  const Index height = std::clamp<Index>(each * input.height / input.width, 8, 400);
  const Image scaled = resize_bilinear(input, height, each);
  Image strip(height, width, 3, 255);
  for (Index sweep = 0; sweep < sweeps; ++sweep) {
    paste(strip, scaled, 0, sweep * each);
    for (Index y = 0; y < height; ++y) {
      if (y * sweeps / height == sweep) continue;
      for (Index x = sweep * each; x < (sweep + 1) * each; ++x) {
        for (Index c = 0; c < 3; ++c) strip.at(y, x, c) = static_cast<std::uint8_t>(190 + strip.at(y, x, c) / 4);
      }
    }
  }
  return strip;
}

}  // namespace detail

/// Draws how a network reads one word.
///
/// On top label and reading; below them the image as the network was given it, stretched over the steps; below that a
/// heat map of the probability (heat_colour) of each class of the label, then of those that only the reading has, then
/// of the blank, step by step from left to right. Red frames are the most probable path of the label: see align. There
/// is none where the vocabulary cannot write the label or it does not fit into the steps.
/// A network that goes through the image several times (sweeps > 1, see sweeps_of) has it drawn as often, so that
/// columns are those of the steps below, with the rows that a sweep goes through standing out.
///
/// input (H,W,C), what image_from_batch or fit_image gives; logits (T,N,K) of which n is drawn; label in UTF-8. Throws
/// what best_path and align throw; ArgumentError where K is not that of the vocabulary, sweeps do not divide
/// T, there is no sample n, for an image without pixels; FormatError for a label that is not UTF-8.
template <class T>
Image ctc_picture(const Image& input, const Tensor<T>& logits, Index n, const std::string& label,
                  const Vocabulary& vocabulary, Index sweeps = 1) {
  detail::check_image("ctc_picture", input);
  check_rank("ctc_picture", "logits", logits.shape(), "(T,N,K)");
  const Index steps = logits.dim(0), classes = logits.dim(2);
  if (classes != vocabulary.classes() || sweeps < 1 || steps < 1 || steps % sweeps != 0 || n < 0 ||
      n >= logits.dim(1)) {
    throw ArgumentError("ctc_picture: expected logits for K = " + std::to_string(vocabulary.classes()) +
                        " classes in steps of " + std::to_string(sweeps) + " equal sweeps with a sample " +
                        std::to_string(n) + ", found the shape " + logits.shape().to_string());
  }
  const Tensor<double> log_probs = detail::log_probabilities_of(logits, n, logits.dim(0));
  const Reading reading = best_path(log_probs, vocabulary.blank())[0];

  // The rows: classes in the order in which label, then reading, have them first; the blank last.
  const bool known = vocabulary.knows(label);
  std::vector<int> letters = known ? vocabulary.encode(label) : std::vector<int>{};
  const bool aligned = known && ctc_required_steps(letters) <= steps;
  std::vector<int> rows, of_class(static_cast<std::size_t>(classes), -1);
  const auto add_row = [&](int number) {
    if (of_class[static_cast<std::size_t>(number)] >= 0) return;
    of_class[static_cast<std::size_t>(number)] = static_cast<int>(rows.size());
    rows.push_back(number);
  };
  for (const int number : letters) add_row(number);
  for (const int number : reading.classes) add_row(number);
  add_row(vocabulary.blank());
  const auto row_count = static_cast<Index>(rows.size());
  Tensor<double> probabilities(Shape{row_count, steps});
  for (Index r = 0; r < row_count; ++r) {
    for (Index t = 0; t < steps; ++t)
      probabilities(r, t) = std::exp(log_probs(t, 0, rows[static_cast<std::size_t>(r)]));
  }

  const Index cell = std::clamp<Index>(640 / steps, 6, 20);
  const Image strip = detail::swept_image(input, steps * cell, sweeps);
  const Index map_top = detail::picture_title + strip.height + detail::picture_gap;
  const std::string right = "reads: " + vocabulary.decode(reading.classes);
  const Index width = std::max(detail::picture_margin + strip.width,
                               2 * detail::picture_margin + text_width(label, 2) + text_width(right, 2)) +
                      detail::picture_gap;
  Image picture(map_top + row_count * detail::picture_row + detail::picture_gap, width, 3, 255);
  draw_text(picture, 6, detail::picture_margin, label, detail::picture_ink, 2);
  draw_text(picture, 6, width - detail::picture_gap - text_width(right, 2), right,
            reading.classes == letters && known ? detail::picture_grey : detail::picture_red, 2);
  paste(picture, strip, detail::picture_title, detail::picture_margin);
  paste(picture, heat_map(probabilities, detail::picture_row, cell), map_top, detail::picture_margin);

  const std::u32string characters = decode_utf8(vocabulary.text());
  for (Index r = 0; r < row_count; ++r) {
    const Index top = map_top + r * detail::picture_row;
    detail::draw_row_name(picture, top, rows[static_cast<std::size_t>(r)], characters);
    fill_area(picture, top, detail::picture_margin, 1, strip.width, {225, 228, 232});
  }
  for (Index sweep = 1; sweep < sweeps; ++sweep) {
    fill_area(picture, detail::picture_title, detail::picture_margin + sweep * (strip.width / sweeps), picture.height,
              1, detail::picture_grey);
  }
  if (!aligned) return picture;
  const Alignment alignment = align(log_probs, 0, letters, vocabulary.blank());
  for (Index t = 0; t < steps;) {  // a frame around each run of steps in one state
    const Index state = alignment.states[static_cast<std::size_t>(t)];
    const Index first = t;
    while (t < steps && alignment.states[static_cast<std::size_t>(t)] == state) ++t;
    const int number = state % 2 == 1 ? letters[static_cast<std::size_t>(state / 2)] : vocabulary.blank();
    const Index top = map_top + of_class[static_cast<std::size_t>(number)] * detail::picture_row;
    draw_frame(picture, top + 1, detail::picture_margin + first * cell, detail::picture_row - 1, (t - first) * cell, 2,
               detail::picture_red);
  }
  return picture;
}

}  // namespace tinyhtr
