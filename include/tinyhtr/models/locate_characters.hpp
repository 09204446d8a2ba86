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
#include "tinyhtr/image/image.hpp"
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
  std::vector<double> ink;          ///< of each column of the prepared image, in rows of black
  double left = 0;                  ///< column of the original at which the prepared image begins
};

/// Of each column of a grey image, how many of its rows are black; grey counts in part, and the lightest quarter of the
/// greys is paper.
inline std::vector<double> ink_of_columns(const Image& word) {
  constexpr double paper = 0.25;
  std::vector<double> rows(static_cast<std::size_t>(word.width));
  for (Index y = 0; y < word.height; ++y) {
    for (Index x = 0; x < word.width; ++x) {
      const double darkness = (255 - word.row(y)[x]) / 255.0;
      rows[static_cast<std::size_t>(x)] += std::max(0.0, darkness - paper) / (1 - paper);
    }
  }
  return rows;
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
                .ink = ink_of_columns(prepared.image),
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
  const auto [begin, end] = inked_columns(word.ink);
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

/// Cuts the word's ink: boxes in columns of the original image.
inline std::vector<CharacterBox> cut_word(const SeenWord& word, std::span<const int> label, const PlacePrior& prior,
                                          const CutOptions& options) {
  if (label.empty()) return {};
  const double letter = letter_columns(word, label, prior.widths);
  std::vector<double> centres = step_centres(word), widths;
  for (std::size_t i = 0; i < label.size(); ++i) {
    const auto number = static_cast<std::size_t>(label[i]);
    centres[i] += letter * prior.lags[number] - word.left;
    widths.push_back(prior.widths[number]);
  }
  const std::vector<Index> cuts = cut_characters(word.ink, centres, widths, letter, options);
  std::vector<double> edges{static_cast<double>(cuts.front())};
  for (std::size_t i = 1; i < label.size(); ++i) {
    edges.push_back(std::min(place_of_cut(word.ink, cuts[i], letter, options), static_cast<double>(cuts[i + 1])));
  }
  edges.push_back(static_cast<double>(cuts.back()));
  const auto on_original = [&word](double column) {
    return std::clamp(word.left + column, word.geometry.x_low, word.geometry.x_high);
  };
  std::vector<CharacterBox> boxes;
  for (std::size_t i = 0; i < label.size(); ++i) boxes.push_back({on_original(edges[i]), on_original(edges[i + 1])});
  return boxes;
}

}  // namespace detail

/// The boxes of the characters of a text on the image of a word, from left to right, side by side.
///
///     step[i] = mean over m = 0 .. stride - 1 of the box that align() finds on the image moved right by m columns
///     box     = cut_characters(ink of the image's columns, middles of step + lags, widths), its edges by place_of_cut
///
/// A step stands for `stride` columns of what the network is given, 4 for a column net, so one alignment is only that
/// exact; of four moved images the mean is finer. A network that has learnt to report an l early and a w late does so
/// in every word: those are the lags. Where prior is empty, box = step. image: as read_image gives it with the
/// network's channels; network: one that reads images of any width; label: classes, not the blank; blank: the last
/// class. Costs `stride` passes of the network. Throws ArgumentError for another network, for a prior of another number
/// of classes, what align throws for a label that does not fit, and what preprocessing throws.
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
