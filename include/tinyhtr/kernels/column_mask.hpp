// The columns of a padded batch of images that are real.
#pragma once

#include <algorithm>

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

/// y[n,c,h,w] = x[n,c,h,w] where w < widths[n], else 0. y, x (N,C,H,W), may be one tensor. Throws ShapeError.
template <class T>
void mask_columns_forward(Tensor<T>& y, const Tensor<T>& x, const Lengths& widths) {
  check_rank("mask_columns", "x", x.shape(), "(N,C,H,W)");
  const Index batch = x.dim(0), rows = x.dim(1) * x.dim(2), width = x.dim(3);
  check_lengths("mask_columns", widths, batch, width);
  if (&y != &x) y.resize(x.shape());
  parallel_for(batch, [&](Index n) {
    const Index valid = length_of(widths, n, width);
    for (Index r = n * rows; r < (n + 1) * rows; ++r) {
      T* to = y.data() + r * width;
      if (&y != &x) std::copy_n(x.data() + r * width, valid, to);
      std::fill(to + valid, to + width, T(0));
    }
  });
}

/// dx[n,c,h,w] += dy[n,c,h,w] where w < widths[n]. dx, dy (N,C,H,W).
template <class T>
void mask_columns_backward(Tensor<T>& dx, const Tensor<T>& dy, const Lengths& widths) {
  check_shape("mask_columns_backward", "dx", dx.shape(), dy.shape());
  const Index batch = dy.dim(0), rows = dy.dim(1) * dy.dim(2), width = dy.dim(3);
  parallel_for(batch, [&](Index n) {
    const Index valid = length_of(widths, n, width);
    for (Index r = n * rows; r < (n + 1) * rows; ++r) {
      for (Index w = 0; w < valid; ++w) dx.data()[r * width + w] += dy.data()[r * width + w];
    }
  });
}

}  // namespace tinyhtr
