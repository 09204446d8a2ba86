// The residual block of the reference network.
#pragma once

#include <optional>

#include "tinyhtr/autograd/activations.hpp"
#include "tinyhtr/autograd/arithmetic.hpp"
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
};

/// conv3x3(stride) - BN - LeakyReLU - conv3x3 - BN - add skip - LeakyReLU - dropout, where skip is the input or its
/// conv1x1(stride). Source: He, Zhang, Ren, Sun, "Deep residual learning", 2016, as mltu builds it.
template <class T, class Algorithms = Fast>
struct ResidualBlock {
  using Convolution = Conv2d<T, typename Algorithms::Convolution>;

  Convolution conv1;
  BatchNorm2d<T> bn1;
  Convolution conv2;
  BatchNorm2d<T> bn2;
  std::optional<Convolution> skip;
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
  }

  /// x (N,C,H,W) to (N,F,H / stride.height,W / stride.width).
  Variable<T> forward(const Variable<T>& x, Mode& mode) {
    if (Algorithms::fused_normalisation && mode.is_training()) return forward_fused(x, mode);
    Variable<T> y = leaky_relu(bn1.forward(conv1.forward(x), mode), slope);
    y = bn2.forward(conv2.forward(y), mode);
    y = add(y, skip ? skip->forward(x) : x);
    return dropout.forward(leaky_relu(y, slope), mode);
  }

 private:
  /// The training pass in four or five nodes instead of nine or ten.
  Variable<T> forward_fused(const Variable<T>& x, Mode& mode) {
    const Variable<T> y = bn1.forward_fused(conv1.forward(x), Variable<T>(), {.slope = slope});
    const Variable<T> residual = skip ? skip->forward(x) : x;
    return bn2.forward_fused(conv2.forward(y), residual,
                             {.slope = slope, .dropout = DropoutMask<T>(dropout.probability, mode.next_random())});
  }

  static Conv2dOptions convolution(const ResidualBlockOptions& options, Index kernel, Stride stride) {
    return {.kernel = kernel, .stride = stride, .padding = options.padding, .initialisation = options.initialisation};
  }
};

}  // namespace tinyhtr
