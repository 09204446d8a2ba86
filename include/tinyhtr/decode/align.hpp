// Forced alignment: where in a sequence the letters of a known label stand.
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
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/kernels/ctc.hpp"
#include "tinyhtr/kernels/softmax.hpp"

namespace tinyhtr {

/// A path through the lattice of a label, step by step. All vectors have T entries.
struct Alignment {
  std::vector<Index> states;              ///< from 0 to S-1 = 2L; the odd state 2i + 1 is the label's letter i
  std::vector<Index> letters;             ///< position in the label, or -1 where the path is on a blank
  std::vector<double> log_probabilities;  ///< of the path's class at the step, natural logarithm
  double log_probability = 0;             ///< of the path: their sum
};

namespace detail {

/// log softmax of the first `steps` steps of one sample, (steps,1,K) in double. Throws ArgumentError for NaN,
/// +infinity, or a step where every class is -infinity.
template <class T>
Tensor<double> log_probabilities_of(const Tensor<T>& logits, Index n, Index steps) {
  const Index classes = logits.dim(2);
  Tensor<double> sample(Shape{steps, 1, classes}), log_probs;
  constexpr double infinity = std::numeric_limits<double>::infinity();
  for (Index t = 0; t < steps; ++t) {
    double largest = -infinity;
    for (Index k = 0; k < classes; ++k) {
      const double logit = static_cast<double>(logits(t, n, k));
      if (std::isnan(logit) || logit == infinity) {
        throw ArgumentError("align: expected finite logits, found " + std::to_string(logit) + " at time step t=" +
                            std::to_string(t) + ", sample n=" + std::to_string(n) + ", class k=" + std::to_string(k));
      }
      largest = std::max(largest, logit);
      sample(t, 0, k) = logit;
    }
    if (largest == -infinity) {
      throw ArgumentError("align: every class has probability 0 at time step t=" + std::to_string(t) +
                          ", sample n=" + std::to_string(n));
    }
  }
  log_softmax_forward(log_probs, sample);
  return log_probs;
}

}  // namespace detail

/// The most probable path of a label through the logits of one sample (Viterbi).
///
///     best[t,s] = log y[t,s] + max(best[t-1,s], best[t-1,s-1], best[t-1,s-2] where a skip is allowed)
///
/// with the states and moves of CtcLattice, y the softmax of the logits; then back from the better of the last two
/// states. Of equally good paths it takes the one that stays.
/// logits (T,N,K), before any softmax, where -inf is a class that cannot be; n the sample; label: classes, not the
/// blank, any length that fits; blank a class, here always K-1; steps: only the first so many of T belong to the sample
/// (0: all). T S bytes of memory, O(T S + T K) operations.
/// Throws ShapeError unless logits has three dimensions; ArgumentError for a class outside [0,K) or a blank in the
/// label, for a label that does not fit (naming T, L, the repeats), for one that no path can write, and for logits that
/// are not finite. Source: Rabiner, "A tutorial on hidden Markov models", 1989, section III.B, on the lattice of Graves
/// and others, 2006.
template <class T>
Alignment align(const Tensor<T>& logits, Index n, std::span<const int> label, int blank, Index steps = 0) {
  check_rank("align", "logits", logits.shape(), "(T,N,K)");
  if (steps == 0) steps = logits.dim(0);
  detail::check_ctc(logits.shape(), n, label, blank, steps);
  const Tensor<double> log_probs = detail::log_probabilities_of(logits, n, steps);
  constexpr double impossible = -std::numeric_limits<double>::infinity();
  CtcLattice lattice;  // for its states and their moves alone
  lattice.states.assign(2 * label.size() + 1, blank);
  for (std::size_t i = 0; i < label.size(); ++i) lattice.states[2 * i + 1] = label[i];
  const Index states = lattice.state_count();
  const auto log_y = [&](Index t, Index s) { return log_probs(t, 0, lattice.states[static_cast<std::size_t>(s)]); };

  // moves[t S + s]: by how many states the best path to s went on from t - 1 to t.
  std::vector<std::uint8_t> moves(static_cast<std::size_t>(steps * states), 0);
  std::vector<double> best(static_cast<std::size_t>(states), impossible), next(best);
  best[0] = log_y(0, 0);
  if (states > 1) best[1] = log_y(0, 1);
  for (Index t = 1; t < steps; ++t) {
    for (Index s = 0; s < states; ++s) {
      std::uint8_t move = 0;
      const auto from = [&](int back) { return best[static_cast<std::size_t>(s - back)]; };
      if (s >= 1 && from(1) > from(move)) move = 1;
      if (lattice.may_skip(s) && from(2) > from(move)) move = 2;
      next[static_cast<std::size_t>(s)] = from(move) + log_y(t, s);
      moves[static_cast<std::size_t>(t * states + s)] = move;
    }
    std::swap(best, next);
  }

  Index state = states - 1;
  if (states > 1 && best[static_cast<std::size_t>(states - 2)] > best[static_cast<std::size_t>(states - 1)]) --state;
  if (best[static_cast<std::size_t>(state)] == impossible) {
    throw ArgumentError("align: no path of probability above 0 writes the label of sample " + std::to_string(n));
  }
  Alignment alignment;
  alignment.states.resize(static_cast<std::size_t>(steps));
  for (Index t = steps - 1; t >= 0; --t) {
    alignment.states[static_cast<std::size_t>(t)] = state;
    state -= moves[static_cast<std::size_t>(t * states + state)];
  }
  for (Index t = 0; t < steps; ++t) {
    const Index s = alignment.states[static_cast<std::size_t>(t)];
    alignment.letters.push_back(s % 2 == 1 ? s / 2 : -1);
    alignment.log_probabilities.push_back(log_y(t, s));
    alignment.log_probability += log_y(t, s);
  }
  return alignment;
}

}  // namespace tinyhtr
