// Two-dimensional convolution, with its implementations to choose from.
#pragma once

#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/kernels/conv2d_direct.hpp"
#include "tinyhtr/kernels/conv2d_im2col.hpp"
#include "tinyhtr/kernels/conv2d_naive.hpp"
#include "tinyhtr/kernels/conv_sizes.hpp"

namespace tinyhtr {

/// Whichever is fastest for the shape, as measured over the reference network's shapes at 16 images on one core with
/// AVX-512: Direct where the kernel has several positions, Im2col for 1x1 kernels, whose columns are the image itself.
struct Automatic {
  /// As Naive::forward, with the same arguments.
  template <class T>
  static void forward(Tensor<T>& y, const Tensor<T>& x, const Tensor<T>& weight, const Tensor<T>* bias,
                      const ConvGeometry& geometry) {
    const ConvSizes sizes("conv2d_forward", x, weight, geometry);
    if (is_pointwise(sizes)) {
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
    if (is_pointwise(sizes)) {
      Im2col::backward(dx, dweight, dbias, dy, x, weight, geometry);
    } else {
      Direct::backward(dx, dweight, dbias, dy, x, weight, geometry);
    }
  }

 private:
  static bool is_pointwise(const ConvSizes& sizes) { return sizes.rows.kernel * sizes.cols.kernel == 1; }
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
