// Connectionist temporal classification: the lattice of all alignments of a label with a sequence.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/tensor.hpp"

namespace tinyhtr {

/// log(e^a + e^b), exact for -infinity, the logarithm of zero; NaN where a or b is.
template <class T>
T log_add(T a, T b) {
  const T high = a > b ? a : b, low = a > b ? b : a;  // std::max(a, NaN) is a: NaN would get lost
  if (low == -std::numeric_limits<T>::infinity()) return high;
  return high + std::log1p(std::exp(low - high));
}

/// Every way to write a label into T steps, for one sample: states are the label's letters with blanks around them,
/// S = 2L + 1, and each alignment is a path that per step stays, moves on by one, or skips a blank between two
/// different letters. In double whatever the network computes in: alpha + beta - log p takes the difference of numbers
/// in the hundreds, which in float leaves four digits of the gradient.
struct CtcLattice {
  Index time_steps = 0;        ///< T
  Index label_length = 0;      ///< L
  std::vector<int> states;     ///< (S) class of each state: blank, letter, blank, letter, ..., blank
  Tensor<double> alpha;        ///< (T,S) log probability of all path beginnings that are in s at t, step t included
  Tensor<double> beta;         ///< (T,S) log probability of all path ends after t that were in s at t
  double log_probability = 0;  ///< of the label: the sum over all paths

  Index state_count() const { return static_cast<Index>(states.size()); }

  /// The share of the label's probability whose paths are in s at t: exp(alpha + beta - log p), which sums to 1 over s.
  double mass(Index t, Index s) const { return std::exp(alpha(t, s) + beta(t, s) - log_probability); }

  /// Whether a path may go from state s - 2 to s: only to a letter, and not between equal letters.
  bool may_skip(Index s) const {
    const auto k = static_cast<std::size_t>(s);
    return s >= 2 && s % 2 == 1 && states[k] != states[k - 2];
  }
};

/// The fewest steps into which a label fits: one per letter, and a blank between every two equal neighbours.
///
///     T >= L + |{ i : label[i] = label[i-1] }|
///
/// Source: Graves, Fernandez, Gomez, Schmidhuber, "Connectionist temporal classification", 2006, section 3.
inline Index ctc_required_steps(std::span<const int> label) {
  Index steps = static_cast<Index>(label.size());
  for (std::size_t i = 1; i < label.size(); ++i) steps += label[i] == label[i - 1] ? 1 : 0;
  return steps;
}

namespace detail {

/// What every CTC algorithm asks of its arguments; the errors are those of ctc_forward. steps: of the sample, the first
/// ones of the sequence.
inline void check_ctc(const Shape& shape, Index n, std::span<const int> label, int blank, Index steps) {
  const Index batch = shape[1], classes = shape[2];
  if (steps > shape[0]) {
    throw ArgumentError("ctc: expected at most " + std::to_string(shape[0]) + " steps for sample " + std::to_string(n) +
                        ", found " + std::to_string(steps));
  }
  if (n < 0 || n >= batch || blank < 0 || blank >= classes) {
    throw ArgumentError("ctc: expected a sample from 0 to " + std::to_string(batch - 1) + " with a blank from 0 to " +
                        std::to_string(classes - 1) + ", found sample " + std::to_string(n) + " with blank " +
                        std::to_string(blank));
  }
  for (const int letter : label) {
    if (letter < 0 || letter >= classes || letter == blank) {
      throw ArgumentError("ctc: the label of sample " + std::to_string(n) + " holds class " + std::to_string(letter) +
                          ", expected 0 to " + std::to_string(classes - 1) + " without the blank " +
                          std::to_string(blank));
    }
  }
  const Index length = static_cast<Index>(label.size()), required = ctc_required_steps(label);
  if (required > steps || steps < 1) {
    throw ArgumentError("ctc: the label of sample " + std::to_string(n) +
                        " does not fit: L = " + std::to_string(length) + " letters and " +
                        std::to_string(required - length) + " repeats need " +
                        std::to_string(std::max<Index>(1, required)) + " steps, T = " + std::to_string(steps));
  }
}

/// Throws where logits that are not finite have left no probability.
inline void check_ctc_result(const CtcLattice& lattice, Index n) {
  if (!std::isfinite(lattice.log_probability)) {
    throw ArgumentError("ctc: the label of sample " + std::to_string(n) + " has log probability " +
                        std::to_string(lattice.log_probability) + "; the logits hold NaN or infinity");
  }
}

/// The loops of ctc_forward, whose formulas stand there, without its checks.
template <class T>
void fill_ctc_lattice(CtcLattice& lattice, const Tensor<T>& log_probs, Index n, std::span<const int> label, int blank) {
  const Index steps = log_probs.dim(0), length = static_cast<Index>(label.size());
  constexpr double impossible = -std::numeric_limits<double>::infinity();
  lattice.time_steps = steps;
  lattice.label_length = length;
  lattice.states.assign(static_cast<std::size_t>(2 * length + 1), blank);
  for (std::size_t i = 0; i < label.size(); ++i) lattice.states[2 * i + 1] = label[i];
  const Index states = lattice.state_count();
  const auto log_y = [&](Index t, Index s) {
    return static_cast<double>(log_probs(t, n, lattice.states[static_cast<std::size_t>(s)]));
  };

  Tensor<double>& alpha = lattice.alpha;
  alpha.resize({steps, states});
  alpha.fill(impossible);
  alpha(0, 0) = log_y(0, 0);
  if (length > 0) alpha(0, 1) = log_y(0, 1);
  for (Index t = 1; t < steps; ++t) {
    for (Index s = 0; s < states; ++s) {
      double sum = alpha(t - 1, s);
      if (s >= 1) sum = log_add(sum, alpha(t - 1, s - 1));
      if (lattice.may_skip(s)) sum = log_add(sum, alpha(t - 1, s - 2));
      alpha(t, s) = sum + log_y(t, s);
    }
  }
  lattice.log_probability = alpha(steps - 1, states - 1);
  if (length > 0) lattice.log_probability = log_add(lattice.log_probability, alpha(steps - 1, states - 2));

  Tensor<double>& beta = lattice.beta;
  beta.resize({steps, states});
  beta.fill(impossible);
  beta(steps - 1, states - 1) = 0;
  if (length > 0) beta(steps - 1, states - 2) = 0;
  for (Index t = steps - 2; t >= 0; --t) {
    for (Index s = 0; s < states; ++s) {
      double sum = beta(t + 1, s) + log_y(t + 1, s);
      if (s + 1 < states) sum = log_add(sum, beta(t + 1, s + 1) + log_y(t + 1, s + 1));
      if (s + 2 < states && lattice.may_skip(s + 2)) sum = log_add(sum, beta(t + 1, s + 2) + log_y(t + 1, s + 2));
      beta(t, s) = sum;
    }
  }
}

}  // namespace detail

/// Fills the lattice of one sample.
///
///     alpha[t,s] = log y[t,s] + logsum(alpha[t-1,s], alpha[t-1,s-1], alpha[t-1,s-2] where a skip is allowed)
///     beta[t,s]  = logsum over the states s' that s leads to of (beta[t+1,s'] + log y[t+1,s'])
///     log p(label) = logsum(alpha[T-1,S-1], alpha[T-1,S-2])
///
/// log_probs (T,N,K), log-softmax of the logits; n the sample; label: classes, not the blank, any length that fits;
/// blank a class, here always K-1. y[t,s] is the probability of the class of state s. Costs O(T S).
/// Throws ArgumentError for a class outside [0,K) or a blank in the label, for a label that needs more than T steps,
/// and for log_probs that are not finite. Source: Graves, Fernandez, Gomez, Schmidhuber, "Connectionist temporal
/// classification", ICML 2006, section 4.1.
template <class T>
void ctc_forward(CtcLattice& lattice, const Tensor<T>& log_probs, Index n, std::span<const int> label, int blank) {
  check_rank("ctc", "log_probs", log_probs.shape(), "(T,N,K)");
  detail::check_ctc(log_probs.shape(), n, label, blank, log_probs.dim(0));
  detail::fill_ctc_lattice(lattice, log_probs, n, label, blank);
  detail::check_ctc_result(lattice, n);
}

/// Gradient of the loss -log p(label) of one sample by its logits.
///
///     dlogits[t,n,k] += scale (y[t,k] - sum over states s of class k of exp(alpha[t,s] + beta[t,s] - log p(label)))
///
/// that is, what the network says minus how much of all alignments' mass passes through class k at t.
/// dlogits, log_probs (T,N,K); lattice of ctc_forward; scale: the gradient of this sample's loss. Source: as forward,
/// equation 16.
template <class T>
void ctc_backward(Tensor<T>& dlogits, const CtcLattice& lattice, const Tensor<T>& log_probs, Index n, T scale) {
  check_shape("ctc_backward", "dlogits", dlogits.shape(), log_probs.shape());
  const Index classes = log_probs.dim(2);
  for (Index t = 0; t < lattice.time_steps; ++t) {
    for (Index k = 0; k < classes; ++k) dlogits(t, n, k) += scale * std::exp(log_probs(t, n, k));
    for (Index s = 0; s < lattice.state_count(); ++s) {
      const double mass = lattice.mass(t, s);
      dlogits(t, n, lattice.states[static_cast<std::size_t>(s)]) -= scale * static_cast<T>(mass);
    }
  }
}

}  // namespace tinyhtr
