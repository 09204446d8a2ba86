// How sure a reading is of each of its characters.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/decode/text_probability.hpp"
#include "tinyhtr/kernels/ctc.hpp"

namespace tinyhtr {

namespace detail {

/// A probability that is kept as its logarithm: never too small, but a sum costs an exponential and a logarithm.
struct LogProbability {
  double log = -std::numeric_limits<double>::infinity();

  friend LogProbability operator*(LogProbability a, LogProbability b) { return {a.log + b.log}; }
  friend LogProbability operator+(LogProbability a, LogProbability b) { return {log_add(a.log, b.log)}; }
};

inline double share(double part, double whole) { return whole > 0 ? part / whole : 0; }
inline double share(LogProbability part, LogProbability whole) { return share(std::exp(part.log - whole.log), 1); }

/// The paths of a text, and those of all texts that differ from it in one character. Number is double or
/// LogProbability.
template <class Number>
class ChangedTexts {
 public:
  /// y (T,K) probabilities; text: L classes, L > 0.
  ChangedTexts(std::vector<Number> y, Index steps, Index classes, std::span<const int> text, int blank, Number one)
      : steps_(steps),
        classes_(classes),
        states_(2 * static_cast<Index>(text.size()) + 1),
        text_(text),
        blank_(blank),
        y_(std::move(y)),
        alpha_(static_cast<std::size_t>((steps + 1) * states_)),
        beta_(alpha_) {
    alpha(0, 0) = one;  // as if every path had been in the first blank before
    for (Index t = 0; t < steps_; ++t) {
      for (Index s = 0; s < states_; ++s) {
        Number sum = alpha(t, s);
        if (s >= 1) sum = sum + alpha(t, s - 1);
        if (may_skip(s)) sum = sum + alpha(t, s - 2);
        alpha(t + 1, s) = sum * y_at(t, class_of(s));
      }
    }
    beta(steps_, states_ - 1) = beta(steps_, states_ - 2) = one;
    for (Index t = steps_ - 1; t >= 0; --t) {
      for (Index s = 0; s < states_; ++s) {
        Number sum = beta(t + 1, s) * y_at(t, class_of(s));
        if (s + 1 < states_) sum = sum + beta(t + 1, s + 1) * y_at(t, class_of(s + 1));
        if (s + 2 < states_ && may_skip(s + 2)) sum = sum + beta(t + 1, s + 2) * y_at(t, class_of(s + 2));
        beta(t, s) = sum;
      }
    }
  }

  /// p(text) / (sum over k of p(text with class k as its character i) + p(text without it)); 0 where all are 0.
  double confidence(Index i) {
    with_each_class(i);
    Number whole = without(i);
    for (Index k = 0; k < classes_; ++k) {
      if (k != blank_) whole = whole + sums_[static_cast<std::size_t>(k)];
    }
    return std::min(1.0, share(sums_[static_cast<std::size_t>(character(i))], whole));
  }

 private:
  int character(Index i) const { return text_[static_cast<std::size_t>(i)]; }
  int class_of(Index s) const { return s % 2 == 1 ? character(s / 2) : blank_; }
  bool may_skip(Index s) const { return s % 2 == 1 && s >= 3 && character(s / 2) != character(s / 2 - 1); }
  Number y_at(Index t, Index k) const { return y_[static_cast<std::size_t>(t * classes_ + k)]; }
  Number& alpha(Index t, Index s) { return alpha_[static_cast<std::size_t>(t * states_ + s)]; }
  Number& beta(Index t, Index s) { return beta_[static_cast<std::size_t>(t * states_ + s)]; }

  /// All paths from what stands before character i to what stands behind it.
  Number without(Index i) {
    const Index before = 2 * i, behind = 2 * i + 3;  // the states of the blank in front of it, of the next character
    if (behind >= states_) return i == 0 ? alpha(steps_, 0) : alpha(steps_, before) + alpha(steps_, before - 1);
    const int next = character(i + 1);
    const bool touch = i > 0 && character(i - 1) != next;  // else a blank has to stand between them
    Number sum{};
    for (Index t = 0; t < steps_; ++t) {
      const Number arrived = touch ? alpha(t, before) + alpha(t, before - 1) : alpha(t, before);
      sum = sum + arrived * y_at(t, next) * beta(t + 1, behind);
    }
    return sum;
  }

  /// sums_[k] = p(text with class k as its character i); that of the blank means nothing.
  void with_each_class(Index i) {
    const Index before = 2 * i, after = 2 * i + 2;  // the states of the blanks around it
    const bool is_first = i == 0, is_last = after + 1 == states_;
    const auto classes = static_cast<std::size_t>(classes_);
    sums_.assign(classes, Number{});
    inside_.assign(classes, Number{});
    arriving_.resize(classes);
    leaving_.resize(classes);
    for (Index t = 0; t < steps_; ++t) {
      // Into the character at step t; from an equal one before, only by way of the blank.
      const Number waited = alpha(t, before);
      std::fill(arriving_.begin(), arriving_.end(), is_first ? waited : waited + alpha(t, before - 1));
      if (!is_first) arriving_[static_cast<std::size_t>(character(i - 1))] = waited;
      // Out of it after step t: on to the blank or the character behind, which is where that blank leads to, too.
      std::fill(leaving_.begin(), leaving_.end(), beta(t + 1, after));
      if (!is_last) {
        leaving_[static_cast<std::size_t>(character(i + 1))] =
            t + 1 < steps_ ? beta(t + 2, after) * y_at(t + 1, blank_) : Number{};
      }
      const Number* const y = y_.data() + t * classes_;
      for (std::size_t k = 0; k < classes; ++k) {
        inside_[k] = (inside_[k] + arriving_[k]) * y[k];
        sums_[k] = sums_[k] + inside_[k] * leaving_[k];
      }
    }
  }

  Index steps_, classes_, states_;
  std::span<const int> text_;
  int blank_;
  std::vector<Number> y_;                   // (T,K)
  std::vector<Number> alpha_;               // (T+1,S) paths that are in s after t steps
  std::vector<Number> beta_;                // (T+1,S) the ends of paths that are in s after t steps
  std::vector<Number> sums_;                // (K)
  std::vector<Number> inside_;              // (K) paths that are in class k as character i after t steps
  std::vector<Number> arriving_, leaving_;  // (K)
};

/// The confidence of each character by log probabilities (T,K) of a text that fits.
template <class Number>
std::vector<double> confidences_of(const Tensor<double>& log_probs, std::span<const int> text, int blank) {
  std::vector<Number> y;
  for (const double log_y : log_probs) {
    if constexpr (std::is_same_v<Number, LogProbability>) {
      y.push_back({log_y});
    } else {
      y.push_back(std::exp(log_y));
    }
  }
  Number one{1.0};
  if constexpr (std::is_same_v<Number, LogProbability>) one = {0.0};
  ChangedTexts<Number> texts(std::move(y), log_probs.dim(0), log_probs.dim(1), text, blank, one);
  std::vector<double> confidences;
  for (Index i = 0; i < static_cast<Index>(text.size()); ++i) confidences.push_back(texts.confidence(i));
  return confidences;
}

}  // namespace detail

/// How probable each character of a text is, given that all others of it are right.
///
///     c[i] = p(text | x) / (sum over k of p(text[i := k] | x) + p(text \ i | x)),   y = softmax(logits / temperature)
///
/// where text[i := k] has class k, any but the blank, for its character i, and text \ i leaves it out. So c[i] is the
/// posterior probability of character i among everything that may stand at its place, nothing included, while the
/// others stay; p is that of log_text_probability. It lies in [p(text | x), 1], and is 0 for a text of probability 0.
/// It does not ask whether a character is missing beside it, nor whether two are wrong together.
///
/// All K texts for one place share the paths before it (alpha) and behind it (beta):
///
///     inside[t,k] = y[t,k] (inside[t-1,k] + alpha[t-1, blank before] + alpha[t-1, i-1] where k is not that character)
///     p(text[i := k]) = sum over t of inside[t,k] (what leaves character i after t, into the next one if k differs)
///
/// so that it costs O(T K L) steps, no logarithm among them; a text of p below 1e-100 is computed by logarithms. What
/// double cannot hold, below 1e-308, is nothing beside a larger p(text).
/// logits (T,N,K), before any softmax, of which sample n is taken; text: classes, not the blank, a reading of the
/// sample; steps: how many of the T steps of each sample are valid, empty where all are. Returns one number for each
/// character. Throws as log_text_probability does. Source: the posterior of a hidden Markov model's state, Rabiner, "A
/// tutorial on hidden Markov models", 1989, equation 27, summed over the lattices of Graves and others, 2006.
template <class T>
std::vector<double> character_confidence(const Tensor<T>& logits, Index n, std::span<const int> text, int blank,
                                         double temperature = 1, std::span<const Index> steps = {}) {
  const Tensor<double> log_probs = detail::tempered_log_softmax("character_confidence", logits, n, temperature, steps);
  detail::check_text_classes("character_confidence", text, logits.dim(2), blank);
  const double score = detail::log_forward_score(log_probs, text, blank);
  if (text.empty() || std::isinf(score)) return std::vector<double>(text.size(), 0.0);
  constexpr double least = -230;  // log 1e-100
  return score > least ? detail::confidences_of<double>(log_probs, text, blank)
                       : detail::confidences_of<detail::LogProbability>(log_probs, text, blank);
}

}  // namespace tinyhtr
