// FoldedWordNet: a trained WordNet made ready to read with, without graph, batch norm, dropout.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "tinyhtr/autograd/check_node.hpp"
#include "tinyhtr/core/check_mode.hpp"
#include "tinyhtr/core/lengths.hpp"
#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/kernels/column_mask.hpp"
#include "tinyhtr/kernels/conv2d_prepared.hpp"
#include "tinyhtr/kernels/linear.hpp"
#include "tinyhtr/kernels/lstm_states.hpp"
#include "tinyhtr/kernels/packed_matrix.hpp"
#include "tinyhtr/kernels/reorder.hpp"
#include "tinyhtr/models/word_net.hpp"
#include "tinyhtr/nn/fold_batch_norm.hpp"

namespace tinyhtr {

namespace detail {

/// A convolution with the batch norm behind it, where there is one, as one convolution.
template <class T, class Algorithm>
PreparedConv2d<T> fold(const Conv2d<T, Algorithm>& convolution, const BatchNorm2d<T>* norm, T slope) {
  Tensor<T> weight = convolution.weight.value();
  Tensor<T> bias = convolution.bias ? convolution.bias.value() : Tensor<T>(Shape{weight.dim(0)});
  if (norm) fold_batch_norm(weight, bias, *norm);
  ConvGeometry geometry = convolution.geometry;
  geometry.order = ImageOrder::channels_last;
  return PreparedConv2d<T>(weight, bias, geometry, slope);
}

}  // namespace detail

/// Reads with the weights that a WordNet has when this is made; what the network learns afterwards does not reach it.
///
/// Batch norm is folded into the convolutions, sums with the skip path and rectifiers are done along with them, all
/// weights are laid out once. A thread takes some images of a batch from pixels to
/// logits, so that what is between the layers stays in its processor's cache; a single image is cut over the threads.
/// The logits are those of WordNet::forward in inference mode but for rounding.
template <class T>
class FoldedWordNet {
 public:
  template <class Algorithms>
  explicit FoldedWordNet(const WordNet<T, Algorithms>& network)
      : options_(network.options),
        directions_{Weights(network.lstm.weight_ih_l0, network.lstm.weight_hh_l0, network.lstm.bias_ih_l0),
                    Weights(network.lstm.weight_ih_l0_reverse, network.lstm.weight_hh_l0_reverse,
                            network.lstm.bias_ih_l0_reverse)},
        classes_weight_({network.classes.weight.value().data(), network.classes.weight.shape()[0],
                         network.classes.weight.shape()[1]},
                        Op::transpose),
        classes_bias_(network.classes.bias.value()) {
    for (const auto& block : network.blocks) {
      std::optional<PreparedConv2d<T>> skip;
      if (block.skip) skip = detail::fold(*block.skip, block.skip_bn ? &*block.skip_bn : nullptr, T(1));
      blocks_.push_back({detail::fold(block.conv1, &block.bn1, block.slope),
                         detail::fold(block.conv2, &block.bn2, block.slope), std::move(skip)});
    }
  }

  const WordNetOptions& options() const { return options_; }

  /// images (N,C,H,W), grey levels 0 to 255; returns logits (T,N,K). widths (N), where given: the columns of each image
  /// that are no padding, as WordNet::forward takes them. Throws ShapeError. Several threads may call it.
  Tensor<T> forward(const Tensor<T>& images, const Lengths& given_widths = {}) const {
    check_rank("FoldedWordNet", "images", images.shape(), "(N,C,H,W)");
    const Index batch = images.dim(0), width = images.dim(3), steps = time_steps(options_, width);
    check_shape("FoldedWordNet", "images", images.shape(),
                {batch, options_.channels, options_.height, options_.width == 0 ? width : options_.width});
    check_widths(options_, given_widths, batch, width);
    const Lengths widths = without_full_lengths(given_widths, width);
    if (batch < 2 * fewest_together) return read_sequence(features_of_few(images, widths), lengths(widths), 0);
    const Index together = std::clamp(batch / 4, fewest_together, most_together);
    Tensor<T> logits = Tensor<T>::uninitialized({steps, batch, class_count()});
    parallel_for((batch + together - 1) / together, [&](Index piece) {
      const Index first = piece * together, count = std::min(together, batch - first);
      const Lengths own_widths = part(widths, first, count);
      const Tensor<T> own =
          read_sequence(features(images, own_widths, first, count), lengths(own_widths), first);  // (T,count,K)
      const Index row = count * class_count();
      for (Index t = 0; t < steps; ++t) {
        std::copy(own.data() + t * row, own.data() + (t + 1) * row, &logits(t, first, 0));
      }
    });
    return logits;
  }

  /// K, the vocabulary's characters and the blank.
  Index class_count() const { return classes_bias_.size(); }

  /// The steps of each sample in the logits of images with those widths.
  Lengths lengths(const Lengths& widths) const { return strided_lengths(widths, column_stride(options_)); }

 private:
  static Lengths part(const Lengths& widths, Index first, Index count) {
    return widths.empty() ? widths : Lengths(widths.begin() + first, widths.begin() + first + count);
  }

  /// Images that one thread takes from pixels to logits: as many as the LSTM's products fill blocks of registers with,
  /// and of a large batch more, for which the last blocks' weights, larger than their maps, are loaded once. So all
  /// that is in between stays in a processor's cache. Of a smaller batch, maps are made by themselves, and sequences
  /// read together, in both directions at the same time.
  static constexpr Index fewest_together = 8, most_together = 16;

  /// Elements of the maps that go through a block together, 256 KiB of float: a few of them, and what is between the
  /// block's layers, stay in a second-level cache. With half of it reading a word takes 5% longer, with double 14%.
  static constexpr Index elements_at_once = Index{1} << 16;

  struct Block {
    PreparedConv2d<T> conv1, conv2;
    std::optional<PreparedConv2d<T>> skip;
  };

  /// The parameters of one direction of the LSTM.
  struct Weights {
    PackedMatrix<T> weight_ih, weight_hh;
    Tensor<T> bias;

    Weights(const Variable<T>& weight_ih_, const Variable<T>& weight_hh_, const Variable<T>& bias_)
        : weight_ih({weight_ih_.value().data(), weight_ih_.shape()[0], weight_ih_.shape()[1]}, Op::transpose),
          weight_hh({weight_hh_.value().data(), weight_hh_.shape()[0], weight_hh_.shape()[1]}, Op::transpose),
          bias(bias_.value()) {}

    PackedLstmWeights<T> layer(Direction direction) const { return {&weight_ih, &weight_hh, &bias, direction}; }
  };

  /// The features of a small batch, as sequences (T,N,C): a thread takes an image, or threads share a single one; of 8
  /// images or more it takes 4, so that Winograd does for them what it does in a large batch.
  Tensor<T> features_of_few(const Tensor<T>& images, const Lengths& widths) const {
    const Index steps = time_steps(options_, images.dim(3)), channels = options_.blocks.back().filters;
    const Index batch = images.dim(0), group = batch < 8 ? 1 : 4;
    Tensor<T> sequence = Tensor<T>::uninitialized({steps, batch, channels});
    parallel_for((batch + group - 1) / group, [&](Index k) {
      const Index first = k * group, row = std::min(group, batch - first) * channels;
      const Tensor<T> own = features(images, part(widths, first, row / channels), first, row / channels);
      for (Index t = 0; t < steps; ++t) {
        std::copy(own.data() + t * row, own.data() + (t + 1) * row, &sequence(t, first, 0));
      }
    });
    return sequence;
  }

  /// The features of the images [first, first + count), which have those widths, as sequences (T,count,C).
  Tensor<T> features(const Tensor<T>& images, const Lengths& widths, Index first, Index count) const {
    Tensor<T> maps;
    reorder(maps, maps_of(images, widths, first, count, blocks_.size()), ImageOrder::channels_last);
    const NoGrad no_grad;
    return image_to_sequence(Variable<T>(std::move(maps)), options_.scan).value();
  }

  /// Sequences (T,N,C), of the samples from `first` on, to logits (T,N,K).
  Tensor<T> read_sequence(const Tensor<T>& sequence, const Lengths& lengths, Index first) const {
    const std::array layers{directions_[0].layer(Direction::forward), directions_[1].layer(Direction::reverse)};
    Tensor<T> states, logits;
    lstm_states<T>(states, sequence, layers, lengths);  // (T,N,2H)
    logits.resize({sequence.dim(0), sequence.dim(1), class_count()});
    const Index classes = class_count(), width = states.dim(2);
    parallel_pieces(sequence.dim(0) * sequence.dim(1), gemm_row_piece, [&](Index begin, Index end) {
      for (Index r = begin; r < end; ++r) {
        std::copy(classes_bias_.begin(), classes_bias_.end(), logits.data() + r * classes);
      }
      classes_weight_.multiply_add({logits.data() + begin * classes, end - begin, classes},
                                   {states.data() + begin * width, end - begin, width});
    });
    check_result("classes", logits, first);
    return logits;
  }

  /// What the first `blocks` blocks make of the images [first, first + count): maps (count,H,W,C), in the order that
  /// no layer has to transpose. Large maps are made a few images at a time, by all blocks up to there; small ones, with
  /// the last blocks' many weights, for more images together.
  Tensor<T> maps_of(const Tensor<T>& images, const Lengths& widths, Index first, Index count,
                    std::size_t blocks) const {
    if (blocks == 0) return grey_levels(images, widths, first, count);
    const Index at_once = std::max<Index>(1, elements_at_once / largest_map(blocks - 1, images.dim(2), images.dim(3)));
    if (count <= at_once) {
      return run_block(blocks - 1, maps_of(images, widths, first, count, blocks - 1), widths, first);
    }
    Tensor<T> all;
    for (Index begin = 0; begin < count; begin += at_once) {
      const Index size = std::min(at_once, count - begin);
      const Tensor<T> some = maps_of(images, part(widths, begin, size), first + begin, size, blocks);
      if (begin == 0) all = Tensor<T>::uninitialized({count, some.dim(1), some.dim(2), some.dim(3)});
      std::copy(some.begin(), some.end(), all.begin() + begin * (some.size() / size));
    }
    return all;
  }

  /// Elements of one image's maps in front of a block, or behind it, whichever are more.
  Index largest_map(std::size_t block, Index height, Index width) const {
    Index largest = 0, channels = options_.channels;
    for (std::size_t i = 0; i <= block; ++i) {
      const ResidualBlockOptions& options = options_.blocks[i];
      const Index before = channels * height * width;
      channels = options.filters;
      height = (height + options.stride.height - 1) / options.stride.height;
      width = (width + options.stride.width - 1) / options.stride.width;
      largest = std::max(before, channels * height * width);
    }
    return largest;
  }

  /// The images' grey levels from 0 to 1, channels last.
  Tensor<T> grey_levels(const Tensor<T>& images, const Lengths& widths, Index first, Index count) const {
    const Index channels = images.dim(1), pixels = images.dim(2) * images.dim(3);
    Tensor<T> x = Tensor<T>::uninitialized({count, images.dim(2), images.dim(3), channels});
    const T factor = (options_.invert ? T(-1) : T(1)) / T(255), shift = options_.invert ? T(1) : T(0);
    for (Index n = 0; n < count; ++n) {
      for (Index c = 0; c < channels; ++c) {
        const T* from = images.data() + ((first + n) * channels + c) * pixels;
        T* to = x.data() + n * pixels * channels + c;
        for (Index k = 0; k < pixels; ++k) to[k * channels] = factor * from[k] + shift;
      }
    }
    if (!widths.empty()) mask_columns_forward(x, x, widths, ImageOrder::channels_last);
    return x;
  }

  /// x (N,H,W,C), of the images from `first` on with those widths, through block i.
  Tensor<T> run_block(std::size_t i, const Tensor<T>& x, const Lengths& widths, Index first) const {
    const Block& block = blocks_[i];
    Lengths inner_widths = widths;
    for (std::size_t k = 0; k <= i; ++k) {
      inner_widths = strided_lengths(inner_widths, options_.blocks[k].stride.width);
    }
    Tensor<T> inner, skipped, y;
    block.conv1.forward(inner, x);
    if (!widths.empty()) mask_columns_forward(inner, inner, inner_widths, ImageOrder::channels_last);
    if (block.skip) block.skip->forward(skipped, x);
    block.conv2.forward(y, inner, block.skip ? &skipped : &x);
    if (!widths.empty()) mask_columns_forward(y, y, inner_widths, ImageOrder::channels_last);
    if (check_mode()) check_result("blocks." + std::to_string(i), y, first);
    return y;
  }

  WordNetOptions options_;
  std::vector<Block> blocks_;
  std::array<Weights, 2> directions_;
  PackedMatrix<T> classes_weight_;
  Tensor<T> classes_bias_;
};

}  // namespace tinyhtr
