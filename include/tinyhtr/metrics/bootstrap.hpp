// Bootstrap intervals: how far error rates would move if other words had been drawn.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/core/random.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/metrics/error_rate.hpp"

namespace tinyhtr {

struct Interval {
  double low = 0, high = 0;
};

struct BootstrapOptions {
  Index resamples = 1000;
  double level = 0.95;  ///< share of the resamples that an interval holds
  std::uint64_t seed = 1;
};

/// What bootstrap_intervals found.
struct ErrorIntervals {
  Interval cer_micro, cer_macro, wer;
  double level = 0;
  Index units = 0;  ///< how many words, or writers, were drawn from
};

namespace detail {

/// The value below which a share `q` of the sorted values lies, straight lines between neighbours (numpy's default).
inline double quantile(const std::vector<double>& sorted, double q) {
  const double position = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (position - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

/// The middle `level` of the values.
inline Interval percentile_interval(std::vector<double> values, double level) {
  std::sort(values.begin(), values.end());
  return {quantile(values, (1 - level) / 2), quantile(values, (1 + level) / 2)};
}

}  // namespace detail

/// Percentile intervals of the three error rates: the units are drawn as often as there are, with replacement, the
/// rates computed of what was drawn, all that `resamples` times; the interval is the middle `level` of the rates.
///
///     rate*_b = rate(units[i_1] + ... + units[i_n]),  i_k uniform,  b = 1 .. resamples
///     interval = [quantile((1 - level) / 2), quantile((1 + level) / 2)] of rate*
///
/// `units`: one ErrorRate for each word; or one for each writer, see by_writer(). The words of one writer are not
/// independent: who writes an unreadable r does so in every word. Drawn word by word, an interval says how the rates
/// vary over other words of the same writers, and is too narrow for new writers; drawn writer by writer, it holds for
/// those, but asks for some dozens of them. Either kind is too narrow where units are few, and has no width where all
/// are alike: no error in n words is compatible with a rate of 3/n (Hanley, Lippman-Hand, 1983).
/// Costs resamples x units steps. Equal seeds give equal intervals on any number of threads.
/// Throws ArgumentError without units or resamples, for more than 2^32 - 1 of them, or for a level outside (0, 1).
/// Source: Efron, Tibshirani, "An introduction to the bootstrap", 1993, chapter 13; for clusters Davison, Hinkley,
/// "Bootstrap methods and their application", 1997, section 3.8.
inline ErrorIntervals bootstrap_intervals(std::span<const ErrorRate> units, const BootstrapOptions& options = {}) {
  constexpr std::size_t most = 0xFFFFFFFFu;
  if (units.empty() || units.size() > most) {
    throw ArgumentError("bootstrap_intervals: expected 1 to 2^32 - 1 units, found " + std::to_string(units.size()));
  }
  if (options.resamples < 1 || static_cast<std::size_t>(options.resamples) > most) {
    throw ArgumentError("bootstrap_intervals: expected 1 to 2^32 - 1 resamples, found " +
                        std::to_string(options.resamples));
  }
  if (!(options.level > 0 && options.level < 1)) {
    throw ArgumentError("bootstrap_intervals: expected a level between 0 and 1, found " +
                        std::to_string(options.level));
  }
  const auto count = static_cast<std::size_t>(options.resamples);
  std::vector<double> micro(count), macro(count), wer(count);
  parallel_for(options.resamples, [&](Index b) {
    Random random(options.seed, Purpose::user, 0x626F6F74u, static_cast<std::uint32_t>(b));  // "boot"
    ErrorRate sum;
    for (std::size_t k = 0; k < units.size(); ++k) {
      sum.add(units[random.below(static_cast<std::uint32_t>(units.size()))]);
    }
    const auto i = static_cast<std::size_t>(b);
    micro[i] = sum.cer_micro();
    macro[i] = sum.cer_macro();
    wer[i] = sum.wer();
  });
  return {detail::percentile_interval(std::move(micro), options.level),
          detail::percentile_interval(std::move(macro), options.level),
          detail::percentile_interval(std::move(wer), options.level), options.level, static_cast<Index>(units.size())};
}

/// The words' errors added up for each writer, in the order of the writers' names: the units of a bootstrap over
/// writers. A word without a writer ("") stands for itself, at the end.
/// Throws ArgumentError unless there are as many writers as words.
inline std::vector<ErrorRate> by_writer(std::span<const ErrorRate> words, std::span<const std::string> writers) {
  if (words.size() != writers.size()) {
    throw ArgumentError("by_writer: expected a writer for each of " + std::to_string(words.size()) + " words, found " +
                        std::to_string(writers.size()));
  }
  std::map<std::string, ErrorRate> sums;
  std::vector<ErrorRate> units, alone;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (writers[i].empty()) {
      alone.push_back(words[i]);
    } else {
      sums[writers[i]].add(words[i]);
    }
  }
  for (const auto& [writer, sum] : sums) units.push_back(sum);
  units.insert(units.end(), alone.begin(), alone.end());
  return units;
}

}  // namespace tinyhtr
