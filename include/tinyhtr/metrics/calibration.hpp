// Calibration: whether readings of confidence 0.8 are right in 8 of 10 cases.
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

/// A reading by its confidence, from 0 to 1, and whether it is right.
struct RatedReading {
  double confidence = 0;
  bool is_right = false;
};

enum class Binning {
  equal_width,  ///< bin b of B holds confidences in (b/B, (b+1)/B], the first one 0 too
  equal_mass,   ///< each bin holds as many readings, as far as equal confidences stay together
};

/// One row of the reliability table.
struct CalibrationBin {
  double low = 0, high = 0;  ///< its range where bins are of equal width, else its least and largest confidence
  Index count = 0;
  double mean_confidence = 0;  ///< 0 in an empty bin, as is the accuracy
  double accuracy = 0;         ///< share of right readings

  double gap() const { return std::abs(accuracy - mean_confidence); }
};

struct Calibration {
  std::vector<CalibrationBin> bins;          ///< by rising confidence; those of equal width with the empty ones
  double expected_error = 0;                 ///< ECE
  double maximum_error = 0;                  ///< MCE
  double mean_confidence = 0, accuracy = 0;  ///< of all readings
  Index count = 0;
};

namespace detail {

inline void check_confidence(const char* where, double confidence, std::size_t i) {
  if (confidence >= 0 && confidence <= 1) return;
  throw ArgumentError(std::string(where) + ": expected confidences from 0 to 1, found " + std::to_string(confidence) +
                      " in place " + std::to_string(i));
}

}  // namespace detail

/// The reliability table of readings, and how far confidence is from the truth.
///
///     ECE = sum over bins b of (n_b / N) |accuracy_b - mean confidence_b|,   MCE = max over b with n_b > 0 of the same
///
/// Two kinds of bins: of equal width, as in the source, of which most are nearly empty where a network is sure of most
/// words, so that MCE may be one word's; of equal mass, cut behind the reading of rank round((b + 1) N / B), or behind
/// the last one of its confidence, so that the order of the readings means nothing (there may be fewer than B bins
/// then). Either estimate is too high by chance where bins are small: about sqrt(B / N) / 3 for a perfect network
/// of evenly spread confidences.
/// Costs N log N. Throws ArgumentError for no readings, bins below 1, and a confidence outside of [0,1].
/// Source: Guo, Pleiss, Sun, Weinberger, "On calibration of modern neural networks", ICML 2017, equations 3 and 5; for
/// equal mass Nguyen, O'Connor, "Posterior calibration and exploratory analysis", EMNLP 2015.
inline Calibration calibration(std::span<const RatedReading> readings, Index bins = 15,
                               Binning binning = Binning::equal_width) {
  if (readings.empty() || bins < 1) {
    throw ArgumentError("calibration: expected readings in at least one bin, found " + std::to_string(readings.size()) +
                        " readings, " + std::to_string(bins) + " bins");
  }
  for (std::size_t i = 0; i < readings.size(); ++i) detail::check_confidence("calibration", readings[i].confidence, i);
  std::vector<RatedReading> sorted(readings.begin(), readings.end());
  std::sort(sorted.begin(), sorted.end(), [](const RatedReading& a, const RatedReading& b) {
    return a.confidence != b.confidence ? a.confidence < b.confidence : a.is_right < b.is_right;
  });
  const auto total = static_cast<double>(sorted.size());
  Calibration result;
  result.count = static_cast<Index>(sorted.size());
  std::size_t next = 0;
  for (Index b = 0; b < bins; ++b) {
    const double part = static_cast<double>(b + 1) / static_cast<double>(bins);
    CalibrationBin bin{static_cast<double>(b) / static_cast<double>(bins), part};
    const auto rank = static_cast<std::size_t>(std::llround(part * total));
    const std::size_t first = next;
    const auto belongs = [&](std::size_t i) {
      if (binning == Binning::equal_width) return b + 1 == bins || sorted[i].confidence <= part;
      return i < rank || (i > first && sorted[i].confidence == sorted[i - 1].confidence);
    };
    double right = 0, confidence = 0;
    for (; next < sorted.size() && belongs(next); ++next) {
      right += sorted[next].is_right ? 1 : 0;
      confidence += sorted[next].confidence;
    }
    result.accuracy += right / total;
    result.mean_confidence += confidence / total;
    bin.count = static_cast<Index>(next - first);
    if (bin.count > 0) {
      bin.accuracy = right / static_cast<double>(bin.count);
      bin.mean_confidence = confidence / static_cast<double>(bin.count);
      result.expected_error += static_cast<double>(bin.count) / total * bin.gap();
      result.maximum_error = std::max(result.maximum_error, bin.gap());
    }
    if (binning == Binning::equal_mass) {
      if (bin.count == 0) continue;
      bin.low = sorted[first].confidence;
      bin.high = sorted[next - 1].confidence;
    }
    result.bins.push_back(bin);
  }
  return result;
}

}  // namespace tinyhtr
