// beam_confidence: how far a beam search believes a text, be it one that another decoder read.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/decode/beam_search.hpp"
#include "tinyhtr/decode/text_probability.hpp"

namespace tinyhtr {

/// log of the first text's share of e^(score / temperature) among all: with those that a beam search ended with, the
/// best one first, the logarithm of beam_search's confidence; with scores_beside_rivals that in any text. A first score
/// of -infinity has no share. Throws ArgumentError for no scores.
inline double log_beam_confidence(std::span<const double> scores, double temperature) {
  if (scores.empty()) throw ArgumentError("log_beam_confidence: expected at least one score, found none");
  if (scores[0] == -std::numeric_limits<double>::infinity()) return scores[0];
  const double best = *std::max_element(scores.begin(), scores.end());
  double mass = 0;  // relative to the best one
  for (const double score : scores) mass += std::exp((score - best) / temperature);
  return (scores[0] - best) / temperature - std::log(mass);
}

/// The score that beam_search ranks a text by, of any text and with all its paths:
///
///     score(text) = log p_ctc(text) + max(alpha log p_model(text) + beta |text|, -gamma)
///                   - penalty where it is not in the lexicon
///
/// logits (T,N,K), of which image n is taken; text: classes, not the blank; steps: how many of the T count, empty where
/// all do; at least one. Width and temperature of the options play no part. -infinity for a text that cannot be. Throws
/// what log_text_probability throws, and beam_search for its options.
template <class T>
double beam_score(const Tensor<T>& logits, Index n, std::span<const int> text, int blank,
                  const BeamOptions& options = {}, std::span<const Index> steps = {}) {
  const double log_probability = log_text_probability(logits, n, text, blank, 1, steps);
  detail::check_beam(logits.dim(2), blank, options);
  detail::BeamPrefixes prefixes;
  prefixes.start(options);
  std::uint32_t prefix = 0;
  for (const int character : text) prefix = prefixes.child(prefix, character);
  return log_probability + prefixes.language_at_end(prefix);
}

/// What the confidence in each of N texts is made of, whoever read them: its score, then those of the other texts that
/// a beam search ends with.
///
///     confidence = e^(s_0 / T) / sum over i of e^(s_i / T)        exp of log_beam_confidence(s, T)
///
/// Where best path reads a text that a language model holds for unlikely beside its rivals, the confidence is low,
/// however sure the network is; on words of IAM that says better which texts are right than the probability that the
/// network gives them (docs/results.md). The text's own score is the search's where the search has it, else
/// beam_score.
/// logits (T,N,K), before any softmax; texts: N of classes; options: of the search; steps: of each image, how many of
/// the T count, empty for all. Costs a beam search. Throws what beam_search and log_text_probability throw, and
/// ArgumentError unless there are N texts.
template <class T>
std::vector<std::vector<double>> scores_beside_rivals(const Tensor<T>& logits, std::span<const std::vector<int>> texts,
                                                      int blank, const BeamOptions& options = {},
                                                      std::span<const Index> steps = {}) {
  check_rank("scores_beside_rivals", "logits", logits.shape(), "(T,N,K)");
  if (static_cast<Index>(texts.size()) != logits.dim(1)) {
    throw ArgumentError("scores_beside_rivals: expected a text for each of N = " + std::to_string(logits.dim(1)) +
                        " images, found " + std::to_string(texts.size()));
  }
  BeamOptions all = options;
  all.n_best = all.width;
  const std::vector<std::vector<ScoredReading>> found = beam_search(logits, blank, all, steps);
  std::vector<std::vector<double>> scores(found.size());
  parallel_for(static_cast<Index>(found.size()), [&](Index n) {
    const auto i = static_cast<std::size_t>(n);
    for (const ScoredReading& rival : found[i]) scores[i].push_back(rival.score);
    const auto own = std::find_if(found[i].begin(), found[i].end(),
                                  [&](const ScoredReading& reading) { return reading.classes == texts[i]; });
    if (own == found[i].end()) {
      scores[i].insert(scores[i].begin(), beam_score(logits, n, texts[i], blank, options, steps));
    } else {
      std::swap(scores[i].front(), scores[i][static_cast<std::size_t>(own - found[i].begin())]);
    }
  });
  return scores;
}

}  // namespace tinyhtr
