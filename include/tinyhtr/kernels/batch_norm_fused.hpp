// What follows a convolution in a residual block, in one pass: batch norm, sum with the skip path, rectifier, dropout.
#pragma once

#include <algorithm>
#include <array>
#include <string>

#include "tinyhtr/core/lengths.hpp"
#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/core/scratch.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/kernels/batch_norm.hpp"
#include "tinyhtr/kernels/batch_norm_fused_pixels.hpp"
#include "tinyhtr/kernels/batch_statistics.hpp"
#include "tinyhtr/kernels/column_mask.hpp"
#include "tinyhtr/kernels/gradient.hpp"
#include "tinyhtr/kernels/norm_tail.hpp"

namespace tinyhtr {

/// Batch norm of the training pass with all that follows it in a residual block.
///
///     y = dropout(leaky_relu(weight (x - mean) / sqrt(variance + epsilon) + bias + residual))
///
/// y, x (N,C,H,W), or (N,H,W,C) as tail.order says; residual of that shape or null; weight, bias (C); statistics, y
/// itself are what backward needs: a dropped element is written as -0, every other one as +0 where it is zero, so that
/// y tells backward which branch each element took. Columns of padding are no part of mean and variance, and are
/// dropped: zeros to the layer behind, and without a gradient. x is read twice, y written once, and residual read once;
/// layer by layer, that is twelve passes. Equal to batch_norm_forward_training, add_forward, leaky_relu_forward,
/// dropout_forward but for rounding.
template <class T>
void batch_norm_fused_forward(Tensor<T>& y, BatchStatistics<T>& statistics, const Tensor<T>& x, const Tensor<T>& weight,
                              const Tensor<T>& bias, const Tensor<T>* residual, T epsilon, const NormTail<T>& tail) {
  const ImageSizes sizes("batch_norm_fused_forward", "x", x.shape(), tail.order);
  detail::check_batch_norm("batch_norm_fused_forward", x, weight, bias, tail.order);
  if (residual) check_shape("batch_norm_fused_forward", "residual", residual->shape(), x.shape());
  if (x.empty()) throw ShapeError("batch_norm_fused_forward: x " + x.shape().to_string() + " has nothing to average");
  if (!(tail.slope >= 0)) {  // with a negative one, the sign of y would not tell which branch an element took
    throw ArgumentError("batch_norm_fused_forward: expected a slope of 0 or more, found " + std::to_string(tail.slope));
  }
  const Index channels = sizes.channels, height = sizes.height, width = sizes.width, pixels = height * width;
  check_lengths("batch_norm_fused_forward", tail.widths, sizes.batch, width);
  y.resize(x.shape());
  detail::batch_statistics(statistics, x, tail.widths, epsilon, tail.order);
  if (tail.order == ImageOrder::channels_last) {
    return detail::batch_norm_fused_forward_pixels(y, statistics, x, weight, bias, residual, tail);
  }
  parallel_for(sizes.batch, [&](Index n) {
    std::array<T, detail::norm_chunk> factors;
    for (Index c = 0; c < channels; ++c) {
      const Index plane = (n * channels + c) * pixels;
      const T scale = weight[c] * statistics.inverse_deviation[c];
      const T shift = bias[c] - statistics.mean[c] * scale;
      detail::for_chunks(pixels, [&](Index begin, Index end) {
        const Index count = end - begin, at = plane + begin;
        T* out = y.data() + at;
        detail::scale_and_rectify(out, x.data() + at, residual ? residual->data() + at : nullptr, count, scale, shift,
                                  tail.slope);
        if (!tail.dropout) return;
        tail.dropout->draw(factors.data(), at, at + count);
        detail::drop(out, factors.data(), count);
      });
      detail::fill_padding(y.data() + plane, height, width, length_of(tail.widths, n, width), -T(0));
    }
  });
}

/// Gradients of batch_norm_fused_forward. With g = dy times the slope and the dropout factor of each element, and x^ =
/// (x - mean) / sqrt(variance + epsilon), over the M = N H W elements of a channel (less where there is padding):
///
///     dresidual += g,   dbias += sum g,   dweight += sum g x^
///     dx += weight / sqrt(variance + epsilon) (g - mean(g) - x^ mean(g x^))
///
/// dx, dresidual of the shape of x, dweight, dbias (C): added to; null where not wanted; an empty dx or dresidual
/// counts as zeros. y is the forward pass's result. Source: as batch_norm_backward.
template <class T>
void batch_norm_fused_backward(Tensor<T>* dx, Tensor<T>* dresidual, Tensor<T>* dweight, Tensor<T>* dbias,
                               const Tensor<T>& dy, const Tensor<T>& y, const Tensor<T>& x, const Tensor<T>& weight,
                               const BatchStatistics<T>& statistics, const NormTail<T>& tail) {
  check_shape("batch_norm_fused_backward", "dy", dy.shape(), x.shape());
  check_shape("batch_norm_fused_backward", "y", y.shape(), x.shape());
  const ImageSizes sizes("batch_norm_fused_backward", "x", x.shape(), tail.order);
  const Index batch = sizes.batch, channels = sizes.channels, height = sizes.height, width = sizes.width;
  const Index pixels = height * width;
  check_lengths("batch_norm_fused_backward", tail.widths, batch, width);
  check_shape("batch_norm_fused_backward", "weight", weight.shape(), {channels});
  check_shape("batch_norm_fused_backward", "statistics", statistics.mean.shape(), {channels});
  if (dx && dx == dresidual && dx->empty()) {
    throw ArgumentError("batch_norm_fused_backward: dx and dresidual are one empty tensor; make it zeros first");
  }
  if (dweight) check_shape("batch_norm_fused_backward", "dweight", dweight->shape(), {channels});
  if (dbias) check_shape("batch_norm_fused_backward", "dbias", dbias->shape(), {channels});
  const bool adds_dx = dx && holds_gradient(*dx, "batch_norm_fused_backward", "dx", x.shape());
  const bool adds_dresidual =
      dresidual && holds_gradient(*dresidual, "batch_norm_fused_backward", "dresidual", x.shape());
  if (tail.order == ImageOrder::channels_last) {
    return detail::batch_norm_fused_backward_pixels(dx, adds_dx, dresidual, adds_dresidual, dweight, dbias, dy, y, x,
                                                    weight, statistics, tail);
  }

  Tensor<double> sums = Tensor<double>::uninitialized({batch, channels, 2});  // of g, of g x^
  parallel_for(batch, [&](Index n) {
    std::array<T, detail::norm_chunk> buffer;
    T* const g = buffer.data();
    for (Index c = 0; c < channels; ++c) {
      const Index plane = (n * channels + c) * pixels;
      const T mean = statistics.mean[c], inverse_deviation = statistics.inverse_deviation[c];
      double sum = 0, sum_normalised = 0;
      detail::for_chunks(pixels, [&](Index begin, Index end) {
        const Index at = plane + begin, count = end - begin;
        detail::tail_backward(g, dy.data() + at, y.data() + at, count, tail);
        const T* in = x.data() + at;
        sum += detail::chunk_sum<T>(count, [g](Index k) { return g[k]; });
        sum_normalised +=
            detail::chunk_sum<T>(count, [=](Index k) { return g[k] * ((in[k] - mean) * inverse_deviation); });
        if (!dresidual) return;
        detail::put_gradient(dresidual->data() + at, g, count, adds_dresidual);
      });
      sums(n, c, 0) = sum;
      sums(n, c, 1) = sum_normalised;
    }
  });

  for (Index c = 0; c < channels; ++c) {  // the sums of image 0 become those of the batch
    for (Index n = 1; n < batch; ++n) {
      sums(0, c, 0) += sums(n, c, 0);
      sums(0, c, 1) += sums(n, c, 1);
    }
    if (dbias) (*dbias)[c] += static_cast<T>(sums(0, c, 0));
    if (dweight) (*dweight)[c] += static_cast<T>(sums(0, c, 1));
  }
  if (!dx) return;

  const double count_of_channel = static_cast<double>(detail::real_pixels(x.shape(), tail.widths));
  parallel_for(batch, [&](Index n) {
    std::array<T, detail::norm_chunk> buffer;
    T* const g = buffer.data();
    const Index valid = length_of(tail.widths, n, width);
    T* const mask = valid < width ? scratch<T, 0>(pixels) : nullptr;
    if (mask) detail::fill_column_mask(mask, height, width, valid);
    for (Index c = 0; c < channels; ++c) {
      const Index plane = (n * channels + c) * pixels;
      // scale (g - mean_g - x^ mean_gx) = scale g + slope x + shift, with x^ written out
      const T scale = weight[c] * statistics.inverse_deviation[c];
      const T mean_g = static_cast<T>(sums(0, c, 0) / count_of_channel);
      const T slope = -scale * static_cast<T>(sums(0, c, 1) / count_of_channel) * statistics.inverse_deviation[c];
      const T mean = statistics.mean[c];
      detail::for_chunks(pixels, [&](Index begin, Index end) {
        const Index at = plane + begin, count = end - begin;
        detail::tail_backward(g, dy.data() + at, y.data() + at, count, tail);
        const T* in = x.data() + at;
        if (mask) {
          for (Index k = 0; k < count; ++k) {
            g[k] = mask[begin + k] * (scale * (g[k] - mean_g) + slope * (in[k] - mean));
          }
        } else {
          for (Index k = 0; k < count; ++k) g[k] = scale * (g[k] - mean_g) + slope * (in[k] - mean);
        }
        detail::put_gradient(dx->data() + at, g, count, adds_dx);
      });
    }
  });
}

}  // namespace tinyhtr
