// One temperature for a beam search, so that its confidence in a text says how often it is right.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/decode/fit_temperature.hpp"

namespace tinyhtr {

/// What a beam search ended with in one word of known text.
struct CheckedScores {
  std::vector<double> scores;  ///< of the texts in the beam, the best first: beam_search's with n_best = width
  bool is_right = false;       ///< whether the best one is the word's text
};

/// log of the best text's share of e^(score / temperature) among those that the beam ended with: the logarithm of
/// beam_search's confidence. Throws ArgumentError for no scores.
inline double log_beam_confidence(std::span<const double> scores, double temperature) {
  if (scores.empty()) throw ArgumentError("log_beam_confidence: expected at least one score, found none");
  double mass = 0;  // relative to the best one
  for (const double score : scores) mass += std::exp((score - scores[0]) / temperature);
  return -std::log(mass);
}

/// The confidence_temperature of BeamOptions at which beam_search's confidences say best whether readings are right.
///
///     temperature = argmin  mean over words of  -log p  where the reading is right,  -log(1 - p)  where it is wrong
///     p = exp(log_beam_confidence(scores, temperature))
///
/// It belongs to one width, language model and weights. Readings stay what they are: only confidences change. words: at
/// least one right and one wrong. Searches as fit_temperature does, throws as it does, and ArgumentError for a word
/// without scores.
inline TemperatureFit fit_beam_temperature(std::span<const CheckedScores> words, const TemperatureRange& range = {}) {
  std::vector<bool> right;
  for (const CheckedScores& word : words) right.push_back(word.is_right);
  const auto log_confidence = [&](std::size_t i, double temperature) {
    return log_beam_confidence(words[i].scores, temperature);
  };
  return detail::fit_any_temperature("fit_beam_temperature", right, log_confidence, range);
}

}  // namespace tinyhtr
