// Two-dimensional convolution as a matrix product.
#pragma once

#include <algorithm>

#include "tinyhtr/blas/gemm.hpp"
#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/core/scratch.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/kernels/conv2d_by_planes.hpp"
#include "tinyhtr/kernels/conv_sizes.hpp"
#include "tinyhtr/kernels/gradient.hpp"
#include "tinyhtr/kernels/im2col.hpp"

namespace tinyhtr {

/// Convolution as matrix products, image by image and a few output rows at a time, so that the columns stay in cache:
///
///     y_n (F, PQ) = weight (F, C KH KW) * im2col(x_n) (C KH KW, PQ)
struct Im2col {
  /// As Naive::forward, with the same arguments.
  template <class T>
  static void forward(Tensor<T>& y, const Tensor<T>& x, const Tensor<T>& weight, const Tensor<T>* bias,
                      const ConvGeometry& geometry) {
    const ConvSizes sizes("conv2d_forward", x, weight, geometry);
    sizes.check_bias(bias);
    if (sizes.order == ImageOrder::channels_last) {
      return forward_by_planes<Im2col>(y, x, weight, bias, geometry);
    }
    y.resize(sizes.output());
    const Index filters = sizes.filters, taps = sizes.channels * sizes.rows.kernel * sizes.cols.kernel;
    const Index height = sizes.rows.output, width = sizes.cols.output, pixels = height * width;
    const Index band = band_rows<T>(taps, width);
    parallel_for(sizes.batch, [&](Index n) {
      const T* image = x.data() + n * sizes.channels * sizes.rows.input * sizes.cols.input;
      T* result = y.data() + n * filters * pixels;
      for (Index top = 0; top < height; top += band) {
        const Index bottom = std::min(height, top + band), piece = (bottom - top) * width;
        T* columns = scratch<T, 0>(taps * piece);
        im2col(columns, image, sizes.channels, sizes.rows, sizes.cols, top, bottom);
        gemm<T>({result + top * width, filters, piece, pixels}, Op::none, {weight.data(), filters, taps}, Op::none,
                {columns, taps, piece});
        if (!bias) continue;
        for (Index f = 0; f < filters; ++f) {
          T* line = result + f * pixels + top * width;
          for (Index k = 0; k < piece; ++k) line[k] += (*bias)[f];
        }
      }
    });
  }

  /// As Naive::backward, with the same arguments:
  ///
  ///     dx_n += col2im(weight^T * dy_n),   dweight += sum over n of dy_n * im2col(x_n)^T
  ///
  /// The columns are made anew instead of kept. Every four images have a partial dweight of their own, added up in
  /// their order, so that the sum does not depend on the number of threads.
  template <class T>
  static void backward(Tensor<T>* dx, Tensor<T>* dweight, Tensor<T>* dbias, const Tensor<T>& dy, const Tensor<T>& x,
                       const Tensor<T>& weight, const ConvGeometry& geometry) {
    const ConvSizes sizes("conv2d_backward", x, weight, geometry);
    sizes.check_backward(dx, dweight, dbias, dy, x, weight);
    if (sizes.order == ImageOrder::channels_last) {
      return backward_by_planes<Im2col>(dx, dweight, dbias, dy, x, weight, geometry);
    }
    if (dx) start_gradient(*dx, "conv2d_backward", "dx", x.shape());
    const Index filters = sizes.filters, taps = sizes.channels * sizes.rows.kernel * sizes.cols.kernel;
    const Index height = sizes.rows.output, width = sizes.cols.output, pixels = height * width;
    const Index band = band_rows<T>(taps, width);
    const Index groups = (sizes.batch + images_per_partial_sum - 1) / images_per_partial_sum;
    Tensor<T> partial_dweight(dweight ? Shape{groups, weight.size()} : Shape{0});
    parallel_for(groups, [&](Index group) {
      const Index last = std::min(sizes.batch, (group + 1) * images_per_partial_sum);
      for (Index n = group * images_per_partial_sum; n < last; ++n) {
        const Index image_offset = n * sizes.channels * sizes.rows.input * sizes.cols.input;
        const T* dresult = dy.data() + n * filters * pixels;
        for (Index top = 0; top < height; top += band) {
          const Index bottom = std::min(height, top + band), piece = (bottom - top) * width;
          const Matrix<const T> dband(dresult + top * width, filters, piece, pixels);
          T* columns = scratch<T, 0>(taps * piece);
          if (dweight) {
            im2col(columns, x.data() + image_offset, sizes.channels, sizes.rows, sizes.cols, top, bottom);
            gemm<T>({partial_dweight.data() + group * weight.size(), filters, taps}, Op::none, dband, Op::transpose,
                    {columns, taps, piece}, T(1), T(1));
          }
          if (dx) {
            gemm<T>({columns, taps, piece}, Op::transpose, {weight.data(), filters, taps}, Op::none, dband);
            col2im(dx->data() + image_offset, columns, sizes.channels, sizes.rows, sizes.cols, top, bottom);
          }
        }
      }
    });
    if (dweight) detail::add_rows(*dweight, partial_dweight);
    if (dbias) detail::sum_over_pixels(*dbias, dy);
  }

 private:
  /// Output rows per band, so that the columns take at most 128 KiB: a part of a second-level cache, for BLAS copies
  /// them there again. With 512 KiB it takes 16% longer, for one shape 2.6 times as long.
  template <class T>
  static Index band_rows(Index taps, Index width) {
    const Index bytes_per_row = taps * width * static_cast<Index>(sizeof(T));
    return std::max<Index>(1, (Index{1} << 17) / std::max<Index>(1, bytes_per_row));
  }
};

}  // namespace tinyhtr
