// The CTC loss of a sample in the linear domain: products of probabilities, scaled step by step.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <optional>
#include <span>

#include "tinyhtr/core/scratch.hpp"
#include "tinyhtr/core/simd.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/kernels/ctc.hpp"
#include "tinyhtr/kernels/ctc_log_domain.hpp"
#include "tinyhtr/kernels/softmax.hpp"

namespace tinyhtr {

/// CTC on the probabilities themselves, by the forward-backward recursion of hidden Markov models.
///
///     alpha[t,s] = y[t,s] (alpha[t-1,s] + alpha[t-1,s-1] + skip[s] alpha[t-1,s-2])
///     beta[t,s]  = by[t+1,s] + by[t+1,s+1] + skip[s+2] by[t+1,s+2],   by[t,s] = beta[t,s] y[t,s]
///     p(label)   = sum over s of alpha[t,s] beta[t,s],                at any t
///
/// The textbook's three logarithms and exponentials per state become two additions and two products, which go by whole
/// vectors because a forbidden skip is a factor 0 instead of a question. So that hundreds of steps do not leave
/// double's range, each row is multiplied by the power of two that brings its sum near one: those products are exact,
/// and their exponents are added up beside. States that no path can have reached, or from which the end is too far,
/// have y = 0. Of beta only one row exists at a time: it meets alpha where the gradient is written.
///
/// What is lost below double's range is harmless as long as alpha * beta stays far above it; where it does not, or
/// where a probability is too small for exponential(), the sample is computed in the log domain instead.
/// Source: Rabiner, "A tutorial on hidden Markov models", 1989, section V.A, for the scaling; Graves, Fernandez, Gomez,
/// Schmidhuber, "Connectionist temporal classification", 2006, section 4.1.
struct Scaled {
  /// As LogDomain::loss, with the same arguments and errors.
  template <class T>
  static double loss(Tensor<T>* gradient, const Tensor<T>& logits, Index n, std::span<const int> label, int blank,
                     Index steps) {
    check_rank("ctc", "logits", logits.shape(), "(T,N,K)");
    if (gradient) check_shape("ctc", "gradient", gradient->shape(), logits.shape());
    detail::check_ctc(logits.shape(), n, label, blank, steps);
    const std::optional<double> loss = linear_domain(gradient, logits, n, label, blank, steps);
    if (!loss) return LogDomain::loss(gradient, logits, n, label, blank, steps);
    if (gradient) detail::clear_steps(*gradient, n, steps);
    return *loss;
  }

  /// The same where all T steps belong to the sample.
  template <class T>
  static double loss(Tensor<T>* gradient, const Tensor<T>& logits, Index n, std::span<const int> label, int blank) {
    check_rank("ctc", "logits", logits.shape(), "(T,N,K)");
    return loss(gradient, logits, n, label, blank, logits.dim(0));
  }

  /// The same, but nothing where double's range or exponential()'s does not suffice, or the logits are not finite;
  /// the gradient holds anything then.
  template <class T>
  static std::optional<double> linear_domain(Tensor<T>* gradient, const Tensor<T>& logits, Index n,
                                             std::span<const int> label, int blank, Index steps) {
    constexpr Index lanes = vector_lanes<double>;
    const Index batch = logits.dim(1), classes = logits.dim(2);
    const States states(label, blank);
    const Index row = states.row;
    // Every row of alpha begins with a vector of zeros for the states before the first; by ends with one.
    double* const y = scratch<double, 1>(steps * row + (steps + 1) * (lanes + row) + row + lanes);
    double* const start = y + steps * row + lanes;
    double* const by = start + (steps + 1) * (lanes + row) - lanes;
    const auto alpha = [&](Index t) { return start + (t + 1) * (lanes + row); };
    T* const spare = scratch<T, 2>(classes);
    const auto probabilities = [&](Index t) { return gradient ? gradient->data() + (t * batch + n) * classes : spare; };

    // A path begins as if it had been in the first blank before: alpha[-1] = (1, 0, 0, ...).
    std::fill(alpha(-1) - lanes, alpha(-1) + row, 0.0);
    alpha(-1)[0] = 1;
    double sum = 1;  // of a row of alpha, later of by
    Index exponent = 0;
    for (Index t = 0; t < steps; ++t) {
      const T* x = logits.data() + (t * batch + n) * classes;
      T* out = probabilities(t);
      const double inverse = 1 / detail::exponentials_of(out, x, classes, detail::largest_of(x, classes));
      if (!states.gather(y + t * row, out, inverse, t, steps)) return std::nullopt;
      if (gradient) {
        for (Index k = 0; k < classes; ++k) out[k] *= static_cast<T>(inverse);
      }
      const Vector<double> factor = Vector<double>{} + power_of_two_below_inverse(sum, exponent);
      const double* before = alpha(t - 1);
      double* now = alpha(t);
      store_vector(now - lanes, Vector<double>{});
      Vector<double> sums{};
      for (Index s = 0; s < row; s += lanes) {
        const Vector<double> arriving = load_vector(before + s) + load_vector(before + s - 1) +
                                        load_vector(states.skip + s) * load_vector(before + s - 2);
        const Vector<double> value = load_vector(y + t * row + s) * factor * arriving;
        store_vector(now + s, value);
        sums += value;
      }
      sum = sum_of_lanes<double>(sums);
      if (!(sum > smallest && sum < 1 / smallest)) return std::nullopt;
    }

    // It ends as if it were in the last blank afterwards.
    std::fill(by, by + row + lanes, 0.0);
    by[states.count - 1] = 1;
    sum = 1;
    double log_probability = 0;
    Index unused = 0;
    for (Index t = steps - 1; t >= 0; --t) {
      const Vector<double> factor = Vector<double>{} + power_of_two_below_inverse(sum, unused);
      double* mass = alpha(t);
      Vector<double> sums{}, masses{};
      for (Index s = 0; s < row; s += lanes) {
        const Vector<double> beta = factor * (load_vector(by + s) + load_vector(by + s + 1) +
                                              load_vector(states.skip + s + 2) * load_vector(by + s + 2));
        const Vector<double> value = load_vector(y + t * row + s) * beta, product = load_vector(mass + s) * beta;
        store_vector(by + s, value);
        store_vector(mass + s, product);
        sums += value;
        masses += product;
      }
      sum = sum_of_lanes<double>(sums);
      double in_blanks = 0, in_letters = 0;  // even lanes are even states
      for (Index lane = 0; lane < lanes; lane += 2) {
        in_blanks += masses[lane];
        in_letters += masses[lane + 1];
      }
      const double total = in_blanks + in_letters;
      if (!(total > smallest && sum > smallest)) return std::nullopt;
      if (t == steps - 1) log_probability = std::log(total) + static_cast<double>(exponent) * std::numbers::ln2;
      if (!gradient) continue;
      T* out = probabilities(t);
      for (Index s = 1; s < states.count; s += 2) out[states.classes[s]] -= static_cast<T>(mass[s] / total);
      out[blank] -= static_cast<T>(in_blanks / total);
    }
    return -log_probability;
  }

 private:
  /// Rows whose sum is smaller may have lost states of weight to the end of double's range, 1e-308: a row that is
  /// larger than this has lost nothing that adds up to 1e-60 of the result.
  static constexpr double smallest = 1e-200;

  /// 2^-e for x in [2^e, 2^(e+1)); e is added to the exponent.
  static double power_of_two_below_inverse(double x, Index& exponent) {
    const auto biased = static_cast<Index>(std::bit_cast<std::uint64_t>(x) >> 52);
    exponent += biased - 1023;
    return std::bit_cast<double>(static_cast<std::uint64_t>(2046 - biased) << 52);
  }

  /// The states of a label, in vectors, and when a path can be in them.
  struct States {
    Index count, row;   // S = 2L + 1; the same rounded up to whole vectors
    int* classes;       // (S)
    int* earliest;      // (S) first step at which a path can be in s; never falls with s
    int* steps_to_end;  // (S) fewest steps from s to the end of a path; never grows with s
    double* skip;       // (row + lanes) 1 where a path may go from s - 2 to s, else 0

    /// In the scratch memory of this thread.
    States(std::span<const int> label, int blank) {
      constexpr Index lanes = vector_lanes<double>;
      const Index length = static_cast<Index>(label.size());
      count = 2 * length + 1;
      row = (count + lanes - 1) / lanes * lanes;
      classes = scratch<int, 0>(3 * count);
      earliest = classes + count;
      steps_to_end = earliest + count;
      skip = scratch<double, 0>(row + lanes);
      std::fill(skip, skip + row + lanes, 0.0);
      const int required = static_cast<int>(ctc_required_steps(label));
      int step = 0;  // at which the next state can be reached
      for (Index s = 0; s < count; ++s) {
        const auto i = static_cast<std::size_t>(s / 2);  // the letter of an odd state, the next letter of a blank
        const bool is_letter = s % 2 == 1, has_letters = s > 1 && s + 1 < count;  // on both of its sides
        const int repeats = has_letters && label[i] == label[i - 1] ? 1 : 0;
        if (is_letter) step += repeats;
        classes[s] = is_letter ? label[i] : blank;
        skip[s] = is_letter && s > 1 && repeats == 0 ? 1 : 0;
        earliest[s] = step;
        steps_to_end[s] = is_letter ? required - 1 - step : required - step - repeats;
        if (is_letter) ++step;
      }
    }

    /// y[s] = e[class of s] * inverse for the states that count at step t, else 0. False where one is tiny.
    template <class T>
    bool gather(double* y, const T* e, double inverse, Index t, Index steps) const {
      constexpr double least = 1e-37;  // exponentials_of() has no digits below
      std::fill(y, y + row, 0.0);
      const auto first = std::partition_point(steps_to_end, steps_to_end + count,
                                              [&](int distance) { return distance > steps - 1 - t; });
      const auto last = std::partition_point(earliest, earliest + count, [&](int step) { return step <= t; });
      bool is_tiny = false;
      for (Index s = first - steps_to_end; s < last - earliest; ++s) {
        const auto value = static_cast<double>(e[classes[s]]);
        is_tiny |= value < least;
        y[s] = value * inverse;
      }
      return !is_tiny;
    }
  };
};

}  // namespace tinyhtr
