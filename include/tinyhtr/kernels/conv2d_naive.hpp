// Two-dimensional convolution as the formula has it.
#pragma once

#include "tinyhtr/core/left_to_caller.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/kernels/conv2d_by_planes.hpp"
#include "tinyhtr/kernels/conv_sizes.hpp"
#include "tinyhtr/kernels/gradient.hpp"

namespace tinyhtr {

/// Convolution as the formula has it: one loop per index. The twin that the fast ones are held against.
struct Naive {
  /// Every output is the sum of a window of the input, weighted:
  ///
  ///     y[n,f,p,q] = bias[f] + sum over c,i,j of weight[f,c,i,j] x[n,c, p s_h - pad + i, q s_w - pad + j]
  ///
  /// y (N,F,P,Q); x (N,C,H,W), zero outside; weight (F,C,KH,KW); bias (F) or null. Costs 2 N F P Q C KH KW operations.
  /// With ImageOrder::channels_last, y (N,P,Q,F) and x (N,H,W,C); indices as above.
  /// (Cross-correlation, as in TensorFlow's and PyTorch's conv2d.) Throws ShapeError; ArgumentError as Window does.
  template <class T>
  static void forward(Tensor<T>& y, const Tensor<T>& x, const Tensor<T>& weight, const Tensor<T>* bias,
                      const ConvGeometry& geometry) {
    const ConvSizes sizes("conv2d_forward", x, weight, geometry);
    sizes.check_bias(bias);
    if (sizes.order == ImageOrder::channels_last) {
      return forward_by_planes<Naive>(y, x, weight, bias, geometry);
    }
    y.resize(sizes.output());
    const auto image = [&](Index n) {
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
    };
    for (const Index n : indices_left(sizes.batch, image)) image(n);
  }

  /// Every product w * x of the forward pass hands dy to both of its factors:
  ///
  ///     dx[n,c,h,w] += weight[f,c,i,j] dy[n,f,p,q]
  ///     dweight[f,c,i,j] += x[n,c,h,w] dy[n,f,p,q],   dbias[f] += dy[n,f,p,q]
  ///
  /// dx, dweight, dbias: of the shapes of x, weight, bias, added to; null where not wanted; an empty dx counts as
  /// zeros. Twice the cost of forward.
  template <class T>
  static void backward(Tensor<T>* dx, Tensor<T>* dweight, Tensor<T>* dbias, const Tensor<T>& dy, const Tensor<T>& x,
                       const Tensor<T>& weight, const ConvGeometry& geometry) {
    const ConvSizes sizes("conv2d_backward", x, weight, geometry);
    sizes.check_backward(dx, dweight, dbias, dy, x, weight);
    if (sizes.order == ImageOrder::channels_last) {
      return backward_by_planes<Naive>(dx, dweight, dbias, dy, x, weight, geometry);
    }
    if (dx) start_gradient(*dx, "conv2d_backward", "dx", x.shape());
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

}  // namespace tinyhtr
