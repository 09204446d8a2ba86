// Risk and coverage: the error rates of the words that are kept when the least sure ones are left to a person.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/metrics/error_rate.hpp"

namespace tinyhtr {

/// The errors of a word, or of several, with the confidence in what was read.
struct RatedErrors {
  double confidence = 0;
  ErrorRate errors;  ///< of this word: one add(label, reading)
};

/// The words down to one confidence, kept.
struct RiskCoveragePoint {
  double confidence = 0;  ///< of the least sure words that are kept
  double coverage = 0;    ///< share of all words
  ErrorRate kept;         ///< their errors
};

/// Error rates where a share of the words is kept.
struct Risk {
  double cer_micro = 0, wer = 0;
};

/// What risk_coverage found: one point for each confidence, from the surest words to all.
struct RiskCoverage {
  std::vector<RiskCoveragePoint> points;
  Risk area;  ///< under the curves

  /// The error rates of the ceil(coverage N) surest words. Of words with equal confidence a part is taken at random:
  /// what is expected of it. Throws ArgumentError for a coverage outside of (0, 1].
  Risk at_coverage(double coverage) const {
    if (!(coverage > 0 && coverage <= 1)) {
      throw ArgumentError("risk_coverage: expected a coverage above 0, up to 1, found " + std::to_string(coverage));
    }
    const auto words = static_cast<double>(points.back().kept.words);
    // 0.9 x 10 is a hair above 9 in binary.
    return of_words(std::max(1.0, std::ceil(coverage * words - 1e-9 * words)));
  }

  /// The error rates of the `count` surest words, from 1 to all.
  Risk of_words(double count) const {
    const auto point = std::lower_bound(points.begin(), points.end(), count, [](const RiskCoveragePoint& p, double n) {
      return static_cast<double>(p.kept.words) < n;
    });
    const ErrorRate& above = point == points.end() ? points.back().kept : point->kept;
    const ErrorRate below = point == points.begin() ? ErrorRate{} : (point - 1)->kept;
    const double share = (count - static_cast<double>(below.words)) / static_cast<double>(above.words - below.words);
    const auto between = [&](Index a, Index b) { return static_cast<double>(a) + share * static_cast<double>(b - a); };
    const double edits = between(below.edits, above.edits), characters = between(below.characters, above.characters);
    return {characters > 0 ? edits / characters : (edits > 0 ? 1.0 : 0.0),
            between(below.wrong_words, above.wrong_words) / count};
  }
};

/// Sorts words by confidence, and computes the error rates of the surest ones, for each number of them.
///
///     risk(n) = errors of the n surest words: cer_micro = their edits / their characters, wer = wrong ones / n
///     area    = 1/N sum over n = 1 .. N of risk(n)
///
/// Words of equal confidence cannot be told apart: a point has all of them or none, and between two points their edits,
/// characters and wrong words come in evenly, which is what a random order of them gives on the average (of the
/// WER exactly, of the CER but for the mean of a ratio). So the order of the words means nothing. A confidence that is
/// right about nothing has a flat curve at the full rate; the best one falls to 0 where all wrong words are left out.
/// Costs N log N. Throws ArgumentError for no words, for an item without a word, and a confidence that is NaN.
/// Source: El-Yaniv, Wiener, "On the foundations of noise-free selective classification", JMLR 2010; for the area
/// Geifman, Uziel, El-Yaniv, "Bias-reduced uncertainty estimation for deep neural classifiers", ICLR 2019.
inline RiskCoverage risk_coverage(std::span<const RatedErrors> words) {
  if (words.empty()) throw ArgumentError("risk_coverage: expected at least one word, found none");
  std::vector<const RatedErrors*> sorted;
  for (const RatedErrors& word : words) {
    if (std::isnan(word.confidence) || word.errors.words < 1) {
      throw ArgumentError("risk_coverage: expected words with a confidence each, found " +
                          std::to_string(word.errors.words) + " words of confidence " +
                          std::to_string(word.confidence) + " in place " + std::to_string(sorted.size()));
    }
    sorted.push_back(&word);
  }
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const RatedErrors* a, const RatedErrors* b) { return a->confidence > b->confidence; });
  RiskCoverage result;
  ErrorRate kept;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    kept.add(sorted[i]->errors);
    if (i + 1 < sorted.size() && sorted[i + 1]->confidence == sorted[i]->confidence) continue;
    result.points.push_back({sorted[i]->confidence, 0, kept});
  }
  const auto total = static_cast<double>(kept.words);
  for (RiskCoveragePoint& point : result.points) point.coverage = static_cast<double>(point.kept.words) / total;
  for (Index n = 1; n <= kept.words; ++n) {
    const Risk risk = result.of_words(static_cast<double>(n));
    result.area.cer_micro += risk.cer_micro / total;
    result.area.wer += risk.wer / total;
  }
  return result;
}

}  // namespace tinyhtr
