// best_path: the likeliest class at each time step, read off.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/lengths.hpp"
#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/decode/reading.hpp"

namespace tinyhtr {

namespace detail {

/// The likeliest class of one time step with its log softmax. Ties go to the lower class.
template <class T>
struct BestClass {
  int number = 0;
  double log_probability = 0;

  /// logits (K) at time step t of image n; throws ArgumentError for a row without a likeliest class.
  BestClass(const T* logits, Index classes, Index t, Index n) {
    for (Index k = 0; k < classes; ++k) {
      // NaN loses every comparison, so it has to be looked for.
      if (std::isnan(logits[k]) || logits[k] == std::numeric_limits<T>::infinity()) {
        throw ArgumentError("best_path: expected finite logits, found " + std::to_string(logits[k]) +
                            " at time step t=" + std::to_string(t) + ", image n=" + std::to_string(n) +
                            ", class k=" + std::to_string(k));
      }
      if (logits[k] > logits[number]) number = static_cast<int>(k);
    }
    const double highest = static_cast<double>(logits[number]);
    if (std::isinf(highest)) {
      throw ArgumentError("best_path: every class has probability 0 at time step t=" + std::to_string(t) +
                          ", image n=" + std::to_string(n));
    }
    double sum = 0;
    for (Index k = 0; k < classes; ++k) sum += std::exp(static_cast<double>(logits[k]) - highest);
    log_probability = -std::log(sum);  // highest - (highest + log sum)
  }
};

}  // namespace detail

/// Reads the best path: argmax at every time step, then equal neighbours are one, then blanks go.
///
///     path[t] = argmax_k logits[t,n,k],   log_probability = sum_t max_k log_softmax(logits[t,n])[k]
///
/// That is the probability of this one path; that of the text is higher, for other paths spell it too.
/// logits (T,N,K), not yet softmaxed; -inf is a class that cannot be; lengths (N), where given: the steps of each
/// image. Ties go to the lower class. Returns N readings; `frames` holds the first time step of each class's run. About
/// 2 T N K operations and as many exponentials. Throws ShapeError unless logits has three dimensions; ArgumentError for
/// a blank outside [0, K), for NaN, +infinity or a time step where all classes are -inf, naming t and n. Source:
/// Graves, Fernandez, Gomez, Schmidhuber, "Connectionist temporal classification", ICML 2006, section 3.2.
template <class T>
std::vector<Reading> best_path(const Tensor<T>& logits, int blank, const Lengths& lengths = {}) {
  check_rank("best_path", "logits", logits.shape(), "(T,N,K)");
  const Index steps = logits.dim(0), batch = logits.dim(1), classes = logits.dim(2);
  if (blank < 0 || blank >= classes) {
    throw ArgumentError("best_path: expected a blank from 0 to K-1 = " + std::to_string(classes - 1) + ", found " +
                        std::to_string(blank));
  }
  check_lengths("best_path", lengths, batch, steps);
  std::vector<Reading> readings(static_cast<std::size_t>(batch));
  parallel_for(batch, [&](Index n) {
    Reading& reading = readings[static_cast<std::size_t>(n)];
    int previous = blank;
    for (Index t = 0; t < length_of(lengths, n, steps); ++t) {
      const detail::BestClass<T> best(logits.data() + (t * batch + n) * classes, classes, t, n);
      reading.log_probability += best.log_probability;
      if (best.number != previous && best.number != blank) {
        reading.classes.push_back(best.number);
        reading.frames.push_back(t);
      }
      previous = best.number;
    }
  });
  return readings;
}

}  // namespace tinyhtr
