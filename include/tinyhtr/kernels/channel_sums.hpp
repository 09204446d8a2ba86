// Sums over the pixels of an image whose channels come last, one for each channel.
#pragma once

#include <algorithm>

#include "tinyhtr/core/image_order.hpp"
#include "tinyhtr/core/scratch.hpp"
#include "tinyhtr/core/simd.hpp"

namespace tinyhtr {

namespace detail {

/// Elements, of 1 to 128 whole pixels, that go through all steps together, so that what is between the steps stays in
/// the first-level cache. With 256 instead of 1024 it takes a fifth longer, as with 2048.
inline Index pixel_chunk(Index channels) {
  return std::clamp<Index>(1024 / std::max<Index>(1, channels), 1, 128) * channels;
}

/// Calls body(begin, end) for the chunks of an image's real elements; of a row the first `valid` columns are.
template <class Body>
void for_pixel_chunks(const ImageSizes& sizes, Index valid, const Body& body) {
  const Index chunk = pixel_chunk(sizes.channels), row = sizes.width * sizes.channels;
  const bool whole = valid == sizes.width;  // then rows need not be told apart
  const Index runs = whole ? 1 : sizes.height, run = whole ? sizes.height * row : valid * sizes.channels;
  for (Index r = 0; r < runs; ++r) {
    for (Index begin = 0; begin < run; begin += chunk) body(r * row + begin, r * row + std::min(run, begin + chunk));
  }
}

/// Reads a vector of channels, or what is left of them.
struct WholeVectors {
  template <class T>
  Vector<T> operator()(const T* from) const {
    return load_vector(from);
  }
};
struct FirstLanes {
  Index lanes;
  template <class T>
  Vector<T> operator()(const T* from) const {
    return load_lanes(from, lanes);
  }
};

/// sums[lane] += sum over the pixels p of a chunk of term(load, p * channels). Eight vectors of partial sums, so of
/// an eighth of the chunk's terms each: float loses nothing worth a conversion of every term to double.
template <class T, class Load, class Term>
void add_vector_over_pixels(double* sums, Index lanes, Index pixels, Index channels, const Load& load,
                            const Term& term) {
  constexpr Index parts = 8;
  Vector<T> partial[parts] = {};
  Index p = 0;
  for (; p + parts <= pixels; p += parts) {
#pragma GCC unroll 8
    for (Index part = 0; part < parts; ++part) partial[part] += term(load, (p + part) * channels);
  }
  for (; p < pixels; ++p) partial[0] += term(load, p * channels);
  for (Index width = parts / 2; width > 0; width /= 2) {
    for (Index part = 0; part < width; ++part) partial[part] += partial[part + width];
  }
  T total[vector_lanes<T>];
  store_vector<T>(total, partial[0]);
  for (Index lane = 0; lane < lanes; ++lane) sums[lane] += static_cast<double>(total[lane]);
}

/// sums[c] += sum over the pixels p of a chunk of term(load, p * channels, c), for every channel c, a vector of them at
/// a time: load reads one, of that channel and the next ones.
template <class T, class Term>
void add_over_pixels(double* sums, Index pixels, Index channels, const Term& term) {
  constexpr Index lanes = vector_lanes<T>;
  Index c = 0;
  const auto of_channels = [&](const auto& load, Index k) { return term(load, k + c, c); };
  for (; c + lanes <= channels; c += lanes) {
    add_vector_over_pixels<T>(sums + c, lanes, pixels, channels, WholeVectors{}, of_channels);
  }
  if (c < channels) {
    add_vector_over_pixels<T>(sums + c, channels - c, pixels, channels, FirstLanes{channels - c}, of_channels);
  }
}

/// sums[c] += sum over all pixels of an array (pixels, channels). Nothing else is done with a chunk meanwhile, so
/// chunks may be longer, which halves the time: float sums of up to 64 terms still lose nothing worth it.
template <class T>
void add_pixels(double* sums, const T* array, Index pixels, Index channels) {
  const Index chunk = 4 * pixel_chunk(channels), end = pixels * channels;
  for (Index begin = 0; begin < end; begin += chunk) {
    const T* const in = array + begin;
    add_over_pixels<T>(sums, (std::min(end, begin + chunk) - begin) / channels, channels,
                       [=](const auto& load, Index k, Index) { return load(in + k); });
  }
}

/// Mean and sum of squared deviations of every channel (C,2) of an image (H,W,C): those of a chunk, then of it and all
/// before together,
///
///     mean += share d,   M2 += M2' + share m d^2,   d = mean' - mean,   share = m' / (m + m')
///
/// with ' for the chunk, m its pixels. Source: as batch_statistics.
template <class T>
void image_statistics_of_pixels(double* statistics, const T* image, const ImageSizes& sizes, Index valid) {
  const Index channels = sizes.channels;
  double* const sums = scratch<double, 0>(2 * channels);
  double* const squares = sums + channels;
  T* const means = scratch<T, 1>(channels);  // not slot 0: T may be double
  std::fill(statistics, statistics + 2 * channels, 0.0);
  double before = 0;  // pixels
  for_pixel_chunks(sizes, valid, [&](Index begin, Index end) {
    const T* const in = image + begin;
    const Index pixels = (end - begin) / channels;
    const double count = static_cast<double>(pixels), share = count / (before + count);
    std::fill(sums, sums + 2 * channels, 0.0);
    add_over_pixels<T>(sums, pixels, channels, [=](const auto& load, Index k, Index) { return load(in + k); });
    for (Index c = 0; c < channels; ++c) means[c] = static_cast<T>(sums[c] / count);
    add_over_pixels<T>(squares, pixels, channels, [=](const auto& load, Index k, Index c) {
      const Vector<T> deviation = load(in + k) - load(means + c);
      return deviation * deviation;
    });
    for (Index c = 0; c < channels; ++c) {
      double &mean = statistics[2 * c], &of_all = statistics[2 * c + 1];
      const double difference = sums[c] / count - mean;
      mean += share * difference;
      of_all += squares[c] + share * before * difference * difference;
    }
    before += count;
  });
}

}  // namespace detail

}  // namespace tinyhtr
