// The fused batch norm of images whose channels come last.
#pragma once

#include <algorithm>

#include "tinyhtr/core/lengths.hpp"
#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/core/scratch.hpp"
#include "tinyhtr/core/simd.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/kernels/batch_statistics.hpp"
#include "tinyhtr/kernels/channel_sums.hpp"
#include "tinyhtr/kernels/norm_tail.hpp"

namespace tinyhtr {

namespace detail {

/// One number for each channel, repeated for every pixel of a chunk: what a plane has as a factor is a row here.
template <class T, class Value>
Tensor<T> repeated(Index channels, const Value& value) {
  Tensor<T> row = Tensor<T>::uninitialized({pixel_chunk(channels)});
  for (Index k = 0; k < row.size(); ++k) row[k] = k < channels ? static_cast<T>(value(k)) : row[k - channels];
  return row;
}

/// As batch_norm_fused_forward, once it has checked its arguments and found the statistics; x (N,H,W,C).
template <class T>
void batch_norm_fused_forward_pixels(Tensor<T>& y, const BatchStatistics<T>& statistics, const Tensor<T>& x,
                                     const Tensor<T>& weight, const Tensor<T>& bias, const Tensor<T>* residual,
                                     const NormTail<T>& tail) {
  const ImageSizes sizes("batch_norm_fused_forward", "x", x.shape(), ImageOrder::channels_last);
  const Index channels = sizes.channels, row = sizes.width * channels, size = sizes.height * row;
  const auto scales = repeated<T>(channels, [&](Index c) { return weight[c] * statistics.inverse_deviation[c]; });
  const auto shifts = repeated<T>(channels, [&](Index c) { return bias[c] - statistics.mean[c] * scales[c]; });
  parallel_for(sizes.batch, [&](Index n) {
    T* const factors = scratch<T, 0>(scales.size());
    const Index valid = length_of(tail.widths, n, sizes.width);
    for_pixel_chunks(sizes, valid, [&](Index begin, Index end) {
      const Index count = end - begin, at = n * size + begin;
      T* out = y.data() + at;
      scale_and_rectify(out, x.data() + at, residual ? residual->data() + at : nullptr, count, scales.data(),
                        shifts.data(), tail.slope);
      if (!tail.dropout) return;
      tail.dropout->draw(factors, at, at + count);
      drop(out, factors, count);
    });
    fill_padding(y.data() + n * size, sizes.height, row, valid * channels, -T(0));
  });
}

/// As batch_norm_fused_backward, once it has checked its arguments; x (N,H,W,C).
template <class T>
void batch_norm_fused_backward_pixels(Tensor<T>* dx, bool adds_dx, Tensor<T>* dresidual, bool adds_dresidual,
                                      Tensor<T>* dweight, Tensor<T>* dbias, const Tensor<T>& dy, const Tensor<T>& y,
                                      const Tensor<T>& x, const Tensor<T>& weight, const BatchStatistics<T>& statistics,
                                      const NormTail<T>& tail) {
  const ImageSizes sizes("batch_norm_fused_backward", "x", x.shape(), ImageOrder::channels_last);
  const Index channels = sizes.channels, row = sizes.width * channels, size = sizes.height * row;
  Tensor<double> sums(Shape{sizes.batch, 2, channels});  // of g, of g x^
  const auto means = repeated<T>(channels, [&](Index c) { return statistics.mean[c]; });
  parallel_for(sizes.batch, [&](Index n) {
    T* const g = scratch<T, 0>(means.size());
    const Index valid = length_of(tail.widths, n, sizes.width);
    for_pixel_chunks(sizes, valid, [&](Index begin, Index end) {
      const Index at = n * size + begin, count = end - begin, pixels = count / channels;
      tail_backward(g, dy.data() + at, y.data() + at, count, tail);
      const T *in = x.data() + at, *mean = statistics.mean.data(), *deviation = statistics.inverse_deviation.data();
      add_over_pixels<T>(&sums(n, 0, 0), pixels, channels,
                         [=](const auto& load, Index k, Index) { return load(g + k); });
      add_over_pixels<T>(&sums(n, 1, 0), pixels, channels, [=](const auto& load, Index k, Index c) {
        return load(g + k) * ((load(in + k) - load(mean + c)) * load(deviation + c));
      });
      if (dresidual) put_gradient(dresidual->data() + at, g, count, adds_dresidual);
    });
    if (dresidual && !adds_dresidual) {
      fill_padding(dresidual->data() + n * size, sizes.height, row, valid * channels, T(0));
    }
  });
  for (Index n = 1; n < sizes.batch; ++n) {  // the sums of image 0 become those of the batch
    for (Index k = 0; k < 2 * channels; ++k) sums[k] += sums[n * 2 * channels + k];
  }
  for (Index c = 0; c < channels; ++c) {
    if (dbias) (*dbias)[c] += static_cast<T>(sums(0, 0, c));
    if (dweight) (*dweight)[c] += static_cast<T>(sums(0, 1, c));
  }
  if (!dx) return;

  // scale (g - mean_g - x^ mean_gx) = scale (g - mean_g) + slope (x - mean), with x^ written out
  const double count_of_channel = static_cast<double>(real_pixels(x.shape(), tail.widths, ImageOrder::channels_last));
  const auto scales = repeated<T>(channels, [&](Index c) { return weight[c] * statistics.inverse_deviation[c]; });
  const auto means_of_g = repeated<T>(channels, [&](Index c) { return sums(0, 0, c) / count_of_channel; });
  const auto slopes = repeated<T>(channels, [&](Index c) {
    return -scales[c] * static_cast<T>(sums(0, 1, c) / count_of_channel) * statistics.inverse_deviation[c];
  });
  parallel_for(sizes.batch, [&](Index n) {
    T* const g = scratch<T, 0>(means.size());
    const Index valid = length_of(tail.widths, n, sizes.width);
    for_pixel_chunks(sizes, valid, [&](Index begin, Index end) {
      const Index at = n * size + begin, count = end - begin;
      tail_backward(g, dy.data() + at, y.data() + at, count, tail);
      const T *in = x.data() + at, *mean = means.data(), *mean_of_g = means_of_g.data();
      const T *scale = scales.data(), *slope = slopes.data();
      for (Index k = 0; k < count; ++k) g[k] = scale[k] * (g[k] - mean_of_g[k]) + slope[k] * (in[k] - mean[k]);
      put_gradient(dx->data() + at, g, count, adds_dx);
    });
    if (!adds_dx) fill_padding(dx->data() + n * size, sizes.height, row, valid * channels, T(0));
  });
}

}  // namespace detail

}  // namespace tinyhtr
