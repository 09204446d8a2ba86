// One temperature for a beam search, so that its confidence in a text says how often it is right.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "tinyhtr/decode/beam_confidence.hpp"
#include "tinyhtr/decode/fit_temperature.hpp"

namespace tinyhtr {

/// What was read in one word of known text, beside what a beam search ended with.
struct CheckedScores {
  std::vector<double> scores;  ///< that of the text first: beam_search's with n_best = width, or scores_beside_rivals
  bool is_right = false;       ///< whether that is the word's text
};

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
