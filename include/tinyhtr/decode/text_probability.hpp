// The probability of a text: the sum over all paths that spell it.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/kernels/ctc.hpp"

namespace tinyhtr {

namespace detail {

/// log softmax(logits / temperature) of the valid steps of sample n, (T,K) in double; -infinity is a class that cannot
/// be. steps: the number of valid steps of every sample, empty where all are. Throws the ArgumentError of `where` for a
/// temperature that is not above 0 and finite, steps that do not fit, no such sample, NaN, +infinity, or a step where
/// every class is -infinity.
template <class T>
Tensor<double> tempered_log_softmax(const std::string& where, const Tensor<T>& logits, Index n, double temperature,
                                    std::span<const Index> steps) {
  check_rank(where, "logits", logits.shape(), "(T,N,K)");
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const Index most = logits.dim(0), batch = logits.dim(1), classes = logits.dim(2);
  if (!(temperature > 0 && temperature < infinity)) {
    throw ArgumentError(where + ": expected a temperature above 0, found " + std::to_string(temperature));
  }
  if (n < 0 || n >= batch || (!steps.empty() && static_cast<Index>(steps.size()) != batch)) {
    throw ArgumentError(where + ": expected a sample from 0 to " + std::to_string(batch - 1) +
                        " and steps for none or all of them, found sample " + std::to_string(n) + " and steps for " +
                        std::to_string(steps.size()));
  }
  const Index valid = steps.empty() ? most : steps[static_cast<std::size_t>(n)];
  if (valid < 1 || valid > most) {
    throw ArgumentError(where + ": expected 1 to T = " + std::to_string(most) + " valid steps, found " +
                        std::to_string(valid) + " for sample n=" + std::to_string(n));
  }
  auto log_probs = Tensor<double>::uninitialized(Shape{valid, classes});
  for (Index t = 0; t < valid; ++t) {
    const T* x = logits.data() + (t * batch + n) * classes;
    double* y = log_probs.data() + t * classes;
    double largest = -infinity;
    for (Index k = 0; k < classes; ++k) {
      y[k] = static_cast<double>(x[k]);
      if (std::isnan(y[k]) || y[k] == infinity) {
        throw ArgumentError(where + ": expected finite logits, found " + std::to_string(y[k]) + " at time step t=" +
                            std::to_string(t) + ", sample n=" + std::to_string(n) + ", class k=" + std::to_string(k));
      }
      largest = std::max(largest, y[k]);
    }
    if (largest == -infinity) {
      throw ArgumentError(where + ": every class has probability 0 at time step t=" + std::to_string(t) +
                          ", sample n=" + std::to_string(n));
    }
    double sum = 0;
    for (Index k = 0; k < classes; ++k) {
      y[k] = (y[k] - largest) / temperature;
      sum += std::exp(y[k]);
    }
    const double log_sum = std::log(sum);
    for (Index k = 0; k < classes; ++k) y[k] -= log_sum;
  }
  return log_probs;
}

/// Throws the ArgumentError of `where` for a blank outside of [0,K), and for a text that holds it or such a class.
inline void check_text_classes(const std::string& where, std::span<const int> text, Index classes, int blank) {
  if (blank < 0 || blank >= classes) {
    throw ArgumentError(where + ": expected a blank from 0 to K-1 = " + std::to_string(classes - 1) + ", found " +
                        std::to_string(blank));
  }
  for (const int character : text) {
    if (character >= 0 && character < classes && character != blank) continue;
    throw ArgumentError(where + ": the text holds class " + std::to_string(character) + ", expected 0 to " +
                        std::to_string(classes - 1) + " without the blank " + std::to_string(blank));
  }
}

/// The recursion of log_text_probability on log probabilities (T,K).
inline double log_forward_score(const Tensor<double>& log_probs, std::span<const int> text, int blank) {
  constexpr double impossible = -std::numeric_limits<double>::infinity();
  if (ctc_required_steps(text) > log_probs.dim(0)) return impossible;
  const std::size_t states = 2 * text.size() + 1;  // blank, character, blank, ..., character, blank
  std::vector<double> alpha(states, impossible), next(alpha);
  alpha[0] = 0;  // as if the path had been in the first blank before
  for (Index t = 0; t < log_probs.dim(0); ++t) {
    const double* const log_y = log_probs.data() + t * log_probs.dim(1);
    for (std::size_t s = 0; s < states; ++s) {
      const bool is_character = s % 2 == 1;
      double sum = alpha[s];
      if (s >= 1) sum = log_add(sum, alpha[s - 1]);
      if (is_character && s >= 3 && text[s / 2] != text[s / 2 - 1]) sum = log_add(sum, alpha[s - 2]);
      next[s] = sum + log_y[is_character ? text[s / 2] : blank];
    }
    std::swap(alpha, next);
  }
  return states == 1 ? alpha[0] : log_add(alpha[states - 1], alpha[states - 2]);
}

}  // namespace detail

/// The logarithm of the probability that a network gives to a text: the CTC forward score.
///
///     log p(text | x) = log of the sum, over all paths that spell the text, of prod_t y[t, path[t]]
///     y = softmax(logits / temperature)
///
/// At temperature 1 it is minus the CTC loss; above 1 the network is less sure of itself, below more (fit_temperature).
/// All texts together have probability 1; the empty one is spelled by blanks alone. A text that does not fit into the
/// steps, or that only classes of logit -infinity spell, has -infinity.
/// logits (T,N,K), before any softmax, of which sample n is taken; text: classes, not the blank; steps: how many of the
/// T steps of each sample are valid, empty where all are. Throws ShapeError unless logits has three dimensions;
/// ArgumentError for a class outside of [0,K) or a blank in the text, for a sample, steps or a temperature that cannot
/// be, and for logits that are not finite. T K exponentials, O(T L) further steps, memory for T K numbers.
/// Source: Graves, Fernandez, Gomez, Schmidhuber, "Connectionist temporal classification", ICML 2006, section 4.1; for
/// the temperature Guo, Pleiss, Sun, Weinberger, "On calibration of modern neural networks", ICML 2017, section 4.2.
template <class T>
double log_text_probability(const Tensor<T>& logits, Index n, std::span<const int> text, int blank,
                            double temperature = 1, std::span<const Index> steps = {}) {
  const Tensor<double> log_probs = detail::tempered_log_softmax("log_text_probability", logits, n, temperature, steps);
  detail::check_text_classes("log_text_probability", text, logits.dim(2), blank);
  return detail::log_forward_score(log_probs, text, blank);
}

/// log_text_probability of one text for each of the N samples, side by side on the threads.
/// Throws as that does, and ArgumentError unless there are N texts.
template <class T>
std::vector<double> log_text_probabilities(const Tensor<T>& logits, std::span<const std::vector<int>> texts, int blank,
                                           double temperature = 1, std::span<const Index> steps = {}) {
  check_rank("log_text_probabilities", "logits", logits.shape(), "(T,N,K)");
  const Index batch = logits.dim(1);
  if (static_cast<Index>(texts.size()) != batch) {
    throw ArgumentError("log_text_probabilities: expected a text for each of N = " + std::to_string(batch) +
                        " samples, found " + std::to_string(texts.size()));
  }
  std::vector<double> scores(texts.size());
  parallel_for(batch, [&](Index n) {
    const auto i = static_cast<std::size_t>(n);
    scores[i] = log_text_probability(logits, n, texts[i], blank, temperature, steps);
  });
  return scores;
}

}  // namespace tinyhtr
