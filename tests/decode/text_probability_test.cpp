// Tests of the probability of a text, against the enumeration of all paths and the loss of the CTC kernels.
#include "tinyhtr/decode/text_probability.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <map>
#include <vector>

#include "support/counted.hpp"
#include "support/ctc.hpp"
#include "support/text_sums.hpp"
#include "tinyhtr/kernels/ctc_log_domain.hpp"
#include "tinyhtr/kernels/ctc_scaled.hpp"

using namespace tinyhtr;
using test::Label;

TEST_CASE("log_text_probability: the sum over all paths, for every text, at several temperatures") {
  for (const Index steps : {1, 2, 4, 5}) {
    for (const int blank : {2, 0}) {
      for (const double temperature : {0.4, 1.0, 2.5}) {
        const auto logits = test::counted_tensor<double>({steps, 1, 3}, 3 + static_cast<std::uint64_t>(steps), 4);
        double total = 0;
        for (const auto& entry : test::text_sums(logits, blank, temperature)) {
          const Label& text = entry.first;  // clang 14 captures no structured bindings
          CAPTURE(steps);
          CAPTURE(text.size());
          const double found = std::exp(log_text_probability(logits, 0, text, blank, temperature));
          CHECK(found == doctest::Approx(entry.second).epsilon(1e-12));
          total += found;
        }
        CHECK(total == doctest::Approx(1).epsilon(1e-12));
      }
    }
  }
}

TEST_CASE("log_text_probability: minus the loss of both CTC kernels at temperature 1, in float and double") {
  const auto logits = test::counted_tensor<float>({32, 3, 20}, 5, 4);
  const std::vector<Label> texts = {{}, {3}, {3, 3, 1, 18, 0, 7, 7, 7}};
  for (Index n = 0; n < 3; ++n) {
    const Label& text = texts[static_cast<std::size_t>(n)];
    const double score = log_text_probability(logits, n, text, 19);
    CHECK(score == doctest::Approx(-LogDomain::loss<float>(nullptr, logits, n, text, 19)).epsilon(1e-6));
    CHECK(score == doctest::Approx(-Scaled::loss<float>(nullptr, logits, n, text, 19)).epsilon(1e-6));
  }
  const std::vector<double> all = log_text_probabilities(logits, texts, 19, 1.7);
  REQUIRE(all.size() == 3);
  for (Index n = 0; n < 3; ++n) {
    CHECK(all[static_cast<std::size_t>(n)] ==
          log_text_probability(logits, n, texts[static_cast<std::size_t>(n)], 19, 1.7));
  }
}

TEST_CASE("log_text_probability: the empty text is all blanks; a text that cannot be has -infinity") {
  constexpr double never = -std::numeric_limits<double>::infinity();
  Tensor<double> logits(Shape{2, 1, 3}, 0.0);
  CHECK(log_text_probability(logits, 0, Label{}, 2) == doctest::Approx(-2 * std::log(3.0)));
  CHECK(log_text_probability(logits, 0, Label{1, 1}, 2) == never);  // needs a blank between
  CHECK(log_text_probability(logits, 0, Label{0, 1}, 2) == doctest::Approx(-2 * std::log(3.0)));
  CHECK(log_text_probability(logits, 0, Label{0, 1, 0}, 2) == never);
  logits(0, 0, 0) = never;
  CHECK(log_text_probability(logits, 0, Label{0, 1}, 2) == never);
  CHECK(log_text_probability(logits, 0, Label{1}, 2) == doctest::Approx(std::log(0.5)));  // b., .b, bb of 2 x 3
}

TEST_CASE("log_text_probability: what stands after the valid steps changes nothing") {
  auto logits = test::counted_tensor<float>({9, 2, 5}, 8, 4);
  const std::vector<Index> steps = {9, 6};
  const Label text = {1, 0, 3};
  Tensor<float> alone(Shape{6, 1, 5});
  for (Index t = 0; t < 6; ++t) {
    for (Index k = 0; k < 5; ++k) alone(t, 0, k) = logits(t, 1, k);
  }
  for (Index k = 0; k < 5; ++k) logits(7, 1, k) = std::numeric_limits<float>::quiet_NaN();
  CHECK(log_text_probability(logits, 1, text, 4, 1.3, steps) == log_text_probability(alone, 0, text, 4, 1.3));
}

TEST_CASE("log_text_probability: what it refuses") {
  const Tensor<float> logits(Shape{4, 2, 3}, 1.f);
  const Label text = {1};
  const std::vector<Index> none = {4, 0}, many = {4, 5}, few = {4};
  CHECK_THROWS_AS(log_text_probability(Tensor<float>(Shape{4, 3}), 0, text, 2), ShapeError);
  CHECK_THROWS_AS(log_text_probability(logits, 2, text, 2), ArgumentError);
  CHECK_THROWS_AS(log_text_probability(logits, 0, text, 3), ArgumentError);
  CHECK_THROWS_AS(log_text_probability(logits, 0, Label{2}, 2), ArgumentError);
  CHECK_THROWS_AS(log_text_probability(logits, 0, Label{-1}, 2), ArgumentError);
  for (const double temperature : {0.0, -1.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
    CHECK_THROWS_AS(log_text_probability(logits, 0, text, 2, temperature), ArgumentError);
  }
  CHECK_THROWS_AS(log_text_probability(logits, 1, text, 2, 1, none), ArgumentError);
  CHECK_THROWS_AS(log_text_probability(logits, 1, text, 2, 1, many), ArgumentError);
  CHECK_THROWS_AS(log_text_probability(logits, 0, text, 2, 1, few), ArgumentError);
  CHECK_THROWS_AS(log_text_probabilities(logits, std::vector<Label>{text}, 2), ArgumentError);
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    Tensor<float> damaged = logits;
    damaged(3, 0, 1) = bad;
    CHECK_THROWS_AS(log_text_probability(damaged, 0, text, 2), ArgumentError);
  }
  Tensor<float> empty_step(Shape{1, 1, 2}, -std::numeric_limits<float>::infinity());
  CHECK_THROWS_AS(log_text_probability(empty_step, 0, Label{}, 1), ArgumentError);
  CHECK_THROWS_AS(log_text_probability(Tensor<float>(Shape{0, 1, 2}), 0, Label{}, 1), ArgumentError);
}
