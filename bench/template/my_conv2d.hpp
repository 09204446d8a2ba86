// A convolution of one's own, to copy and change: it adds up shifted images.
#pragma once

#include <algorithm>

#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/kernels/conv2d_by_planes.hpp"
#include "tinyhtr/kernels/conv_sizes.hpp"
#include "tinyhtr/kernels/gradient.hpp"

/// Convolution as a sum of shifted images: kernel position (i, j) of channel c adds weight[f,c,i,j] times the whole
/// image of channel c, moved by (i, j), to output f.
///
/// The formula is that of tinyhtr::Naive, with the loops in another order: innermost run the pixels of a row, side by
/// side, which the compiler turns into vector instructions as long as the stride is one. What it costs is memory: every
/// row of y is read and written once for each of the C KH KW positions. An algorithm is any type with these two static
/// functions; ConvSizes checks the shapes, parallel_for takes one image per call. Its loops know planes, (N,C,H,W);
/// images with channels last are turned into them, and back.
struct Shifted {
  template <class T>
  static void forward(tinyhtr::Tensor<T>& y, const tinyhtr::Tensor<T>& x, const tinyhtr::Tensor<T>& weight,
                      const tinyhtr::Tensor<T>* bias, const tinyhtr::ConvGeometry& geometry) {
    const tinyhtr::ConvSizes sizes("conv2d_forward", x, weight, geometry);
    sizes.check_bias(bias);
    if (sizes.order == tinyhtr::ImageOrder::channels_last) {
      return tinyhtr::forward_by_planes<Shifted>(y, x, weight, bias, geometry);
    }
    y.resize(sizes.output());
    tinyhtr::parallel_for(sizes.batch, [&](Index n) {
      for (Index f = 0; f < sizes.filters; ++f) {
        T* plane = &y(n, f, 0, 0);
        std::fill(plane, plane + sizes.rows.output * sizes.cols.output, bias ? (*bias)[f] : T(0));
        for_each_shifted_row(sizes, [&](Index c, Index i, Index j, Index p, Index h, Index begin, Index end) {
          const T factor = weight(f, c, i, j);
          T* out = plane + p * sizes.cols.output;
          const T* in = row_of(x, n, c, h) + j - sizes.cols.before;
          for (Index q = begin; q < end; ++q) out[q] += factor * in[q * sizes.cols.stride];
        });
      }
    });
  }

  /// Gradients are added to; null: not wanted; an empty dx counts as zeros.
  template <class T>
  static void backward(tinyhtr::Tensor<T>* dx, tinyhtr::Tensor<T>* dweight, tinyhtr::Tensor<T>* dbias,
                       const tinyhtr::Tensor<T>& dy, const tinyhtr::Tensor<T>& x, const tinyhtr::Tensor<T>& weight,
                       const tinyhtr::ConvGeometry& geometry) {
    const tinyhtr::ConvSizes sizes("conv2d_backward", x, weight, geometry);
    sizes.check_backward(dx, dweight, dbias, dy, x, weight);
    if (sizes.order == tinyhtr::ImageOrder::channels_last) {
      return tinyhtr::backward_by_planes<Shifted>(dx, dweight, dbias, dy, x, weight, geometry);
    }
    if (dbias) tinyhtr::detail::sum_over_pixels(*dbias, dy);
    if (dx) {
      tinyhtr::start_gradient(*dx, "conv2d_backward", "dx", x.shape());
      tinyhtr::parallel_for(sizes.batch, [&](Index n) {  // images write to different places
        for (Index f = 0; f < sizes.filters; ++f) {
          for_each_shifted_row(sizes, [&](Index c, Index i, Index j, Index p, Index h, Index begin, Index end) {
            const T factor = weight(f, c, i, j);
            const T* from = row_of(dy, n, f, p);
            T* to = dx->data() + (row_of(x, n, c, h) - x.data()) + j - sizes.cols.before;
            for (Index q = begin; q < end; ++q) to[q * sizes.cols.stride] += factor * from[q];
          });
        }
      });
    }
    if (dweight) {
      tinyhtr::parallel_for(sizes.filters, [&](Index f) {  // images add to the same place, filters do not
        for (Index n = 0; n < sizes.batch; ++n) {
          for_each_shifted_row(sizes, [&](Index c, Index i, Index j, Index p, Index h, Index begin, Index end) {
            const T* from = row_of(dy, n, f, p);
            const T* in = row_of(x, n, c, h) + j - sizes.cols.before;
            T sum = 0;
            for (Index q = begin; q < end; ++q) sum += from[q] * in[q * sizes.cols.stride];
            (*dweight)(f, c, i, j) += sum;
          });
        }
      });
    }
  }

 private:
  using Index = tinyhtr::Index;

  /// Row h of a plane of (N,C,H,W).
  template <class T>
  static const T* row_of(const tinyhtr::Tensor<T>& tensor, Index n, Index c, Index h) {
    return tensor.data() + ((n * tensor.dim(1) + c) * tensor.dim(2) + h) * tensor.dim(3);
  }

  /// Calls body(c, i, j, p, h, begin, end) for each channel c, kernel position (i, j) and output row p whose input row
  /// h is inside the image; outputs [begin, end) of that row read inside it too.
  template <class Body>
  static void for_each_shifted_row(const tinyhtr::ConvSizes& sizes, const Body& body) {
    for (Index c = 0; c < sizes.channels; ++c) {
      for (Index i = 0; i < sizes.rows.kernel; ++i) {
        for (Index j = 0; j < sizes.cols.kernel; ++j) {
          Index begin = 0, end = sizes.cols.output;
          while (begin < end && sizes.cols.source(begin, j) < 0) ++begin;
          while (begin < end && sizes.cols.source(end - 1, j) >= sizes.cols.input) --end;
          for (Index p = 0; p < sizes.rows.output; ++p) {
            const Index h = sizes.rows.source(p, i);
            if (h >= 0 && h < sizes.rows.input) body(c, i, j, p, h, begin, end);
          }
        }
      }
    }
  }
};
