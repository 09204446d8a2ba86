// Tests of CTC in the linear domain: equal to the log domain, also where double's range ends.
#include "tinyhtr/kernels/ctc_scaled.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "../support/compare.hpp"
#include "../support/counted.hpp"
#include "../support/ctc.hpp"
#include "../support/padding.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

namespace {

/// A label of letters in [0, letters) from a counter, about a third of them repeats of the letter before.
Label counted_label(Index length, int letters, std::uint64_t stream) {
  const auto numbers = counted_tensor<double>({std::max<Index>(1, length), 2}, stream, 0.5, 0.5);
  Label label;
  for (Index i = 0; i < length; ++i) {
    const bool repeats = i > 0 && numbers(i, 0) < 1.0 / 3;
    const int letter = static_cast<int>(numbers(i, 1) * letters);
    label.push_back(repeats ? label.back() : std::min(letter, letters - 1));
  }
  return label;
}

struct LossAndGradient {
  double loss;
  Tensor<double> gradient;
};

/// By the lattice in double, whatever T the logits come in.
template <class T>
LossAndGradient by_textbook(const Tensor<T>& logits, Index n, const Label& label) {
  Tensor<double> exact(logits.shape());
  std::copy(logits.begin(), logits.end(), exact.begin());
  LossAndGradient result{0, Tensor<double>(logits.shape(), 0.5)};
  result.loss = LogDomain::loss(&result.gradient, exact, n, label, static_cast<int>(logits.dim(2)) - 1);
  return result;
}

/// Compares one sample, whose neighbours' gradients have to stay at 0.5.
template <class T>
void check_equal_to_textbook(const Tensor<T>& logits, Index n, const Label& label) {
  const LossAndGradient expected = by_textbook(logits, n, label);
  Tensor<T> gradient(logits.shape(), T(0.5));
  const int blank = static_cast<int>(logits.dim(2)) - 1;
  const double loss = Scaled::loss(&gradient, logits, n, label, blank);
  REQUIRE(std::abs(loss - expected.loss) <= (std::is_same_v<T, float> ? 1e-6 : 1e-12) * std::max(1.0, expected.loss));
  REQUIRE(relative_error(gradient, expected.gradient) < (std::is_same_v<T, float> ? 1e-5 : 1e-10));
  REQUIRE(Scaled::loss(static_cast<Tensor<T>*>(nullptr), logits, n, label, blank) == loss);
}

template <class T>
bool stays_in_linear_domain(const Tensor<T>& logits, const Label& label) {
  const int blank = static_cast<int>(logits.dim(2)) - 1;
  return Scaled::linear_domain(static_cast<Tensor<T>*>(nullptr), logits, 0, label, blank, logits.dim(0)).has_value();
}

}  // namespace

TEST_CASE_TEMPLATE("Scaled equals the log domain for all sizes: steps, samples, classes, letters", T, float, double) {
  std::uint64_t stream = 100;
  int compared = 0;
  for (const Index steps : {1, 2, 3, 7, 16, 33, 64}) {
    for (const Index batch : {1, 3}) {
      for (const Index classes : {2, 3, 17, 40, 79}) {
        for (const Index length : {0, 1, 2, 3, 4, 5, 8, 13, 30, 64}) {
          const Label label = counted_label(length, static_cast<int>(classes) - 1, ++stream);
          if (ctc_required_steps(label) > steps) continue;
          CAPTURE(steps);
          CAPTURE(batch);
          CAPTURE(classes);
          CAPTURE(length);
          check_equal_to_textbook(counted_tensor<T>({steps, batch, classes}, ++stream, 4.0), batch - 1, label);
          ++compared;
        }
      }
    }
  }
  CHECK(compared > 300);
}

TEST_CASE_TEMPLATE("labels that fill all steps, with repeats and without, stay in the linear domain", T, float,
                   double) {
  for (const Label& label : {Label{3, 3, 3}, Label{0, 1, 2, 3, 4}, Label{1, 1, 0, 2}, Label{2}}) {
    const auto logits = counted_tensor<T>({ctc_required_steps(label), 1, 6}, 7, 32.0);  // 64 apart: e^-64
    check_equal_to_textbook(logits, 0, label);
    CHECK(stays_in_linear_domain(logits, label));
  }
}

TEST_CASE_TEMPLATE("hundreds of steps stay in the linear domain: the scales carry what double cannot", T, float,
                   double) {
  const auto logits = counted_tensor<T>({512, 1, 79}, 9, 4.0);
  const Label label = counted_label(80, 78, 10);
  CHECK(by_textbook(logits, 0, label).loss > 1000);  // e^-1000 is far below 1e-308
  check_equal_to_textbook(logits, 0, label);
  CHECK(stays_in_linear_domain(logits, label));
}

TEST_CASE_TEMPLATE("extreme logits are taken over by the log domain, and are right", T, float, double) {
  int taken_over = 0;
  for (const double size : {256.0, 16384.0}) {
    for (std::uint64_t stream = 1; stream <= 20; ++stream) {
      CAPTURE(size);
      CAPTURE(stream);
      const auto logits = counted_tensor<T>({24, 2, 9}, stream, size);
      const Label label = counted_label(static_cast<Index>(stream % 9), 8, 200 + stream);
      // The same numbers in the same algorithm: equal to the last bit.
      Tensor<T> gradient(logits.shape(), T(0.5)), expected(logits.shape(), T(0.5));
      const double loss = Scaled::loss(&gradient, logits, 1, label, 8);
      CHECK(loss == LogDomain::loss(&expected, logits, 1, label, 8));
      CHECK(same_bits(gradient, expected));
      taken_over += stays_in_linear_domain(logits, label) ? 0 : 1;
    }
  }
  CHECK(taken_over >= 39);
}

TEST_CASE("letters of small probability: right while double's range holds, and right behind its end") {
  // The blank has probability near 1 and every letter e^-unlikely: a label of L letters has about e^(-L unlikely).
  const Label label = {0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3};
  int linear = 0, logarithmic = 0;
  for (const double unlikely : {1.0, 5.0, 20.0, 35.0, 36.0, 40.0, 55.0, 60.0, 80.0, 84.0, 86.0, 90.0, 300.0}) {
    CAPTURE(unlikely);
    auto logits = counted_tensor<double>({40, 1, 9}, 11);
    for (Index t = 0; t < 40; ++t) logits(t, 0, 8) += unlikely;
    check_equal_to_textbook(logits, 0, label);
    (stays_in_linear_domain(logits, label) ? linear : logarithmic) += 1;
  }
  CHECK(linear >= 4);
  CHECK(logarithmic >= 4);
}

TEST_CASE("a network that is certain and right: loss and gradient zero, in both domains") {
  for (const double certain : {60.0, 1e4}) {
    Tensor<double> logits(Shape{4, 1, 3}, -certain);
    for (const auto& [t, k] : {std::pair<Index, Index>{0, 0}, {1, 2}, {2, 0}, {3, 1}}) logits(t, 0, k) = certain;
    Tensor<double> gradient(logits.shape(), 0.5);
    CHECK(Scaled::loss(&gradient, logits, 0, Label{0, 0, 1}, 2) < 1e-14);
    for (const double g : gradient) CHECK(std::abs(g) < 1e-14);
  }
}

TEST_CASE("neighbours in the batch change neither a bit of the loss nor of the gradient") {
  const auto logits = counted_tensor<float>({20, 3, 9}, 45, 4.0);
  const Label label = {7, 6, 6, 5, 1};
  Tensor<float> single(Shape{20, 1, 9}), together(logits.shape()), alone(single.shape());
  for (Index t = 0; t < 20; ++t) {
    for (Index k = 0; k < 9; ++k) single(t, 0, k) = logits(t, 1, k);
  }
  CHECK(Scaled::loss(&together, logits, 1, label, 8) == Scaled::loss(&alone, single, 0, label, 8));
  for (Index t = 0; t < 20; ++t) {
    for (Index k = 0; k < 9; ++k) REQUIRE(together(t, 1, k) == alone(t, 0, k));
  }
}

TEST_CASE_TEMPLATE("both algorithms throw the same errors", Algorithm, LogDomain, Scaled) {
  const Tensor<float> logits(Shape{4, 2, 5});
  Tensor<float> gradient(logits.shape()), other(Shape{4, 1, 5});
  CHECK_THROWS_WITH_AS(Algorithm::loss(&gradient, logits, 1, Label{1, 1, 1}, 4),
                       "ctc: the label of sample 1 does not fit: L = 3 letters and 2 repeats need 5 steps, T = 4",
                       ArgumentError);
  CHECK_THROWS_WITH_AS(Algorithm::loss(&gradient, logits, 1, Label{1, 4}, 4),
                       "ctc: the label of sample 1 holds class 4, expected 0 to 4 without the blank 4", ArgumentError);
  CHECK_THROWS_WITH_AS(Algorithm::loss(&gradient, logits, 2, Label{1}, 5),
                       "ctc: expected a sample from 0 to 1 with a blank from 0 to 4, found sample 2 with blank 5",
                       ArgumentError);
  CHECK_THROWS_WITH_AS(Algorithm::loss(&other, logits, 1, Label{1}, 4),
                       "ctc: gradient has shape (4,1,5), expected (4,2,5)", ShapeError);
  CHECK_THROWS_AS(Algorithm::loss(&gradient, Tensor<float>(Shape{4, 5}), 0, Label{1}, 4), ShapeError);
  CHECK_THROWS_AS(Algorithm::loss(&gradient, Tensor<float>(Shape{0, 2, 5}), 0, Label{}, 4), Error);
  const std::string problem = "ctc: the label of sample 1 has log probability ";
  constexpr float infinity = std::numeric_limits<float>::infinity();
  for (const float poison : {std::numeric_limits<float>::quiet_NaN(), infinity}) {
    for (Index t = 0; t < 4; ++t) {
      for (Index k = 0; k < 5; ++k) {
        Tensor<float> poisoned(logits.shape());
        poisoned(t, 1, k) = poison;
        std::string message;
        try {
          Algorithm::loss(&gradient, poisoned, 1, Label{1}, 4);
        } catch (const ArgumentError& error) {
          message = error.what();
        }
        CHECK(message.substr(0, problem.size()) == problem);
        CHECK(std::isfinite(Algorithm::loss(&gradient, poisoned, 0, Label{1}, 4)));
      }
    }
  }
  Tensor<float> forbidden(Shape{4, 1, 5});  // -infinity is a probability of zero: of another letter, or of a needed one
  for (Index t = 0; t < 4; ++t) forbidden(t, 0, 2) = -infinity;
  Tensor<float> its_gradient(forbidden.shape());
  CHECK(std::isfinite(Algorithm::loss(&its_gradient, forbidden, 0, Label{1}, 4)));
  for (const float g : its_gradient) CHECK(std::isfinite(g));
  CHECK_THROWS_AS(Algorithm::loss(&its_gradient, forbidden, 0, Label{2}, 4), ArgumentError);
}

TEST_CASE_TEMPLATE("a sample of fewer steps: loss and gradient of the sequence cut there, zeros behind", Algorithm,
                   LogDomain, Scaled) {
  int compared = 0;
  for (const double size : {4.0, 16384.0}) {  // the larger one is taken over by the log domain
    const auto logits = counted_tensor<double>({24, 3, 9}, 46, size);
    for (const Index steps : {1, 2, 7, 23, 24}) {
      for (const Label& label : {Label{}, Label{3}, Label{2, 2, 5}, Label{7, 6, 6, 5, 1, 0, 0}}) {
        if (ctc_required_steps(label) > steps) continue;
        CAPTURE(steps);
        Tensor<double> gradient(logits.shape(), 0.5), expected(Shape{steps, 1, 9}, 0.5);
        const double loss = Algorithm::loss(&gradient, logits, 1, label, 8, steps);
        CHECK(loss == Algorithm::loss(&expected, sequence_alone(logits, 1, steps), 0, label, 8));
        CHECK(loss == Algorithm::loss(static_cast<Tensor<double>*>(nullptr), logits, 1, label, 8, steps));
        CHECK(same_bits(sequence_alone(gradient, 1, steps), expected));
        for (Index t = 0; t < 24; ++t) {
          for (Index k = 0; k < 9; ++k) {
            if (t >= steps) REQUIRE(gradient(t, 1, k) == 0);
            REQUIRE(gradient(t, 0, k) == 0.5);
            REQUIRE(gradient(t, 2, k) == 0.5);
          }
        }
        ++compared;
      }
    }
  }
  CHECK(compared == 30);
}

TEST_CASE("Scaled equals the log domain for samples of fewer steps") {
  const auto logits = counted_tensor<float>({30, 2, 12}, 47, 4.0);
  for (const Index steps : {5, 6, 17, 29}) {
    const Label label = counted_label(3, 11, 300 + static_cast<std::uint64_t>(steps));
    Tensor<float> scaled(logits.shape()), textbook(logits.shape());
    const double loss = Scaled::loss(&scaled, logits, 1, label, 11, steps);
    CHECK(loss == doctest::Approx(LogDomain::loss(&textbook, logits, 1, label, 11, steps)).epsilon(1e-6));
    CHECK(relative_error(scaled, textbook) < 1e-5);
  }
}

TEST_CASE_TEMPLATE("what stands behind a sample's steps is not looked at; steps that do not fit are errors", Algorithm,
                   LogDomain, Scaled) {
  Tensor<float> logits(Shape{6, 2, 5});
  const double expected = Algorithm::loss(static_cast<Tensor<float>*>(nullptr), logits, 1, Label{1, 1, 2}, 4, 4);
  for (Index k = 0; k < 5; ++k) logits(4, 1, k) = std::numeric_limits<float>::quiet_NaN();
  Tensor<float> gradient(logits.shape());
  CHECK(Algorithm::loss(&gradient, logits, 1, Label{1, 1, 2}, 4, 4) == expected);
  for (const float g : gradient) CHECK(std::isfinite(g));
  CHECK_THROWS_WITH_AS(Algorithm::loss(&gradient, logits, 1, Label{1, 1, 1}, 4, 4),
                       "ctc: the label of sample 1 does not fit: L = 3 letters and 2 repeats need 5 steps, T = 4",
                       ArgumentError);
  CHECK_THROWS_WITH_AS(Algorithm::loss(&gradient, logits, 1, Label{1}, 4, 7),
                       "ctc: expected at most 6 steps for sample 1, found 7", ArgumentError);
  for (const Index steps : {0, -1}) {
    CHECK_THROWS_AS(Algorithm::loss(&gradient, logits, 1, Label{}, 4, steps), ArgumentError);
  }
}
