// A convolution for reading: weights laid out once, with what follows it in a residual block.
#pragma once

#include <string>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/kernels/conv2d.hpp"
#include "tinyhtr/kernels/conv2d_pixels.hpp"
#include "tinyhtr/kernels/correlate.hpp"

namespace tinyhtr {

/// y = leaky_relu(convolution of x with weight + bias + residual), for weights that stay as they are.
///
/// One image is convolved as Direct does it, cut over the threads; several as Winograd does it, where Automatic would,
/// else as Direct. All is done in registers, but for Winograd with planes: there the sum with the residual and what
/// follows it take one more pass.
template <class T>
class PreparedConv2d {
 public:
  /// weight (F,C,KH,KW); bias (F); slope 1 leaves the rectifier out. Throws ShapeError, ArgumentError for
  /// a slope above 1.
  PreparedConv2d(const Tensor<T>& weight, const Tensor<T>& bias, const ConvGeometry& geometry, T slope = T(1))
      : weight_shape_(weight.shape()),
        packed_((check_rank("PreparedConv2d", "weight", weight.shape(), "(F,C,KH,KW)"),
                 geometry.order == ImageOrder::channels_first ? detail::pack_weight(weight)
                                                              : detail::pack_weight_by_pixels(weight))),
        transformed_(weight.dim(2) == 3 && weight.dim(3) == 3 && geometry.stride == Stride(1)
                         ? Winograd::prepare(weight)
                         : Tensor<T>()),
        bias_(bias),
        geometry_(geometry),
        slope_(slope) {
    check_shape("PreparedConv2d", "bias", bias.shape(), {weight.dim(0)});
    if (!(slope <= T(1))) {  // the larger of x and slope x is LeakyReLU only then
      throw ArgumentError("PreparedConv2d: expected a slope of 1 at most, found " + std::to_string(slope));
    }
  }

  /// y (N,F,P,Q), x (N,C,H,W), or (N,P,Q,F), (N,H,W,C), as the geometry says; residual of y's shape, or null. Throws
  /// ShapeError.
  void forward(Tensor<T>& y, const Tensor<T>& x, const Tensor<T>* residual = nullptr) const {
    const ConvSizes sizes("PreparedConv2d", x.shape(), weight_shape_, geometry_);
    if (residual) check_shape("PreparedConv2d", "residual", residual->shape(), sizes.output());
    y.resize(sizes.output());
    if (Automatic::suits_winograd(sizes)) {
      return Winograd::forward_prepared(y, x, transformed_, &bias_, sizes, slope_, residual);
    }
    if (sizes.order == ImageOrder::channels_last) {
      return detail::forward_pixels(y, x, packed_, &bias_, sizes, slope_, residual);
    }
    const T *first = y.data(), *added = residual ? residual->data() : nullptr, *bias = bias_.data();
    const T slope = slope_;
    detail::correlate_images(y, x, packed_, sizes, [=](Index f, const Vector<T>& sum, const T* to, Index lanes) {
      Vector<T> result = sum + bias[f];
      if (added) result += load_lanes<T>(added + (to - first), lanes);
      return slope == T(1) ? result : larger(result, slope * result);  // for slopes up to 1
    });
  }

 private:
  Shape weight_shape_;
  Tensor<T> packed_;       // for Direct
  Tensor<T> transformed_;  // for Winograd; empty where it does not serve
  Tensor<T> bias_;
  ConvGeometry geometry_;
  T slope_;
};

}  // namespace tinyhtr
