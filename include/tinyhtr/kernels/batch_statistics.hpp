// Mean and variance of every channel of a batch, image by image.
#pragma once

#include <algorithm>
#include <cmath>

#include "tinyhtr/core/image_order.hpp"
#include "tinyhtr/core/lengths.hpp"
#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/core/scratch.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/kernels/batch_norm.hpp"
#include "tinyhtr/kernels/channel_sums.hpp"
#include "tinyhtr/kernels/column_mask.hpp"

namespace tinyhtr {

namespace detail {

/// Elements of a plane that go through all steps together, so that what is between the steps stays in the first-level
/// cache. With 128 it takes a fifth longer, with 256 or 4096 5%.
inline constexpr Index norm_chunk = 512;

/// Adds up term(0) .. term(count - 1) for a chunk, as T, in 32 interleaved sums: vectors that do not wait for each
/// other, and no sum of more than some ten terms, so that float loses nothing worth a conversion of every term to
/// double.
template <class T, class Term>
double chunk_sum(Index count, const Term& term) {
  constexpr Index lanes = 32;
  T sums[lanes] = {};
  Index k = 0;
  for (; k + lanes <= count; k += lanes) {
    for (Index lane = 0; lane < lanes; ++lane) sums[lane] += term(k + lane);
  }
  for (Index lane = 0; k + lane < count; ++lane) sums[lane] += term(k + lane);
  for (Index width = lanes / 2; width > 0; width /= 2) {
    for (Index lane = 0; lane < width; ++lane) sums[lane] += sums[lane + width];
  }
  return static_cast<double>(sums[0]);
}

/// Calls body(begin, end) for the chunks of a plane.
template <class Body>
void for_chunks(Index pixels, const Body& body) {
  for (Index begin = 0; begin < pixels; begin += norm_chunk) body(begin, std::min(pixels, begin + norm_chunk));
}

/// The elements of a channel that are no padding, over the whole batch (N,C,H,W), or (N,H,W,C).
inline Index real_pixels(const Shape& shape, const Lengths& widths, ImageOrder order = ImageOrder::channels_first) {
  const ImageSizes sizes("batch_norm", "x", shape, order);
  Index columns = 0;
  for (Index n = 0; n < sizes.batch; ++n) columns += length_of(widths, n, sizes.width);
  return columns * sizes.height;
}

/// Mean of one plane, and the sum of its squared deviations from its mean; of `real` pixels, where mask (pixels) has
/// a 1. Without a mask all are real.
template <class T>
void plane_statistics(double& mean, double& squares, const T* plane, const T* mask, Index pixels, Index real) {
  double sum = 0;
  squares = 0;
  for_chunks(pixels, [&](Index begin, Index end) {
    const T* in = plane + begin;
    const T* factor = mask + (mask ? begin : 0);
    sum += mask ? chunk_sum<T>(end - begin, [=](Index k) { return in[k] * factor[k]; })
                : chunk_sum<T>(end - begin, [=](Index k) { return in[k]; });
  });
  mean = sum / static_cast<double>(real);
  const T rounded = static_cast<T>(mean);
  for_chunks(pixels, [&](Index begin, Index end) {
    const T* in = plane + begin;
    const T* factor = mask + (mask ? begin : 0);
    squares +=
        mask ? chunk_sum<T>(end - begin, [=](Index k) { return (in[k] - rounded) * (in[k] - rounded) * factor[k]; })
             : chunk_sum<T>(end - begin, [=](Index k) { return (in[k] - rounded) * (in[k] - rounded); });
  });
}

/// Mean and sum of squared deviations of every channel of every image (N,C,2), then those of the batch from them.
///
///     M2 = sum over n of (M2_n + M_n (mean_n - mean)^2),   M_n = H widths[n], or H W without widths
///
/// Source: Chan, Golub, LeVeque, "Algorithms for computing the sample variance", 1983, equation 2.1.
template <class T>
void batch_statistics(BatchStatistics<T>& statistics, const Tensor<T>& x, const Lengths& widths, T epsilon,
                      ImageOrder order = ImageOrder::channels_first) {
  const ImageSizes sizes("batch_norm", "x", x.shape(), order);
  const Index batch = sizes.batch, channels = sizes.channels, height = sizes.height, width = sizes.width;
  const Index pixels = height * width;
  Tensor<double> of_plane = Tensor<double>::uninitialized({batch, channels, 2});
  parallel_for(batch, [&](Index n) {
    const Index valid = length_of(widths, n, width);
    if (order == ImageOrder::channels_last) {
      return image_statistics_of_pixels(&of_plane(n, 0, 0), x.data() + n * pixels * channels, sizes, valid);
    }
    T* const mask = valid < width ? scratch<T, 0>(pixels) : nullptr;
    if (mask) fill_column_mask(mask, height, width, valid);
    for (Index c = 0; c < channels; ++c) {
      plane_statistics<T>(of_plane(n, c, 0), of_plane(n, c, 1), x.data() + (n * channels + c) * pixels, mask, pixels,
                          height * valid);
    }
  });
  statistics.mean.resize({channels});
  statistics.variance.resize({channels});
  statistics.inverse_deviation.resize({channels});
  const double count = static_cast<double>(real_pixels(x.shape(), widths, order));
  const auto pixels_of = [&](Index n) { return static_cast<double>(height * length_of(widths, n, width)); };
  for (Index c = 0; c < channels; ++c) {
    double mean = 0, squares = 0;
    for (Index n = 0; n < batch; ++n) mean += of_plane(n, c, 0) * pixels_of(n) / count;
    for (Index n = 0; n < batch; ++n) {
      const double deviation = of_plane(n, c, 0) - mean;
      squares += of_plane(n, c, 1) + pixels_of(n) * deviation * deviation;
    }
    const double variance = squares / count;
    statistics.mean[c] = static_cast<T>(mean);
    statistics.variance[c] = static_cast<T>(variance);
    statistics.inverse_deviation[c] = static_cast<T>(1 / std::sqrt(variance + static_cast<double>(epsilon)));
  }
}

}  // namespace detail

}  // namespace tinyhtr
