// The maximum over the height of feature maps: one step of a sequence per column.
#pragma once

#include <algorithm>
#include <vector>

#include "tinyhtr/core/left_to_caller.hpp"
#include "tinyhtr/core/scratch.hpp"
#include "tinyhtr/core/tensor.hpp"

namespace tinyhtr {

/// The row of each maximum, in memory of the pool.
using MaximaRows = std::vector<Index, AlignedAllocator<Index>>;

/// Takes from every column of every channel its largest pixel.
///
///     y[t, n, c] = max over h of x[n, c, h, t]
///
/// y (T,N,C) with T = W; x (N,C,H,W), H at least 1. rows, kept for backward: the h of each maximum, in the order of y;
/// the first one where several are equal. Throws ShapeError.
template <class T>
void column_maxima_forward(Tensor<T>& y, MaximaRows& rows, const Tensor<T>& x) {
  check_rank("column_maxima", "x", x.shape(), "(N,C,H,W)");
  const Index batch = x.dim(0), channels = x.dim(1), height = x.dim(2), width = x.dim(3);
  if (height < 1) throw ShapeError("column_maxima: x " + x.shape().to_string() + " has no rows");
  y.resize({width, batch, channels});
  rows.assign(static_cast<std::size_t>(y.size()), 0);
  // Row by row, so that the columns of a row are compared side by side; rows as T, of one size with the pixels, so that
  // both go a vector at a time. In order of y only in the end: its columns lie far apart.
  const auto sample = [&](Index n) {
    T* const largest = scratch<T, 0>(channels * width);
    T* const where = scratch<T, 1>(channels * width);
    std::fill_n(where, channels * width, T(0));
    for (Index c = 0; c < channels; ++c) {
      const T* pixels = x.data() + (n * channels + c) * height * width;
      T *const best = largest + c * width, *const row = where + c * width;
      std::copy_n(pixels, width, best);
      for (Index h = 1; h < height; ++h) {
        pixels += width;
        for (Index t = 0; t < width; ++t) {
          const bool above = pixels[t] > best[t];
          best[t] = above ? pixels[t] : best[t];
          row[t] = above ? static_cast<T>(h) : row[t];
        }
      }
    }
    for (Index t = 0; t < width; ++t) {
      for (Index c = 0; c < channels; ++c) {
        y(t, n, c) = largest[c * width + t];
        rows[static_cast<std::size_t>((t * batch + n) * channels + c)] = static_cast<Index>(where[c * width + t]);
      }
    }
  };
  for (const Index n : indices_left(batch, sample)) sample(n);
}

/// Every maximum hands its gradient to the pixel that it was: dx[n, c, rows[t, n, c], t] += dy[t, n, c].
/// dx (N,C,H,W), added to; dy (T,N,C); rows from the forward pass.
template <class T>
void column_maxima_backward(Tensor<T>& dx, const Tensor<T>& dy, const MaximaRows& rows) {
  check_rank("column_maxima_backward", "dx", dx.shape(), "(N,C,H,W)");
  const Index batch = dx.dim(0), channels = dx.dim(1), width = dx.dim(3);
  check_shape("column_maxima_backward", "dy", dy.shape(), {width, batch, channels});
  const auto sample = [&](Index n) {
    for (Index t = 0; t < width; ++t) {
      for (Index c = 0; c < channels; ++c) {
        dx(n, c, rows[static_cast<std::size_t>((t * batch + n) * channels + c)], t) += dy(t, n, c);
      }
    }
  };
  for (const Index n : indices_left(batch, sample)) sample(n);
}

}  // namespace tinyhtr
