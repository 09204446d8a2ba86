// Two-dimensional convolution, as naive loops and as im2col + GEMM.
#pragma once

#include <algorithm>
#include <vector>

#include "tinyhtr/blas/gemm.hpp"
#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/core/scratch.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/kernels/im2col.hpp"
#include "tinyhtr/kernels/window.hpp"

namespace tinyhtr {

/// What a convolution does besides its numbers.
struct ConvGeometry {
  Stride stride{};
  Padding padding = Padding::same;
};

namespace detail {

/// The sizes of one convolution, checked once.
struct ConvSizes {
  Index batch, channels, filters;  // N, C, F
  Window rows, cols;

  template <class T>
  ConvSizes(const char* where, const Tensor<T>& x, const Tensor<T>& weight, const ConvGeometry& geometry)
      : batch((check_rank(where, "x", x.shape(), "(N,C,H,W)"), x.dim(0))),
        channels(x.dim(1)),
        filters((check_rank(where, "weight", weight.shape(), "(F,C,KH,KW)"), weight.dim(0))),
        rows(x.dim(2), weight.dim(2), geometry.stride.height, geometry.padding),
        cols(x.dim(3), weight.dim(3), geometry.stride.width, geometry.padding) {
    check_shape(where, "weight", weight.shape(), {filters, channels, rows.kernel, cols.kernel});
  }

  Shape output() const { return {batch, filters, rows.output, cols.output}; }
};

template <class T>
void check_conv_backward(const ConvSizes& sizes, const Tensor<T>* dx, const Tensor<T>* dweight, const Tensor<T>* dbias,
                         const Tensor<T>& dy, const Tensor<T>& x, const Tensor<T>& weight) {
  check_shape("conv2d_backward", "dy", dy.shape(), sizes.output());
  if (dx) check_shape("conv2d_backward", "dx", dx->shape(), x.shape());
  if (dweight) check_shape("conv2d_backward", "dweight", dweight->shape(), weight.shape());
  if (dbias) check_shape("conv2d_backward", "dbias", dbias->shape(), {sizes.filters});
}

}  // namespace detail

/// Convolution as the formula has it: one loop per index. The twin that the fast ones are held against.
struct Naive {
  /// y[n,f,p,q] = bias[f] + sum over c,i,j of weight[f,c,i,j] x[n,c, p s_h - pad + i, q s_w - pad + j]
  ///
  /// y (N,F,P,Q); x (N,C,H,W), zero outside; weight (F,C,KH,KW); bias (F) or null. Costs 2 N F P Q C KH KW operations.
  /// (Cross-correlation, as in TensorFlow's and PyTorch's conv2d.) Throws ShapeError.
  template <class T>
  static void forward(Tensor<T>& y, const Tensor<T>& x, const Tensor<T>& weight, const Tensor<T>* bias,
                      const ConvGeometry& geometry) {
    const detail::ConvSizes sizes("conv2d_forward", x, weight, geometry);
    if (bias) check_shape("conv2d_forward", "bias", bias->shape(), {sizes.filters});
    y.resize(sizes.output());
    parallel_for(sizes.batch, [&](Index n) {
      for (Index f = 0; f < sizes.filters; ++f) {
        for (Index p = 0; p < sizes.rows.output; ++p) {
          for (Index q = 0; q < sizes.cols.output; ++q) {
            T sum = bias ? (*bias)[f] : T(0);
            for (Index c = 0; c < sizes.channels; ++c) {
              for (Index i = 0; i < sizes.rows.kernel; ++i) {
                const Index h = sizes.rows.source(p, i);
                if (h < 0 || h >= sizes.rows.input) continue;
                for (Index j = 0; j < sizes.cols.kernel; ++j) {
                  const Index w = sizes.cols.source(q, j);
                  if (w < 0 || w >= sizes.cols.input) continue;
                  sum += weight(f, c, i, j) * x(n, c, h, w);
                }
              }
            }
            y(n, f, p, q) = sum;
          }
        }
      }
    });
  }

  /// Every product w * x of the forward pass hands dy to both of its factors:
  ///
  ///     dx[n,c,h,w] += weight[f,c,i,j] dy[n,f,p,q],   dweight[f,c,i,j] += x[n,c,h,w] dy[n,f,p,q],   dbias[f] +=
  ///     dy[n,f,p,q]
  ///
  /// dx, dweight, dbias: of the shapes of x, weight, bias, added to; null where not wanted. Twice the cost of forward.
  template <class T>
  static void backward(Tensor<T>* dx, Tensor<T>* dweight, Tensor<T>* dbias, const Tensor<T>& dy, const Tensor<T>& x,
                       const Tensor<T>& weight, const ConvGeometry& geometry) {
    const detail::ConvSizes sizes("conv2d_backward", x, weight, geometry);
    detail::check_conv_backward(sizes, dx, dweight, dbias, dy, x, weight);
    for (Index n = 0; n < sizes.batch; ++n) {
      for (Index f = 0; f < sizes.filters; ++f) {
        for (Index p = 0; p < sizes.rows.output; ++p) {
          for (Index q = 0; q < sizes.cols.output; ++q) {
            const T g = dy(n, f, p, q);
            if (dbias) (*dbias)[f] += g;
            for (Index c = 0; c < sizes.channels; ++c) {
              for (Index i = 0; i < sizes.rows.kernel; ++i) {
                const Index h = sizes.rows.source(p, i);
                if (h < 0 || h >= sizes.rows.input) continue;
                for (Index j = 0; j < sizes.cols.kernel; ++j) {
                  const Index w = sizes.cols.source(q, j);
                  if (w < 0 || w >= sizes.cols.input) continue;
                  if (dx) (*dx)(n, c, h, w) += weight(f, c, i, j) * g;
                  if (dweight) (*dweight)(f, c, i, j) += x(n, c, h, w) * g;
                }
              }
            }
          }
        }
      }
    }
  }
};

/// Convolution as matrix products, image by image and a few output rows at a time, so that the columns stay in cache:
///
///     y_n (F, PQ) = weight (F, C KH KW) * im2col(x_n) (C KH KW, PQ)
struct Im2col {
  /// As Naive::forward, with the same arguments.
  template <class T>
  static void forward(Tensor<T>& y, const Tensor<T>& x, const Tensor<T>& weight, const Tensor<T>* bias,
                      const ConvGeometry& geometry) {
    const detail::ConvSizes sizes("conv2d_forward", x, weight, geometry);
    if (bias) check_shape("conv2d_forward", "bias", bias->shape(), {sizes.filters});
    y.resize(sizes.output());
    const Index filters = sizes.filters, taps = weight.size() / std::max<Index>(1, filters);
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
  /// The columns are made anew instead of kept. Every four images have a partial dweight and dbias
  /// of their own, added up in their order, so that the sum does not depend on the number of threads. (A partial sum
  /// per image would need more time to clear, write and add up than the threads gain by it.)
  template <class T>
  static void backward(Tensor<T>* dx, Tensor<T>* dweight, Tensor<T>* dbias, const Tensor<T>& dy, const Tensor<T>& x,
                       const Tensor<T>& weight, const ConvGeometry& geometry) {
    const detail::ConvSizes sizes("conv2d_backward", x, weight, geometry);
    detail::check_conv_backward(sizes, dx, dweight, dbias, dy, x, weight);
    const Index filters = sizes.filters, taps = weight.size() / std::max<Index>(1, filters);
    const Index height = sizes.rows.output, width = sizes.cols.output, pixels = height * width;
    const Index band = band_rows<T>(taps, width);
    const Index groups = (sizes.batch + images_per_group - 1) / images_per_group;
    Tensor<T> partial_dweight(dweight ? Shape{groups, weight.size()} : Shape{0});
    Tensor<T> partial_dbias(dbias ? Shape{groups, filters} : Shape{0});
    parallel_for(groups, [&](Index group) {
      const Index last = std::min(sizes.batch, (group + 1) * images_per_group);
      for (Index n = group * images_per_group; n < last; ++n) {
        const Index image_offset = n * sizes.channels * sizes.rows.input * sizes.cols.input;
        const T* dresult = dy.data() + n * filters * pixels;
        for (Index f = 0; dbias && f < filters; ++f) {
          T sum = 0;
          for (Index k = 0; k < pixels; ++k) sum += dresult[f * pixels + k];
          partial_dbias(group, f) += sum;
        }
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
    if (dweight) add_rows(*dweight, partial_dweight);
    if (dbias) add_rows(*dbias, partial_dbias);
  }

 private:
  static constexpr Index images_per_group = 4;

  /// Output rows per band, so that the columns take at most half a megabyte: a quarter of a common second-level cache.
  template <class T>
  static Index band_rows(Index taps, Index width) {
    const Index bytes_per_row = taps * width * static_cast<Index>(sizeof(T));
    return std::max<Index>(1, (Index{1} << 19) / std::max<Index>(1, bytes_per_row));
  }

  /// sum += every row of partial, in order.
  template <class T>
  static void add_rows(Tensor<T>& sum, const Tensor<T>& partial) {
    for (Index n = 0; n < partial.dim(0); ++n) {
      const T* row = partial.data() + n * sum.size();
      for (Index i = 0; i < sum.size(); ++i) sum.data()[i] += row[i];
    }
  }
};

/// conv2d with a chosen algorithm: `conv2d_forward<Naive>(y, x, weight, bias, geometry)`. See Naive for the formulas.
template <class Algorithm, class T>
void conv2d_forward(Tensor<T>& y, const Tensor<T>& x, const Tensor<T>& weight, const Tensor<T>* bias,
                    const ConvGeometry& geometry) {
  Algorithm::forward(y, x, weight, bias, geometry);
}

template <class Algorithm, class T>
void conv2d_backward(Tensor<T>* dx, Tensor<T>* dweight, Tensor<T>* dbias, const Tensor<T>& dy, const Tensor<T>& x,
                     const Tensor<T>& weight, const ConvGeometry& geometry) {
  Algorithm::backward(dx, dweight, dbias, dy, x, weight, geometry);
}

}  // namespace tinyhtr
