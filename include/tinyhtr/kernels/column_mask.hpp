// The columns of a padded batch of images that are real.
#pragma once

#include <algorithm>

#include "tinyhtr/core/image_order.hpp"
#include "tinyhtr/core/lengths.hpp"
#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/core/tensor.hpp"

namespace tinyhtr {

namespace detail {

/// Writes height x width factors, 1 in the first `valid` columns of each row, 0 behind.
template <class T>
void fill_column_mask(T* mask, Index height, Index width, Index valid) {
  for (Index h = 0; h < height; ++h) {
    std::fill(mask + h * width, mask + h * width + valid, T(1));
    std::fill(mask + h * width + valid, mask + (h + 1) * width, T(0));
  }
}

}  // namespace detail

namespace detail {

/// Calls body(begin, real, end) for every row of every image, in either order: elements [begin, real) are no padding.
template <class Body>
void for_masked_rows(const ImageSizes& sizes, ImageOrder order, const Lengths& widths, const Body& body) {
  const bool planes = order == ImageOrder::channels_first;
  const Index rows = sizes.height * (planes ? sizes.channels : 1), column = planes ? 1 : sizes.channels;
  parallel_for(sizes.batch, [&](Index n) {
    const Index valid = length_of(widths, n, sizes.width) * column, size = sizes.width * column;
    for (Index r = n * rows; r < (n + 1) * rows; ++r) body(r * size, r * size + valid, (r + 1) * size);
  });
}

}  // namespace detail

/// y[n,c,h,w] = x[n,c,h,w] where w < widths[n], else 0. y, x (N,C,H,W), or (N,H,W,C), may be one tensor. Throws
/// ShapeError.
template <class T>
void mask_columns_forward(Tensor<T>& y, const Tensor<T>& x, const Lengths& widths,
                          ImageOrder order = ImageOrder::channels_first) {
  const ImageSizes sizes("mask_columns", "x", x.shape(), order);
  check_lengths("mask_columns", widths, sizes.batch, sizes.width);
  if (&y != &x) y.resize(x.shape());
  detail::for_masked_rows(sizes, order, widths, [&](Index begin, Index real, Index end) {
    if (&y != &x) std::copy(x.data() + begin, x.data() + real, y.data() + begin);
    std::fill(y.data() + real, y.data() + end, T(0));
  });
}

/// dx[n,c,h,w] += dy[n,c,h,w] where w < widths[n]. dx, dy (N,C,H,W), or (N,H,W,C).
template <class T>
void mask_columns_backward(Tensor<T>& dx, const Tensor<T>& dy, const Lengths& widths,
                           ImageOrder order = ImageOrder::channels_first) {
  check_shape("mask_columns_backward", "dx", dx.shape(), dy.shape());
  const ImageSizes sizes("mask_columns_backward", "dy", dy.shape(), order);
  detail::for_masked_rows(sizes, order, widths, [&](Index begin, Index real, Index) {
    for (Index k = begin; k < real; ++k) dx.data()[k] += dy.data()[k];
  });
}

}  // namespace tinyhtr
