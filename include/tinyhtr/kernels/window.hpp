// Window: where a convolution's kernel lies on its input. The only place where that arithmetic is written.
#pragma once

#include <algorithm>
#include <string>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/shape.hpp"

namespace tinyhtr {

/// How many zeros stand around an image before it is convolved.
enum class Padding {
  same,       ///< TensorFlow's 'same': output = ceil(input / stride); an odd zero goes below and to the right
  symmetric,  ///< PyTorch's padding = (kernel - 1) / 2: as many above as below
  none,       ///< TensorFlow's 'valid', PyTorch's padding = 0
};

/// How far a convolution's kernel moves from one output to the next. One number serves both axes.
struct Stride {
  Index height = 1, width = 1;

  Stride() = default;
  Stride(Index both) : height(both), width(both) {}  // NOLINT: `.stride = 2` is what everybody writes
  Stride(Index height_, Index width_) : height(height_), width(width_) {}

  bool operator==(const Stride&) const = default;
  std::string to_string() const {
    return height == width ? std::to_string(height) : "(" + std::to_string(height) + "," + std::to_string(width) + ")";
  }
};

/// One axis of a convolution: output o reads inputs o * stride - before + k for k in [0, kernel).
struct Window {
  Index input, kernel, stride;
  Index before;  ///< zeros in front of the input
  Index output;

  /// Throws ArgumentError where the kernel does not fit onto the padded input.
  Window(Index input_, Index kernel_, Index stride_, Padding padding)
      : input(input_), kernel(kernel_), stride(stride_) {
    if (kernel < 1 || stride < 1) {
      throw ArgumentError("convolution: kernel and stride have to be positive, found " + std::to_string(kernel) +
                          " and " + std::to_string(stride));
    }
    Index total = 0;  // zeros on both sides together
    switch (padding) {
      case Padding::same: {
        const Index wanted = (input + stride - 1) / stride;
        total = std::max<Index>(0, (wanted - 1) * stride + kernel - input);
        before = total / 2;
        break;
      }
      case Padding::symmetric:
        before = (kernel - 1) / 2;
        total = 2 * before;
        break;
      case Padding::none:
        before = 0;
        break;
    }
    if (input + total < kernel) {
      throw ArgumentError("convolution: an input of " + std::to_string(input) + " with " + std::to_string(total) +
                          " zeros around it is smaller than the kernel of " + std::to_string(kernel));
    }
    output = (input + total - kernel) / stride + 1;
  }

  /// The input that output o reads through kernel position k; outside [0, input) it is a zero.
  Index source(Index o, Index k) const { return o * stride - before + k; }
};

}  // namespace tinyhtr
