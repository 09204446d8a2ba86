// Mean and variance of every channel of a batch, image by image.
#pragma once

#include <algorithm>
#include <cmath>

#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/kernels/batch_norm.hpp"

namespace tinyhtr {

namespace detail {

/// Elements of a plane that go through all steps together, so that what is between the steps stays in the first-level
/// cache.
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

/// Mean and sum of squared deviations of every plane (N,C,2), then those of every channel from them.
///
///     M2 = sum over n of (M2_n + H W (mean_n - mean)^2)
///
/// Source: Chan, Golub, LeVeque, "Algorithms for computing the sample variance", 1983, equation 2.1.
template <class T>
void batch_statistics(BatchStatistics<T>& statistics, const Tensor<T>& x, T epsilon) {
  const Index batch = x.dim(0), channels = x.dim(1), pixels = x.dim(2) * x.dim(3);
  Tensor<double> of_plane = Tensor<double>::uninitialized({batch, channels, 2});
  parallel_for(batch, [&](Index n) {
    for (Index c = 0; c < channels; ++c) {
      const T* plane = x.data() + (n * channels + c) * pixels;
      double sum = 0, squares = 0;
      for_chunks(pixels, [&](Index begin, Index end) {
        sum += chunk_sum<T>(end - begin, [in = plane + begin](Index k) { return in[k]; });
      });
      const double mean = sum / static_cast<double>(pixels);
      const T rounded = static_cast<T>(mean);
      for_chunks(pixels, [&](Index begin, Index end) {
        squares += chunk_sum<T>(
            end - begin, [in = plane + begin, rounded](Index k) { return (in[k] - rounded) * (in[k] - rounded); });
      });
      of_plane(n, c, 0) = mean;
      of_plane(n, c, 1) = squares;
    }
  });
  statistics.mean.resize({channels});
  statistics.variance.resize({channels});
  statistics.inverse_deviation.resize({channels});
  for (Index c = 0; c < channels; ++c) {
    double mean = 0, squares = 0;
    for (Index n = 0; n < batch; ++n) mean += of_plane(n, c, 0) / static_cast<double>(batch);
    for (Index n = 0; n < batch; ++n) {
      const double deviation = of_plane(n, c, 0) - mean;
      squares += of_plane(n, c, 1) + static_cast<double>(pixels) * deviation * deviation;
    }
    const double variance = squares / static_cast<double>(batch * pixels);
    statistics.mean[c] = static_cast<T>(mean);
    statistics.variance[c] = static_cast<T>(variance);
    statistics.inverse_deviation[c] = static_cast<T>(1 / std::sqrt(variance + static_cast<double>(epsilon)));
  }
}

}  // namespace detail

}  // namespace tinyhtr
