// Padded batches, taken apart into what is real: for the tests of lengths.
#pragma once

#include <vector>

#include "support/counted.hpp"
#include "tinyhtr/core/lengths.hpp"
#include "tinyhtr/core/tensor.hpp"

namespace tinyhtr::test {

/// The first `width` columns of sample n of a batch (N,C,H,W), as (1,C,H,width).
template <class T>
Tensor<T> image_alone(const Tensor<T>& batch, Index n, Index width) {
  Tensor<T> alone(Shape{1, batch.dim(1), batch.dim(2), width});
  for (Index c = 0; c < batch.dim(1); ++c) {
    for (Index h = 0; h < batch.dim(2); ++h) {
      for (Index w = 0; w < width; ++w) alone(0, c, h, w) = batch(n, c, h, w);
    }
  }
  return alone;
}

/// The first `steps` steps of sample n of sequences (T,N,C), as (steps,1,C).
template <class T>
Tensor<T> sequence_alone(const Tensor<T>& batch, Index n, Index steps) {
  Tensor<T> alone(Shape{steps, 1, batch.dim(2)});
  for (Index t = 0; t < steps; ++t) {
    for (Index c = 0; c < batch.dim(2); ++c) alone(t, 0, c) = batch(t, n, c);
  }
  return alone;
}

/// The batch (N,C,H,W) with `width` columns; what is behind widths[n] is noise of that stream, times `size`.
template <class T>
Tensor<T> padded_with_noise(const Tensor<T>& batch, const Lengths& widths, Index width, std::uint64_t stream,
                            double size, double shift = 0) {
  Tensor<T> padded = counted_tensor<T>({batch.dim(0), batch.dim(1), batch.dim(2), width}, stream, size, shift);
  for (Index n = 0; n < batch.dim(0); ++n) {
    for (Index c = 0; c < batch.dim(1); ++c) {
      for (Index h = 0; h < batch.dim(2); ++h) {
        for (Index w = 0; w < length_of(widths, n, batch.dim(3)); ++w) padded(n, c, h, w) = batch(n, c, h, w);
      }
    }
  }
  return padded;
}

/// Calls visit(number) for every number of images (N,C,H,W) behind their widths.
template <class T, class Visit>
void for_each_in_padding(const Tensor<T>& batch, const Lengths& widths, const Visit& visit) {
  for (Index n = 0; n < batch.dim(0); ++n) {
    for (Index c = 0; c < batch.dim(1); ++c) {
      for (Index h = 0; h < batch.dim(2); ++h) {
        for (Index w = length_of(widths, n, batch.dim(3)); w < batch.dim(3); ++w) visit(batch(n, c, h, w));
      }
    }
  }
}

/// The real pixels of a batch (N,C,H,W), one after the other, as (1,C,1,M): what statistics are made of.
template <class T>
Tensor<T> gathered(const Tensor<T>& batch, const Lengths& widths) {
  Index columns = 0;
  for (Index n = 0; n < batch.dim(0); ++n) columns += length_of(widths, n, batch.dim(3));
  Tensor<T> real(Shape{1, batch.dim(1), 1, columns * batch.dim(2)});
  for (Index c = 0; c < batch.dim(1); ++c) {
    Index at = 0;
    for (Index n = 0; n < batch.dim(0); ++n) {
      for (Index h = 0; h < batch.dim(2); ++h) {
        for (Index w = 0; w < length_of(widths, n, batch.dim(3)); ++w) real(0, c, 0, at++) = batch(n, c, h, w);
      }
    }
  }
  return real;
}

}  // namespace tinyhtr::test
