// Convolutions of images whose channels come last, by an algorithm that knows planes only.
#pragma once

#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/kernels/conv_sizes.hpp"
#include "tinyhtr/kernels/reorder.hpp"

namespace tinyhtr {

/// As Algorithm::forward, with the same arguments, for y (N,P,Q,F) and x (N,H,W,C): planes are made of x, and y of
/// planes. Throws what Algorithm throws.
template <class Algorithm, class T>
void forward_by_planes(Tensor<T>& y, const Tensor<T>& x, const Tensor<T>& weight, const Tensor<T>* bias,
                       const ConvGeometry& geometry) {
  Tensor<T> x_planes, y_planes;
  reorder(x_planes, x, ImageOrder::channels_last);
  Algorithm::forward(y_planes, x_planes, weight, bias, {geometry.stride, geometry.padding});
  reorder(y, y_planes, ImageOrder::channels_first);
}

/// As Algorithm::backward, with the same arguments, for dx (N,H,W,C) and dy (N,P,Q,F).
template <class Algorithm, class T>
void backward_by_planes(Tensor<T>* dx, Tensor<T>* dweight, Tensor<T>* dbias, const Tensor<T>& dy, const Tensor<T>& x,
                        const Tensor<T>& weight, const ConvGeometry& geometry) {
  Tensor<T> x_planes, dx_planes, dy_planes;
  reorder(x_planes, x, ImageOrder::channels_last);
  reorder(dy_planes, dy, ImageOrder::channels_last);
  if (dx && !dx->empty()) reorder(dx_planes, *dx, ImageOrder::channels_last);
  Algorithm::backward(dx ? &dx_planes : nullptr, dweight, dbias, dy_planes, x_planes, weight,
                      {geometry.stride, geometry.padding});
  if (dx) reorder(*dx, dx_planes, ImageOrder::channels_first);
}

}  // namespace tinyhtr
