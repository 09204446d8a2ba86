// WordNet: the reference network for word images, residual blocks - BiLSTM - classes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tinyhtr/autograd/arithmetic.hpp"
#include "tinyhtr/autograd/layout.hpp"
#include "tinyhtr/core/random.hpp"
#include "tinyhtr/nn/dropout.hpp"
#include "tinyhtr/nn/linear.hpp"
#include "tinyhtr/nn/lstm.hpp"
#include "tinyhtr/nn/residual_block.hpp"

namespace tinyhtr {

/// What a WordNet is built from; the defaults are the reference network, and a small one serves in tests.
struct WordNetOptions {
  Index height = 32, width = 128, channels = 3;  ///< of the input images
  bool keep_aspect_ratio = false;                ///< how a word is made to fit them: letterboxed instead of stretched
  bool invert = false;  ///< ink bright on black, so that the zeros around an image are paper; else as on the sheet
  Index hidden = 128;   ///< of the LSTM, per direction
  double dropout = 0.2;
  Padding padding = Padding::same;  ///< same for weights from TensorFlow, symmetric for weights from PyTorch
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

/// T, the number of steps that such a network reads an image in.
inline Index time_steps(const WordNetOptions& options) {
  Index height = options.height, width = options.width;
  for (const ResidualBlockOptions& block : options.blocks) {
    height = Window(height, 3, block.stride.height, options.padding).output;
    width = Window(width, 3, block.stride.width, options.padding).output;
  }
  return options.scan == Scan::column_maxima ? width : height * width;
}

/// The residual CNN + BiLSTM of the TensorFlow tutorial "Handwriting words recognition" (library mltu).
///
///     (N,3,32,128) in 0..255 - 1/255 - 9 residual blocks - (N,64,4,16) - row after row as 64 steps of 64
///     - BiLSTM(128) - dropout - linear - logits (T=64, N, K)
///
/// For a vocabulary of 78 characters, K = 79: 549,455 numbers, 547,983 of them trained; 61.5 million multiply-adds per
/// image. With Scan::rows, as the tutorial has it, "time" sweeps the image four times from left to right; Scan::columns
/// is the same network with its steps in the order of the text. small_word_net() gives a smaller one.
template <class T, class Algorithms = Fast>
struct WordNet {
  WordNetOptions options;
  std::vector<ResidualBlock<T, Algorithms>> blocks;
  BiLstm<T> lstm;
  Dropout<T> dropout;
  Linear<T> classes;

  /// class_count: K, the vocabulary's characters and the blank. Equal seeds give equal weights.
  WordNet(Index class_count, std::uint64_t seed, const WordNetOptions& options_ = {})
      : WordNet(class_count, options_, Random(seed, Purpose::init)) {}

  void members(Members<T>& list) {
    for (std::size_t i = 0; i < blocks.size(); ++i) list.layer("blocks." + std::to_string(i), blocks[i]);
    list.layer("lstm", lstm);
    list.layer("classes", classes);
  }

  /// images (N,3,32,128), grey levels 0 to 255; returns logits (T,N,K).
  Variable<T> forward(const Variable<T>& images, Mode mode = Mode::inference()) {
    check_rank("WordNet", "images", images.shape(), "(N,C,H,W)");
    check_shape("WordNet", "images", images.shape(),
                {images.shape()[0], options.channels, options.height, options.width});
    Variable<T> x = options.invert ? scale(images, T(-1) / T(255), T(1)) : scale(images, T(1) / T(255));
    for (ResidualBlock<T, Algorithms>& block : blocks) x = block.forward(x, mode);
    const Variable<T> sequence = image_to_sequence(x, options.scan);  // (T,N,C)
    const Variable<T> features = dropout.forward(lstm.forward(sequence), mode);
    return classes.forward(features);
  }

  Variable<T> forward(const Tensor<T>& images, Mode mode = Mode::inference()) {
    return forward(Variable<T>(images), mode);
  }

  /// T, the number of steps into which every label has to fit.
  Index time_steps() const { return tinyhtr::time_steps(options); }

  Index class_count() const { return classes.bias.shape()[0]; }

 private:
  WordNet(Index class_count, const WordNetOptions& options_, Random random)
      : options(options_),
        blocks(make_blocks(options, random)),
        lstm(options.blocks.back().filters, options.hidden, random, options.initialisation),
        dropout{static_cast<T>(options.dropout)},
        classes(2 * options.hidden, class_count, random, options.initialisation) {
    name_parameters<T>(*this);
  }

  static std::vector<ResidualBlock<T, Algorithms>> make_blocks(const WordNetOptions& options, Random& random) {
    if (options.blocks.empty()) throw ArgumentError("WordNet: the list of blocks is empty");
    std::vector<ResidualBlock<T, Algorithms>> blocks;
    Index channels = options.channels;
    for (ResidualBlockOptions block : options.blocks) {
      block.padding = options.padding;
      block.dropout = options.dropout;
      block.batch_norm_momentum = options.batch_norm_momentum;
      block.initialisation = options.initialisation;
      blocks.emplace_back(channels, block, random);
      channels = block.filters;
    }
    return blocks;
  }
};

}  // namespace tinyhtr
