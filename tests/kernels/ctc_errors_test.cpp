// Tests of what the CTC lattice refuses: labels that do not fit, classes that are no letters, NaN.
#include <doctest/doctest.h>

#include <limits>

#include "../support/counted.hpp"
#include "../support/ctc.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

TEST_CASE("a label that does not fit is an error that names T, L, the repeats, the sample") {
  const auto log_probs = log_softmax_of(Tensor<double>(Shape{4, 3, 5}));
  CHECK_THROWS_WITH_AS(loss_of(log_probs, 2, {1, 1, 2, 2}),
                       "ctc: the label of sample 2 does not fit: L = 4 letters and 2 repeats need 6 steps, T = 4",
                       ArgumentError);
  CHECK_THROWS_AS(loss_of(log_probs, 0, {0, 1, 2, 3, 0}), ArgumentError);
  CHECK_NOTHROW(loss_of(log_probs, 0, {0, 1, 2, 3}));
  CHECK_THROWS_AS(loss_of(Tensor<double>(Shape{0, 1, 5}), 0, {}), ArgumentError);
}

TEST_CASE("classes that are no letters are named") {
  const auto log_probs = log_softmax_of(Tensor<double>(Shape{4, 3, 5}));
  CHECK_THROWS_WITH_AS(loss_of(log_probs, 1, {0, 4}),
                       "ctc: the label of sample 1 holds class 4, expected 0 to 4 without the blank 4", ArgumentError);
  CHECK_THROWS_AS(loss_of(log_probs, 1, {-1}), ArgumentError);
  CHECK_THROWS_AS(loss_of(log_probs, 1, {5}), ArgumentError);
}

TEST_CASE("NaN and infinity are errors wherever the label's paths meet them, never a number") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  for (const double poison : {nan, infinity}) {
    for (Index t = 0; t < 6; ++t) {
      for (const Index k : {1, 4}) {  // the letter, the blank
        CAPTURE(poison);
        CAPTURE(t);
        CAPTURE(k);
        auto log_probs = log_softmax_of(counted_tensor<double>({6, 1, 5}, 50));
        log_probs(t, 0, k) = poison;
        CHECK_THROWS_AS(loss_of(log_probs, 0, {1}), ArgumentError);
      }
    }
  }
}
