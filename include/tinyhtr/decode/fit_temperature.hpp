// One temperature for a network, so that its confidence in a text says how often it is right.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/decode/text_probability.hpp"

namespace tinyhtr {

/// What a network read of one word of known text. 3,500 of them, with logits of 32 to 64 steps of 80 classes in float,
/// take some 50 MB.
template <class T>
struct CheckedReading {
  Tensor<T> logits;          ///< (T,1,K), before any softmax: the valid steps alone
  std::vector<int> classes;  ///< the text that was read, without blanks
  bool is_right = false;     ///< whether it is the word's text
};

struct TemperatureFit {
  double temperature = 1;
  double loss = 0;           ///< of the confidences at this temperature, mean over the words, in nats
  double loss_at_one = 0;    ///< the same at temperature 1
  bool is_at_limit = false;  ///< the least loss is at an end of the range: no temperature in it is good
  int evaluations = 0;       ///< of the loss, each over all words
};

/// The range of fit_temperature, and how close in log temperature it comes.
struct TemperatureRange {
  double low = 1.0 / 32, high = 32;
  double tolerance = 1e-3;
};

namespace detail {

/// The mean of -log p over right readings and -log(1 - p) over wrong ones; log_confidence(i) is log p of reading i.
/// 1 - p counts as at least 1e-12, and p as 1e-300. Readings go to the threads, the sum is in their order.
template <class LogConfidence>
double mean_log_loss(const std::vector<bool>& is_right, const LogConfidence& log_confidence) {
  std::vector<double> losses(is_right.size());
  parallel_for(static_cast<Index>(losses.size()), [&](Index i) {
    const auto k = static_cast<std::size_t>(i);
    const double log_p = std::min(0.0, log_confidence(k));
    losses[k] = is_right[k] ? -std::max(log_p, std::log(1e-300)) : -std::log(std::max(-std::expm1(log_p), 1e-12));
  });
  double sum = 0;
  for (const double loss : losses) sum += loss;
  return sum / static_cast<double>(losses.size());
}

template <class T>
std::vector<bool> which_are_right(std::span<const CheckedReading<T>> words) {
  std::vector<bool> right;
  for (const CheckedReading<T>& word : words) right.push_back(word.is_right);
  return right;
}

}  // namespace detail

/// How badly the confidence in readings says whether they are right: the mean negative log likelihood.
///
///     loss = mean over words of  -log p  where the reading is right,  -log(1 - p)  where it is wrong
///     p = p(text read | x) at the temperature
///
/// See log_text_probability; 1 - p counts as at least 1e-12, and p as 1e-300. It is a proper scoring rule: least, in
/// expectation, where p is the share of right readings. Costs one log_text_probability a word; words go to the threads,
/// the sum is in their order. Throws ArgumentError for no words, and what log_text_probability throws. Source: Guo and
/// others, 2017, section 2.
template <class T>
double binary_log_loss(std::span<const CheckedReading<T>> words, int blank, double temperature) {
  if (words.empty()) throw ArgumentError("binary_log_loss: expected at least one word, found none");
  return detail::mean_log_loss(detail::which_are_right(words), [&](std::size_t i) {
    return log_text_probability(words[i].logits, 0, words[i].classes, blank, temperature);
  });
}

namespace detail {

/// The lowest point of f between low and high: on a grid of `points` first, for f may have several valleys, then by
/// golden section between the neighbours of the best one, until they are `tolerance` apart. Returns x; `value` is f(x),
/// the least that was found. Source: Kiefer, "Sequential minimax search for a maximum", 1953.
template <class Function>
double lowest_point(const Function& f, double low, double high, int points, double tolerance, double& value) {
  const auto at = [&](int i) { return low + (high - low) * i / (points - 1); };
  int best = 0;
  double least = f(at(0));
  for (int i = 1; i < points; ++i) {
    const double next = f(at(i));
    if (next < least) least = next, best = i;
  }
  const double golden = (std::sqrt(5.0) - 1) / 2;
  double a = at(std::max(best - 1, 0)), b = at(std::min(best + 1, points - 1));
  double c = b - golden * (b - a), d = a + golden * (b - a), fc = f(c), fd = f(d);
  while (b - a > tolerance) {
    if (fc <= fd) {
      b = d, d = c, fd = fc;
      c = b - golden * (b - a), fc = f(c);
    } else {
      a = c, c = d, fc = fd;
      d = a + golden * (b - a), fd = f(d);
    }
  }
  value = std::min({fc, fd, least});
  return value == least ? at(best) : value == fc ? c : d;  // an end of the range is a point of the grid
}

/// The temperature of least mean_log_loss, for the function `who`; log_confidence(i, temperature) is log p of reading
/// i.
template <class LogConfidence>
TemperatureFit fit_any_temperature(const std::string& who, const std::vector<bool>& is_right,
                                   const LogConfidence& log_confidence, const TemperatureRange& range) {
  const auto right = static_cast<std::size_t>(std::count(is_right.begin(), is_right.end(), true));
  if (right == 0 || right == is_right.size()) {
    throw ArgumentError(who + ": expected words that were read right and words that were read wrong, found " +
                        std::to_string(right) + " right of " + std::to_string(is_right.size()) +
                        "; take more validation words");
  }
  if (!(range.low > 0 && range.low < range.high && std::isfinite(range.high) && range.tolerance > 0)) {
    throw ArgumentError(who + ": expected 0 < low < high and a tolerance above 0, found " + std::to_string(range.low) +
                        ", " + std::to_string(range.high) + " and " + std::to_string(range.tolerance));
  }
  constexpr int points = 21;
  TemperatureFit fit;
  const auto loss = [&](double log_temperature) {
    ++fit.evaluations;
    const double temperature = std::exp(log_temperature);
    return mean_log_loss(is_right, [&](std::size_t i) { return log_confidence(i, temperature); });
  };
  const double low = std::log(range.low), high = std::log(range.high);
  // Below the resolution of a double the bracket would not shrink any more.
  const double tolerance = std::max(range.tolerance, 1e-9);
  const double log_temperature = lowest_point(loss, low, high, points, tolerance, fit.loss);
  fit.temperature = std::clamp(std::exp(log_temperature), range.low, range.high);
  fit.is_at_limit = log_temperature - low <= 2 * tolerance || high - log_temperature <= 2 * tolerance;
  fit.loss_at_one = loss(0);
  return fit;
}

}  // namespace detail

/// The temperature at which the confidence in readings says best whether they are right.
///
///     temperature = argmin binary_log_loss(words, temperature),   low <= temperature <= high
///
/// searched over log temperature: 21 values from low to high, then golden section around the best of them. Readings of
/// best_path stay what they are at any temperature; those of a beam search with a language model need not, so words
/// hold what was read at the temperature 1. Fit it on validation words, which the network has not been trained on;
/// what it brings is measured on others (calibration).
/// words: at least one right and one wrong, for else the likeliest temperature is an end of the range; blank: a class.
/// About 35 evaluations of the loss: 3,500 words of T = 32, K = 80 take 10 to 20 seconds on one slow core.
/// Throws ArgumentError for no words, all right or all wrong, or a range that is none, and what log_text_probability
/// throws. Source: Guo, Pleiss, Sun, Weinberger, "On calibration of modern neural networks", ICML 2017, section 4.2,
/// where the event is a class; here it is "the text is right".
template <class T>
TemperatureFit fit_temperature(std::span<const CheckedReading<T>> words, int blank,
                               const TemperatureRange& range = {}) {
  const auto log_confidence = [&](std::size_t i, double temperature) {
    return log_text_probability(words[i].logits, 0, words[i].classes, blank, temperature);
  };
  return detail::fit_any_temperature("fit_temperature", detail::which_are_right(words), log_confidence, range);
}

}  // namespace tinyhtr
