// Images from one memory order to the other.
#pragma once

#include "tinyhtr/core/image_order.hpp"
#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/kernels/transpose.hpp"

namespace tinyhtr {

/// y, x's images with their axes in the other order: from (N,C,H,W) to (N,H,W,C), or back.
///
/// x is in the order `from`. Each image is a matrix, planes by pixels, that is transposed. Throws ShapeError.
template <class T>
void reorder(Tensor<T>& y, const Tensor<T>& x, ImageOrder from) {
  const ImageSizes sizes("reorder", "x", x.shape(), from);
  const bool planes = from == ImageOrder::channels_first;
  y.resize(sizes.shape(planes ? ImageOrder::channels_last : ImageOrder::channels_first));
  const Index pixels = sizes.height * sizes.width, size = pixels * sizes.channels;
  const Index rows = planes ? sizes.channels : pixels, columns = planes ? pixels : sizes.channels;
  parallel_for(sizes.batch,
               [&](Index n) { transpose(y.data() + n * size, rows, x.data() + n * size, columns, rows, columns); });
}

namespace detail {

/// A convolution of channels_last images by an algorithm that knows planes only.
template <class Algorithm, class T, class Geometry>
void forward_by_planes(Tensor<T>& y, const Tensor<T>& x, const Tensor<T>& weight, const Tensor<T>* bias,
                       Geometry geometry) {
  Tensor<T> x_planes, y_planes;
  reorder(x_planes, x, ImageOrder::channels_last);
  geometry.order = ImageOrder::channels_first;
  Algorithm::forward(y_planes, x_planes, weight, bias, geometry);
  reorder(y, y_planes, ImageOrder::channels_first);
}

/// Its way back.
template <class Algorithm, class T, class Geometry>
void backward_by_planes(Tensor<T>* dx, Tensor<T>* dweight, Tensor<T>* dbias, const Tensor<T>& dy, const Tensor<T>& x,
                        const Tensor<T>& weight, Geometry geometry) {
  Tensor<T> x_planes, dx_planes, dy_planes;
  reorder(x_planes, x, ImageOrder::channels_last);
  reorder(dy_planes, dy, ImageOrder::channels_last);
  if (dx && !dx->empty()) reorder(dx_planes, *dx, ImageOrder::channels_last);
  geometry.order = ImageOrder::channels_first;
  Algorithm::backward(dx ? &dx_planes : nullptr, dweight, dbias, dy_planes, x_planes, weight, geometry);
  if (dx) reorder(*dx, dx_planes, ImageOrder::channels_first);
}

}  // namespace detail

}  // namespace tinyhtr
