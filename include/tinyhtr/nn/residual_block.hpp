// The residual block of the reference network.
#pragma once

#include <optional>

#include "tinyhtr/autograd/activations.hpp"
#include "tinyhtr/autograd/arithmetic.hpp"
#include "tinyhtr/autograd/layout.hpp"
#include "tinyhtr/autograd/mask_columns.hpp"
#include "tinyhtr/nn/algorithms.hpp"
#include "tinyhtr/nn/batch_norm.hpp"
#include "tinyhtr/nn/conv2d.hpp"
#include "tinyhtr/nn/dropout.hpp"

namespace tinyhtr {

struct ResidualBlockOptions {
  Index filters = 16;
  Stride stride = 1;
  bool convolve_skip = true;  ///< whether the skip path has a 1x1 convolution; needed where stride or channels change
  Padding padding = Padding::same;
  double dropout = 0.2;
  double slope = 0.1;                 ///< of the LeakyReLU
  double batch_norm_momentum = 0.99;  ///< share of the running statistics that stays after a step
  Initialisation initialisation = Initialisation::keras;
  bool bias = true;             ///< of the convolutions; what batch norm takes out again right behind them
  bool normalise_skip = false;  ///< whether batch norm follows the skip path's convolution too
};

/// conv3x3(stride) - BN - LeakyReLU - conv3x3 - BN - add skip - LeakyReLU - dropout, where skip is the input or its
/// conv1x1(stride), with a BN behind it where the options say so. Source: He, Zhang, Ren, Sun, "Deep residual
/// learning", 2016, as mltu builds it; He and others have the BN on the skip path, and no bias.
template <class T, class Algorithms = Fast>
struct ResidualBlock {
  using Convolution = Conv2d<T, typename Algorithms::Convolution>;

  Convolution conv1;
  BatchNorm2d<T> bn1;
  Convolution conv2;
  BatchNorm2d<T> bn2;
  std::optional<Convolution> skip;
  std::optional<BatchNorm2d<T>> skip_bn;
  Dropout<T> dropout;
  T slope;

  ResidualBlock(Index channels, const ResidualBlockOptions& options, Random& random)
      : conv1(channels, options.filters, convolution(options, 3, options.stride), random),
        bn1(options.filters, static_cast<T>(options.batch_norm_momentum)),
        conv2(options.filters, options.filters, convolution(options, 3, 1), random),
        bn2(options.filters, static_cast<T>(options.batch_norm_momentum)),
        dropout{static_cast<T>(options.dropout)},
        slope(static_cast<T>(options.slope)) {
    if (options.convolve_skip) {
      skip.emplace(channels, options.filters, convolution(options, 1, options.stride), random);
      if (options.normalise_skip) skip_bn.emplace(options.filters, static_cast<T>(options.batch_norm_momentum));
    } else if (options.stride != Stride(1) || channels != options.filters) {
      throw ArgumentError("ResidualBlock: with stride " + options.stride.to_string() + " and " +
                          std::to_string(channels) + " to " + std::to_string(options.filters) +
                          " channels the skip path needs its convolution");
    }
  }

  void members(Members<T>& list) {
    list.layer("conv1", conv1);
    list.layer("bn1", bn1);
    list.layer("conv2", conv2);
    list.layer("bn2", bn2);
    if (skip) list.layer("skip", *skip);
    if (skip_bn) list.layer("skip_bn", *skip_bn);
  }

  /// x (N,C,H,W) to (N,F,H / stride.height,W / stride.width). widths (N), where given: the columns of x that are real,
  /// with zeros behind them; the result has zeros behind its own, so that padding is what the edge of an image is.
  /// order: of x and of the result; with channels last, (N,H,W,C), only the fused training pass takes no detour.
  Variable<T> forward(const Variable<T>& x, Mode& mode, const Lengths& widths = {},
                      ImageOrder order = ImageOrder::channels_first) {
    const Lengths inner = strided_lengths(widths, conv1.geometry.stride.width);  // of y
    if (Algorithms::fused_normalisation && mode.uses_batch_statistics()) return forward_fused(x, mode, inner, order);
    if (order == ImageOrder::channels_last) {  // a frozen block
      return reorder(forward(reorder(x, order), mode, widths), ImageOrder::channels_first);
    }
    Variable<T> y = leaky_relu(bn1.forward(conv1.forward(x), mode, inner), slope);
    y = bn2.forward(conv2.forward(y), mode, inner);
    y = add(y, skip_path(x, mode, inner));
    return dropout.forward(mask_columns(leaky_relu(y, slope), inner), mode);
  }

 private:
  /// The training pass in four to six nodes instead of nine to eleven.
  Variable<T> forward_fused(const Variable<T>& x, Mode& mode, const Lengths& inner, ImageOrder order) {
    NormTail<T> tail{.slope = slope, .widths = inner, .order = order};
    const Variable<T> y = bn1.forward_fused(conv1.forward(x, order), Variable<T>(), tail);
    Variable<T> residual = skip ? skip->forward(x, order) : x;
    if (skip_bn) {
      residual = skip_bn->forward_fused(residual, Variable<T>(), {.widths = inner, .order = order});
    }
    const Random random = mode.next_random();  // drawn in any case: so the numbers of the next layer stay its own
    if (dropout.probability > 0) tail.dropout.emplace(dropout.probability, random);
    return bn2.forward_fused(conv2.forward(y, order), residual, tail);
  }

  Variable<T> skip_path(const Variable<T>& x, const Mode& mode, const Lengths& inner) {
    if (!skip) return x;
    const Variable<T> y = skip->forward(x);
    return skip_bn ? skip_bn->forward(y, mode, inner) : y;
  }

  static Conv2dOptions convolution(const ResidualBlockOptions& options, Index kernel, Stride stride) {
    return {.kernel = kernel,
            .stride = stride,
            .padding = options.padding,
            .bias = options.bias,
            .initialisation = options.initialisation};
  }
};

}  // namespace tinyhtr
