// Two-dimensional convolution, with its implementations to choose from.
#pragma once

#include <algorithm>

#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/kernels/conv2d_direct.hpp"
#include "tinyhtr/kernels/conv2d_im2col.hpp"
#include "tinyhtr/kernels/conv2d_naive.hpp"
#include "tinyhtr/kernels/conv2d_winograd.hpp"
#include "tinyhtr/kernels/conv_sizes.hpp"

namespace tinyhtr {

/// Whichever is fastest for the shape, as measured over the reference network's shapes on one core with AVX-512:
/// Winograd for 3x3 kernels at stride 1, with channels enough to fill a vector and tiles enough to fill a block of its
/// products; Im2col for 1x1 kernels over planes, whose columns are the image itself at stride 1; Direct for all others.
struct Automatic {
  /// As Naive::forward, with the same arguments.
  template <class T>
  static void forward(Tensor<T>& y, const Tensor<T>& x, const Tensor<T>& weight, const Tensor<T>* bias,
                      const ConvGeometry& geometry) {
    const ConvSizes sizes("conv2d_forward", x, weight, geometry);
    if (suits_winograd(sizes)) {
      Winograd::forward(y, x, weight, bias, geometry);
    } else if (suits_im2col(sizes)) {
      Im2col::forward(y, x, weight, bias, geometry);
    } else {
      Direct::forward(y, x, weight, bias, geometry);
    }
  }

  /// As Naive::backward, with the same arguments.
  template <class T>
  static void backward(Tensor<T>* dx, Tensor<T>* dweight, Tensor<T>* dbias, const Tensor<T>& dy, const Tensor<T>& x,
                       const Tensor<T>& weight, const ConvGeometry& geometry) {
    const ConvSizes sizes("conv2d_backward", x, weight, geometry);
    if (suits_winograd(sizes)) {
      Winograd::backward(dx, dweight, dbias, dy, x, weight, geometry);
    } else if (suits_im2col(sizes)) {
      Im2col::backward(dx, dweight, dbias, dy, x, weight, geometry);
    } else {
      Direct::backward(dx, dweight, dbias, dy, x, weight, geometry);
    }
  }

  /// With 12 channels the empty lanes cost what the saved products gain; with 4 tiles, transforming the kernels does.
  static bool suits_winograd(const ConvSizes& sizes) {
    constexpr Index fewest_channels = 16, fewest_tiles = 8;
    const Index tiles = sizes.batch * ((sizes.rows.output + 3) / 4) * ((sizes.cols.output + 3) / 4);
    return sizes.rows.kernel == 3 && sizes.cols.kernel == 3 && sizes.rows.stride == 1 && sizes.cols.stride == 1 &&
           std::min(sizes.channels, sizes.filters) >= fewest_channels && tiles >= fewest_tiles;
  }

 private:
  static bool suits_im2col(const ConvSizes& sizes) {
    return sizes.rows.kernel * sizes.cols.kernel == 1 && sizes.order == ImageOrder::channels_first;
  }
};

/// conv2d with a chosen algorithm: `conv2d_forward<Naive>(y, x, weight, bias, geometry)`. See Naive for the formulas.
template <class Algorithm, class T>
void conv2d_forward(Tensor<T>& y, const Tensor<T>& x, const Tensor<T>& weight, const Tensor<T>* bias,
                    const ConvGeometry& geometry) {
  Algorithm::forward(y, x, weight, bias, geometry);
}

template <class Algorithm, class T>
void conv2d_backward(Tensor<T>* dx, Tensor<T>* dweight, Tensor<T>* dbias, const Tensor<T>& dy, const Tensor<T>& x,
                     const Tensor<T>& weight, const ConvGeometry& geometry) {
  Algorithm::backward(dx, dweight, dbias, dy, x, weight, geometry);
}

}  // namespace tinyhtr
