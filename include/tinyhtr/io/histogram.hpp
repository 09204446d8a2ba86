// Histogram: how often values lie where.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/shape.hpp"

namespace tinyhtr {

/// So many values lie from left to right; right itself belongs to the next bucket, but for the last one.
struct HistogramBucket {
  double left = 0, right = 0;
  Index count = 0;
};

/// Counts values in buckets of equal width from the smallest value to the largest.
///
///     width = (max - min) / buckets,   a value goes into bucket min(floor((value - min) / width), buckets - 1)
///
/// NaN and infinity are left out. Where all values are equal, all edges are that value and the last bucket has them
/// all; where there is none, everything is 0. Throws ArgumentError unless buckets > 0.
/// Source: tensorboard/plugins/histogram/summary_v2.py.
template <class T>
std::vector<HistogramBucket> histogram_of(std::span<const T> values, Index buckets) {
  if (buckets < 1) throw ArgumentError("histogram_of: expected at least 1 bucket, found " + std::to_string(buckets));
  double smallest = 0, largest = 0;
  Index count = 0;
  for (const T value : values) {
    if (!std::isfinite(value)) continue;
    const double number = static_cast<double>(value);
    smallest = count == 0 ? number : std::min(smallest, number);
    largest = count == 0 ? number : std::max(largest, number);
    ++count;
  }
  std::vector<HistogramBucket> histogram(static_cast<std::size_t>(buckets), {smallest, largest, 0});
  // Halves, for the difference of two doubles may be more than the largest one.
  const double half_width = (largest / 2 - smallest / 2) / static_cast<double>(buckets);
  if (!(half_width > 0)) {  // also where the values lie too close for buckets between them
    histogram.back().count = count;
    return histogram;
  }
  const auto edge = [&](Index i) {
    const double half_way = static_cast<double>(i) * half_width;
    return smallest + half_way + half_way;
  };
  for (Index i = 0; i < buckets; ++i) {
    HistogramBucket& bucket = histogram[static_cast<std::size_t>(i)];
    if (i > 0) bucket.left = edge(i);
    if (i + 1 < buckets) bucket.right = edge(i + 1);
  }
  for (const T value : values) {
    if (!std::isfinite(value)) continue;
    const double offset = (static_cast<double>(value) / 2 - smallest / 2) / half_width;
    const Index place = std::min(static_cast<Index>(offset), buckets - 1);
    ++histogram[static_cast<std::size_t>(place)].count;
  }
  return histogram;
}

}  // namespace tinyhtr
