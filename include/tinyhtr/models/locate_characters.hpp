// Forced alignment of a word with its image: the columns at which each character of a known text stands.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "tinyhtr/autograd/variable.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/data/loader.hpp"
#include "tinyhtr/decode/align.hpp"
#include "tinyhtr/decode/character_boxes.hpp"
#include "tinyhtr/image/image.hpp"
#include "tinyhtr/models/step_geometry.hpp"
#include "tinyhtr/models/word_net.hpp"
#include "tinyhtr/models/word_net_images.hpp"

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

/// The boxes of the characters of a text on the image of a word, from left to right, by the text's most probable path.
///
///     box[i] = mean over m = 0 .. stride - 1 of the box that align() finds on the image moved right by m columns
///
/// A step stands for `stride` columns of what the network is given, 4 for a column net, so one alignment is only that
/// exact; of four moved images the mean is finer. lag: how many of these columns before a character the network
/// reports it, a constant of its training that lag_of_word() finds. image: as read_image gives it with the network's
/// channels; network: one that reads images of any width; label: classes, not the blank; blank: a class.
/// Costs `stride` passes of the network. Throws ArgumentError for another network, what align throws for a label that
/// does not fit, and what preprocessing throws.
template <class T>
std::vector<CharacterBox> locate_characters(WordNet<T>& network, const Image& image, std::span<const int> label,
                                            int blank, double lag = 0) {
  if (network.options.width != 0) {
    throw ArgumentError("locate_characters: expected a network that reads images of any width, found one for " +
                        std::to_string(network.options.width) + " columns");
  }
  const Image fitted = fit_image(image, images_for(network.options));
  const Index stride = column_stride(network.options);
  std::vector<CharacterBox> mean(label.size());
  for (Index move = 0; move < stride; ++move) {
    const Tensor<T> logits = detail::local_logits(network, detail::moved_right(fitted, move, stride));
    StepGeometry geometry = step_geometry(network.options, image);
    geometry.offset += static_cast<double>(move) - lag;
    const std::vector<CharacterBox> boxes = character_boxes(align(logits, 0, label, blank), geometry);
    for (std::size_t i = 0; i < boxes.size(); ++i) {
      mean[i].x_begin += boxes[i].x_begin / static_cast<double>(stride);
      mean[i].x_end += boxes[i].x_end / static_cast<double>(stride);
    }
  }
  for (std::size_t i = 1; i < mean.size(); ++i) mean[i].x_begin = mean[i - 1].x_end;  // but for rounding
  return mean;
}

/// How far a word is to the right of where its first and last character are found, in columns of the network's image:
///
///     lag = middle of the ink - (middle of the first character's steps + middle of the last one's) / 2
///
/// For one word that also holds how much wider one end's letter is than the other's; over many words that averages out,
/// so the median of hundreds is the network's lag, and nobody has to have marked a character.
/// image, label, blank: as for locate_characters; throws as that does, and ArgumentError for a label of less than two
/// characters.
template <class T>
double lag_of_word(WordNet<T>& network, const Image& image, std::span<const int> label, int blank) {
  if (label.size() < 2) {
    throw ArgumentError("lag_of_word: expected a label of two characters or more, found " +
                        std::to_string(label.size()));
  }
  const StepGeometry geometry = step_geometry(network.options, image);
  const Image fitted = fit_image(image, images_for(network.options));
  const Index stride = column_stride(network.options);
  const auto last_letter = static_cast<Index>(label.size()) - 1;
  double centre = 0;
  for (Index move = 0; move < stride; ++move) {
    const Tensor<T> logits = detail::local_logits(network, detail::moved_right(fitted, move, stride));
    const std::vector<Index> letters = align(logits, 0, label, blank).letters;
    const auto middle = [&letters](Index letter) {  // of its steps; step t reaches from t to t + 1
      const auto first = std::find(letters.begin(), letters.end(), letter);
      const auto behind = std::find_if(first, letters.end(), [letter](Index other) { return other != letter; });
      return static_cast<double>((first - letters.begin()) + (behind - letters.begin())) / 2;
    };
    const double steps = (middle(0) + middle(last_letter)) / 2;
    centre += (geometry.x_of_step(steps) - static_cast<double>(move) / geometry.scale) / static_cast<double>(stride);
  }
  return ((geometry.x_low + geometry.x_high) / 2 - centre) * geometry.scale;
}

}  // namespace tinyhtr
