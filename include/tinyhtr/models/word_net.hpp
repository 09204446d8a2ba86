// WordNet: the reference network for word images, residual blocks - BiLSTM - classes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tinyhtr/autograd/arithmetic.hpp"
#include "tinyhtr/autograd/layout.hpp"
#include "tinyhtr/autograd/mask_columns.hpp"
#include "tinyhtr/autograd/time_window.hpp"
#include "tinyhtr/core/lengths.hpp"
#include "tinyhtr/core/random.hpp"
#include "tinyhtr/image/preprocessing.hpp"
#include "tinyhtr/nn/dropout.hpp"
#include "tinyhtr/nn/freeze.hpp"
#include "tinyhtr/nn/linear.hpp"
#include "tinyhtr/nn/lstm.hpp"
#include "tinyhtr/nn/residual_block.hpp"

namespace tinyhtr {

/// What a WordNet is built from; the defaults are the reference network, and a small one serves in tests.
struct WordNetOptions {
  Index height = 32, width = 128, channels = 3;  ///< of the input images; width 0: any multiple of column_stride()
  bool keep_aspect_ratio = false;                ///< how a word is made to fit them: letterboxed instead of stretched
  std::optional<Preprocessing> preprocessing{};  ///< how instead a word is made ready, step by step
  bool invert = false;   ///< ink bright on black, so that the zeros around an image are paper; else as on the sheet
  Index hidden = 128;    ///< of the LSTM, per direction
  double dropout = 0.2;  ///< in the blocks
  std::optional<double> feature_dropout{};  ///< between the LSTM and the classes; none: as in the blocks
  bool convolution_bias = true;             ///< in the blocks
  bool normalise_skip = false;              ///< batch norm on the skip paths that have a convolution
  bool second_head = false;                 ///< classes from the feature maps too, for a second loss in training
  Padding padding = Padding::same;          ///< same for weights from TensorFlow, symmetric for weights from PyTorch
  Initialisation initialisation = Initialisation::keras;
  Scan scan = Scan::rows;             ///< order of the steps; columns go from left to right once
  double batch_norm_momentum = 0.99;  ///< share of the running statistics that stays after a step
  std::vector<ResidualBlockOptions> blocks = {
      {.filters = 16, .stride = 1, .convolve_skip = true},  {.filters = 16, .stride = 2, .convolve_skip = true},
      {.filters = 16, .stride = 1, .convolve_skip = false}, {.filters = 32, .stride = 2, .convolve_skip = true},
      {.filters = 32, .stride = 1, .convolve_skip = false}, {.filters = 64, .stride = 2, .convolve_skip = true},
      {.filters = 64, .stride = 1, .convolve_skip = true},  {.filters = 64, .stride = 1, .convolve_skip = false},
      {.filters = 64, .stride = 1, .convolve_skip = false},
  };
};

/// A smaller network that reads from left to right, for first runs: 57% of the multiply-adds, and it learns in fewer
/// steps. Words keep their aspect ratio, T = 32 steps of four pixels, and running statistics that follow in some tens
/// of steps.
inline WordNetOptions small_word_net() {
  WordNetOptions options;
  options.keep_aspect_ratio = true;
  options.invert = true;
  options.dropout = 0.1;
  options.scan = Scan::column_maxima;
  options.batch_norm_momentum = 0.9;
  options.blocks = {
      {.filters = 16, .stride = 2, .convolve_skip = true},  {.filters = 32, .stride = 2, .convolve_skip = true},
      {.filters = 32, .stride = 1, .convolve_skip = false}, {.filters = 64, .stride = {2, 1}, .convolve_skip = true},
      {.filters = 64, .stride = 1, .convolve_skip = false},
  };
  return options;
}

/// Pixels of the image to a step in the direction of the text, the product of the blocks' strides: widths of images and
/// lengths of sequences differ by it.
inline Index column_stride(const WordNetOptions& options) {
  Index stride = 1;
  for (const ResidualBlockOptions& block : options.blocks) stride *= block.stride.width;
  return stride;
}

/// The width of its images, or where that is free, one to count paddings with: they are those of every multiple of
/// column_stride().
inline Index nominal_width(const WordNetOptions& options) {
  return options.width > 0 ? options.width : 32 * column_stride(options);
}

/// T, the number of steps that such a network reads an image of that width in.
inline Index time_steps(const WordNetOptions& options, Index width) {
  Index height = options.height;
  for (const ResidualBlockOptions& block : options.blocks) {
    height = Window(height, 3, block.stride.height, options.padding).output;
    width = Window(width, 3, block.stride.width, options.padding).output;
  }
  return options.scan == Scan::column_maxima ? width : height * width;
}

/// The same for its own width; 0 where that is free.
inline Index time_steps(const WordNetOptions& options) {
  return options.width == 0 ? 0 : time_steps(options, options.width);
}

/// Throws ArgumentError where the options contradict each other.
inline void check_options(const WordNetOptions& options) {
  if (options.blocks.empty()) throw ArgumentError("WordNet: the list of blocks is empty");
  if (options.width == 0 && options.scan != Scan::column_maxima) {
    throw ArgumentError("WordNet: images of any width need the scan column_maxima, a step for each column");
  }
  if (options.second_head && options.scan != Scan::column_maxima) {
    throw ArgumentError("WordNet: the second head needs the scan column_maxima, steps in the order of the text");
  }
}

/// Throws ShapeError for widths that the network cannot have as padding: those of `batch` images, up to `width`
/// columns, have to be multiples of column_stride(), so that a stride sees the same columns however wide the batch is.
inline void check_widths(const WordNetOptions& options, const Lengths& widths, Index batch, Index width) {
  const Index stride = column_stride(options);
  if ((options.width == 0 || !widths.empty()) && width % stride != 0) {
    throw ShapeError("WordNet: expected images whose width is a multiple of " + std::to_string(stride) + ", found " +
                     std::to_string(width));
  }
  check_lengths("WordNet: widths", widths, batch, width);
  if (!widths.empty() && options.scan != Scan::column_maxima) {
    throw ShapeError("WordNet: only with the scan column_maxima may images have widths of their own");
  }
  for (const Index columns : widths) {
    if (columns % stride == 0) continue;
    throw ShapeError("WordNet: expected widths that are multiples of " + std::to_string(stride) + ", found " +
                     std::to_string(columns));
  }
}

/// The residual CNN + BiLSTM of the TensorFlow tutorial "Handwriting words recognition" (library mltu).
///
///     (N,3,32,128) in 0..255 - 1/255 - 9 residual blocks - (N,64,4,16) - row after row as 64 steps of 64
///     - BiLSTM(128) - dropout - linear - logits (T=64, N, K)
///
/// For a vocabulary of 78 characters, K = 79: 549,455 numbers, 547,983 of them trained; 61.5 million multiply-adds per
/// image. With Scan::rows, as the tutorial has it, "time" sweeps the image four times from left to right; Scan::columns
/// is the same network with its steps in the order of the text. small_word_net() gives a smaller one, column_net.hpp
/// those that read images of any width.
template <class T, class Algorithms = Fast>
struct WordNet {
  using Lstm = typename Algorithms::Lstm;

  WordNetOptions options;
  std::vector<ResidualBlock<T, Algorithms>> blocks;
  BiLstm<T> lstm;
  Dropout<T> dropout;
  Linear<T> classes;
  std::optional<Linear<T>> second_classes;  ///< of three columns of feature maps (3 C), where the options have it

  /// class_count: K, the vocabulary's characters and the blank. Equal seeds give equal weights.
  WordNet(Index class_count, std::uint64_t seed, const WordNetOptions& options_ = {})
      : WordNet(class_count, options_, Random(seed, Purpose::init)) {}

  void members(Members<T>& list) {
    for (std::size_t i = 0; i < blocks.size(); ++i) list.layer("blocks." + std::to_string(i), blocks[i]);
    list.layer("lstm", lstm);
    list.layer("classes", classes);
    if (second_classes) list.layer("second_classes", *second_classes);
  }

  /// What a forward pass gives: logits (T,N,K), and those of the second head, where there is one and it was asked for.
  struct Heads {
    Variable<T> logits, second;
  };

  /// images (N,3,32,128), grey levels 0 to 255; returns logits (T,N,K).
  ///
  /// Where images of several widths stand in one batch, widths (N) says how many columns each has; what is behind is
  /// padding, of any colour, and changes nothing: mask after mask, the layers see there what they see beyond the edge.
  /// Logits behind a sample's steps, lengths(widths), mean nothing. Throws ShapeError.
  Variable<T> forward(const Variable<T>& images, Mode mode = Mode::inference(), const Lengths& widths = {}) {
    return heads(images, mode, widths, false).logits;
  }

  Variable<T> forward(const Tensor<T>& images, Mode mode = Mode::inference(), const Lengths& widths = {}) {
    return forward(Variable<T>(images), mode, widths);
  }

  /// The same with the logits of the second head, for training.
  Heads forward_heads(const Tensor<T>& images, Mode mode, const Lengths& widths = {}) {
    return heads(Variable<T>(images), mode, widths, true);
  }

  /// The steps of each sample in the logits of images with those widths.
  Lengths lengths(const Lengths& widths) const { return strided_lengths(widths, column_stride(options)); }

  /// T, the number of steps into which every label has to fit; 0 where the images may have any width.
  Index time_steps() const { return tinyhtr::time_steps(options); }

  Index class_count() const { return classes.bias.shape()[0]; }

 private:
  WordNet(Index class_count, const WordNetOptions& options_, Random random)
      : options(options_),
        blocks(make_blocks(options, random)),
        lstm(options.blocks.back().filters, options.hidden, random, options.initialisation),
        dropout{static_cast<T>(options.feature_dropout.value_or(options.dropout))},
        classes(2 * options.hidden, class_count, random, options.initialisation) {
    if (options.second_head) {
      second_classes.emplace(second_head_columns * options.blocks.back().filters, class_count, random,
                             options.initialisation);
    }
    name_parameters<T>(*this);
  }

  static constexpr Index second_head_columns = 3;

  Heads heads(const Variable<T>& images, Mode mode, const Lengths& given_widths, bool with_second) {
    check_rank("WordNet", "images", images.shape(), "(N,C,H,W)");
    const Index batch = images.shape()[0], width = images.shape()[3];
    check_shape("WordNet", "images", images.shape(),
                {batch, options.channels, options.height, options.width == 0 ? width : options.width});
    check_widths(options, given_widths, batch, width);
    Lengths widths = without_full_lengths(given_widths, width);
    Variable<T> x = options.invert ? scale(images, T(-1) / T(255), T(1)) : scale(images, T(1) / T(255));
    x = mask_columns(x, widths);
    const bool fused = Algorithms::fused_normalisation && mode.uses_batch_statistics();
    const ImageOrder order = fused ? Algorithms::order : ImageOrder::channels_first;
    if (order == ImageOrder::channels_last) x = reorder(x, ImageOrder::channels_first);
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      ResidualBlock<T, Algorithms>& block = blocks[i];
      Mode of_block = is_frozen<T>(block) ? Mode::inference() : mode;
      x = block.forward(x, of_block, widths, order);
      x.node().name = "blocks." + std::to_string(i);  // what a graph shows, and layer_output() looks for
      static_cast<void>(mode.next_random());          // a block's dropout takes one, frozen or not: others keep theirs
      widths = strided_lengths(widths, block.conv1.geometry.stride.width);
    }
    if (order == ImageOrder::channels_last) x = reorder(x, order);
    const Variable<T> sequence = image_to_sequence(x, options.scan);  // (T,N,C)
    const Variable<T> features = dropout.forward(lstm.template forward_by<Lstm>(sequence, widths), mode);
    Heads result{classes.forward(features), {}};
    if (with_second && second_classes) {
      result.second = second_classes->forward(time_window(sequence, second_head_columns));
    }
    return result;
  }

  static std::vector<ResidualBlock<T, Algorithms>> make_blocks(const WordNetOptions& options, Random& random) {
    check_options(options);
    std::vector<ResidualBlock<T, Algorithms>> blocks;
    Index channels = options.channels;
    for (ResidualBlockOptions block : options.blocks) {
      block.padding = options.padding;
      block.dropout = options.dropout;
      block.batch_norm_momentum = options.batch_norm_momentum;
      block.initialisation = options.initialisation;
      block.bias = options.convolution_bias;
      block.normalise_skip = options.normalise_skip;
      blocks.emplace_back(channels, block, random);
      channels = block.filters;
    }
    return blocks;
  }
};

}  // namespace tinyhtr
