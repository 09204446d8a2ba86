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
  y.resize(sizes.shape(other(from)));
  const Index pixels = sizes.height * sizes.width, size = pixels * sizes.channels;
  const Index rows = planes ? sizes.channels : pixels, columns = planes ? pixels : sizes.channels;
  parallel_for(sizes.batch,
               [&](Index n) { transpose(y.data() + n * size, rows, x.data() + n * size, columns, rows, columns); });
}

}  // namespace tinyhtr
