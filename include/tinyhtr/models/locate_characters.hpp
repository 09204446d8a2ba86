// Forced alignment of a word with its image: the columns at which each character of a known text stands.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "tinyhtr/autograd/variable.hpp"
#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/data/loader.hpp"
#include "tinyhtr/decode/align.hpp"
#include "tinyhtr/decode/character_boxes.hpp"
#include "tinyhtr/decode/cut_characters.hpp"
#include "tinyhtr/image/deslant.hpp"
#include "tinyhtr/image/image.hpp"
#include "tinyhtr/image/slanted_ink.hpp"
#include "tinyhtr/models/step_geometry.hpp"
#include "tinyhtr/models/word_net.hpp"

namespace tinyhtr {

namespace detail {

/// The fitted image moved to the right by `columns` of paper, with `room` new columns in all.
inline Image moved_right(const Image& fitted, Index columns, Index room) {
  Image moved(fitted.height, fitted.width + room, fitted.channels, 255);
  for (Index y = 0; y < fitted.height; ++y) {
    std::copy_n(fitted.row(y), fitted.stride(), moved.row(y) + columns * fitted.channels);
  }
  return moved;
}

/// The logits by which characters are found: those of the second head where there is one. It sees some columns to the
/// left and right only, while the LSTM may report a character early or late.
template <class T>
Tensor<T> local_logits(WordNet<T>& network, const Image& fitted) {
  const NoGrad no_grad;
  const auto heads = network.forward_heads(pad_to_batch<T>({fitted}).images, Mode::inference());
  return (heads.second ? heads.second : heads.logits).value();
}

}  // namespace detail

/// What is known of each class before a word is looked at. fit_place_prior finds it out of words of known text.
struct PlacePrior {
  std::vector<double> lags;    ///< letters by which a character is to the right of its steps
  std::vector<double> widths;  ///< how wide it is written, in any unit; their mean is a letter
};

namespace detail {

/// What is seen of a word and of its text in it.
struct SeenWord {
  std::vector<CharacterBox> steps;  ///< of each character, columns of the fitted image
  StepGeometry geometry;            ///< of the fitted image on the original
  SlantedInk ink;                   ///< of the prepared image
  double left = 0;                  ///< column of the original at which the prepared image begins
};

/// The ink of a prepared word along lines that lean half as much as Deslant finds. All of it would be right for letters
/// of nothing but stems; bowls, and the strokes that join them, are cut best by a line between that and upright. Chosen
/// on the training words of data/, where the middles of so many characters came out within 4 pixels: upright 93.8%,
/// 94.7% at two tenths, 95.2% at four, 95.1% at six.
/// An image without a line that is inked is left upright.
inline SlantedInk ink_to_cut(const Image& prepared) {
  SlantedInk leaning(prepared, 0.5 * Deslant().shear_of(prepared));
  const std::span<const double> lines = leaning.of_lines();
  const bool has_ink = std::any_of(lines.begin(), lines.end(), [](double rows) { return rows >= 0.5; });
  return has_ink ? leaning : SlantedInk(prepared);
}

inline void check_any_width(const WordNetOptions& network, const std::string& who) {
  if (network.width == 0 && network.preprocessing) return;
  throw ArgumentError(who + ": expected a network that reads images of any width, with preprocessing, found one for " +
                      std::to_string(network.width) + " columns");
}

/// Aligns the label `stride` times, see locate_characters. The fitted image gets a margin of two steps more, for what
/// the network reports early.
template <class T>
SeenWord see_word(WordNet<T>& network, const Image& image, std::span<const int> label, int blank) {
  const Preprocessing& preprocessing = *network.options.preprocessing;
  const PreparedImage prepared = prepare_in_place(preprocessing, image);
  SeenWord word{.steps = std::vector<CharacterBox>(label.size()),
                .geometry = geometry_of(network.options, prepared, image.width),
                .ink = ink_to_cut(prepared.image),
                .left = prepared.left};
  const Image fitted = fit_image(preprocessing.fit, prepared.image);
  const Index stride = column_stride(network.options), margin = 2 * stride;
  for (Index move = margin; move < margin + stride; ++move) {
    const Tensor<T> logits = local_logits(network, moved_right(fitted, move, margin + stride));
    const StepGeometry columns{.columns_per_step = static_cast<double>(stride),
                               .offset = static_cast<double>(move),
                               .x_low = -static_cast<double>(margin),
                               .x_high = static_cast<double>(fitted.width)};
    const std::vector<CharacterBox> boxes = character_boxes(align(logits, 0, label, blank), columns);
    for (std::size_t i = 0; i < boxes.size(); ++i) {
      word.steps[i].x_begin += boxes[i].x_begin / static_cast<double>(stride);
      word.steps[i].x_end += boxes[i].x_end / static_cast<double>(stride);
    }
  }
  return word;
}

/// The columns that a letter takes in this word.
inline double letter_columns(const SeenWord& word, std::span<const int> label, const std::vector<double>& widths) {
  const auto [begin, end] = inked_columns(word.ink.of_lines());
  double of_label = 0, of_all = 0;
  for (const int number : label) of_label += widths[static_cast<std::size_t>(number)];
  for (const double width : widths) of_all += width;
  const double mean = of_all / static_cast<double>(widths.size());
  return std::max(1.0, static_cast<double>(end - begin) * mean / of_label);
}

/// The middles of the steps, columns of the original image.
inline std::vector<double> step_centres(const SeenWord& word) {
  std::vector<double> centres;
  for (const CharacterBox& steps : word.steps) {
    centres.push_back((steps.centre() - word.geometry.offset) / word.geometry.scale);
  }
  return centres;
}

/// Where the word's ink is cut, L + 1 places along its lines, in columns of the prepared image.
inline std::vector<double> cut_places(const SeenWord& word, std::span<const int> label, const PlacePrior& prior,
                                      const CutOptions& options) {
  if (label.empty()) return {};
  const double letter = letter_columns(word, label, prior.widths);
  const auto margin = static_cast<double>(word.ink.margin());
  std::vector<double> centres = step_centres(word), widths;
  for (std::size_t i = 0; i < label.size(); ++i) {
    const auto number = static_cast<std::size_t>(label[i]);
    centres[i] += letter * prior.lags[number] - word.left + margin;
    widths.push_back(prior.widths[number]);
  }
  const std::span<const double> ink = word.ink.of_lines();
  const std::vector<Index> cuts = cut_characters(ink, centres, widths, letter, options);
  std::vector<double> places;
  for (std::size_t i = 0; i < cuts.size(); ++i) {
    const bool is_inner = i > 0 && i + 1 < cuts.size();
    auto place = static_cast<double>(cuts[i]);
    if (is_inner) {
      place = std::min(place_of_cut(ink, cuts[i], letter, options), static_cast<double>(cuts[i + 1]));
    }
    places.push_back(place - margin);
  }
  return places;
}

/// Cuts the word's ink: boxes in columns of the original image. Each reaches over the ink of its character, but never
/// begins or ends before the one in front of it does.
inline std::vector<CharacterBox> cut_word(const SeenWord& word, std::span<const int> label, const PlacePrior& prior,
                                          const CutOptions& options) {
  std::vector<CharacterBox> boxes;
  CharacterBox before{word.geometry.x_low, word.geometry.x_low};
  for (const InkExtent& ink : word.ink.extents_between(cut_places(word, label, prior, options))) {
    const double end = std::clamp(word.left + ink.end, before.x_end, word.geometry.x_high);
    before = {std::clamp(word.left + ink.begin, before.x_begin, end), end};
    boxes.push_back(before);
  }
  return boxes;
}

}  // namespace detail

/// The boxes of the characters of a text on the image of a word, from left to right.
///
///     step[i] = mean over m = 0 .. stride - 1 of the box that align() finds on the image moved right by m columns
///     place   = cut_characters(ink along lines that lean half as much as the letters, middles of step + lags, widths),
///               by place_of_cut
///     box[i]  = columns of the ink between place[i] and place[i+1]
///
/// Boxes overlap where letters lean over each other; neither edge of a box is left of that of the box before.
/// A step stands for `stride` columns of what the network is given, 4 for a column net, so one alignment is only that
/// exact; of four moved images the mean is finer. A network that has learnt to report an l early and a w late does so
/// in every word: those are the lags. Where prior is empty, box = step. image: as read_image gives it with the
/// network's channels; network: one that reads images of any width; label: classes, not the blank; blank: the last
/// class. Costs `stride` passes of the network, and 65 of Deslant over the ink. Throws ArgumentError for another
/// network, for a prior of another number of classes, what align throws for a label that does not fit, and what
/// preprocessing throws.
template <class T>
std::vector<CharacterBox> locate_characters(WordNet<T>& network, const Image& image, std::span<const int> label,
                                            int blank, const PlacePrior& prior = {}) {
  detail::check_any_width(network.options, "locate_characters");
  const auto classes = static_cast<std::size_t>(blank);
  const bool is_empty = prior.lags.empty() && prior.widths.empty();
  if (!is_empty && (prior.lags.size() != classes || prior.widths.size() != classes)) {
    throw ArgumentError("locate_characters: expected lags and widths of " + std::to_string(classes) +
                        " classes, found " + std::to_string(prior.lags.size()) + " and " +
                        std::to_string(prior.widths.size()));
  }
  const detail::SeenWord word = detail::see_word(network, image, label, blank);
  if (!is_empty) return detail::cut_word(word, label, prior, {});
  const auto on_original = [&geometry = word.geometry](double column) {
    return std::clamp((column - geometry.offset) / geometry.scale, geometry.x_low, geometry.x_high);
  };
  std::vector<CharacterBox> boxes;
  for (const CharacterBox& steps : word.steps) {
    boxes.push_back({boxes.empty() ? on_original(steps.x_begin) : boxes.back().x_end, on_original(steps.x_end)});
  }
  return boxes;
}

}  // namespace tinyhtr
