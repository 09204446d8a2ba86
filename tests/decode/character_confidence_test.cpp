// Tests of the confidence of characters, against the enumeration of all paths.
#include "tinyhtr/decode/character_confidence.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <map>
#include <vector>

#include "support/counted.hpp"
#include "support/ctc.hpp"
#include "support/text_sums.hpp"
#include "tinyhtr/decode/best_path.hpp"

using namespace tinyhtr;
using test::Label;

namespace {

/// The definition, with sums[text] = p(text).
double by_definition(const std::map<Label, double>& sums, const Label& text, std::size_t i, int classes, int blank) {
  const auto p = [&](const Label& other) {
    const auto found = sums.find(other);
    return found == sums.end() ? 0.0 : found->second;
  };
  Label without = text;
  without.erase(without.begin() + static_cast<std::ptrdiff_t>(i));
  double whole = p(without);
  for (int k = 0; k < classes; ++k) {
    Label changed = text;
    changed[i] = k;
    if (k != blank) whole += p(changed);
  }
  return p(text) / whole;
}

}  // namespace

TEST_CASE("character_confidence: the definition, with every path written down, for every text") {
  for (const Index steps : {1, 2, 3, 5, 6}) {
    for (const int blank : {3, 1}) {
      for (const double temperature : {1.0, 0.6, 3.0}) {
        const auto logits = test::counted_tensor<double>({steps, 1, 4}, 40 + static_cast<std::uint64_t>(steps), 4);
        const std::map<Label, double> sums = test::text_sums(logits, blank, temperature);
        for (const auto& entry : sums) {
          const Label& text = entry.first;  // clang 14 captures no structured bindings
          const std::vector<double> confidences = character_confidence(logits, 0, text, blank, temperature);
          REQUIRE(confidences.size() == text.size());
          for (std::size_t i = 0; i < text.size(); ++i) {
            CAPTURE(steps);
            CAPTURE(text.size());
            CHECK(confidences[i] == doctest::Approx(by_definition(sums, text, i, 4, blank)).epsilon(1e-11));
            CHECK(confidences[i] >= entry.second * (1 - 1e-12));
          }
        }
      }
    }
  }
}

TEST_CASE("character_confidence: by logarithms the same as by probabilities") {
  const auto logits = test::counted_tensor<double>({24, 1, 12}, 6, 8);
  const Tensor<double> log_probs = detail::tempered_log_softmax("test", logits, 0, 1, {});
  const Label text = {4, 4, 2, 7, 7, 7, 0, 10, 3};
  const std::vector<double> fast = detail::confidences_of<double>(log_probs, text, 11);
  const std::vector<double> exact = detail::confidences_of<detail::LogProbability>(log_probs, text, 11);
  for (std::size_t i = 0; i < text.size(); ++i) CHECK(fast[i] == doctest::Approx(exact[i]).epsilon(1e-9));
}

TEST_CASE("character_confidence: closed forms of one step") {
  // Texts of one step: each class, and nothing. So the confidence is the softmax.
  const Tensor<double> logits(Shape{1, 1, 3}, {0.0, 1.0, 2.0});
  const double sum = 1 + std::exp(1.0) + std::exp(2.0);
  CHECK(character_confidence(logits, 0, Label{1}, 2)[0] == doctest::Approx(std::exp(1.0) / sum));
}

TEST_CASE("character_confidence: only the doubtful character of a word is doubtful") {
  // b, blank, then i or l, blank, s, blank: 3 logits for l, 2 for i.
  Tensor<float> logits(Shape{6, 1, 5}, -8.f);
  constexpr int b = 0, i = 1, l = 2, s = 3, blank = 4;
  for (const auto& [t, k] : {std::pair{0, b}, {1, blank}, {2, l}, {3, blank}, {4, s}, {5, blank}}) logits(t, 0, k) = 3;
  logits(2, 0, i) = 2;
  const Reading reading = best_path(logits, blank)[0];
  CHECK(reading.classes == Label{b, l, s});
  const std::vector<double> confidences = character_confidence(logits, 0, reading.classes, blank);
  CHECK(confidences[0] > 0.99);
  CHECK(confidences[1] == doctest::Approx(1 / (1 + std::exp(-1.0))).epsilon(1e-3));
  CHECK(confidences[2] > 0.99);
  const std::vector<double> warm = character_confidence(logits, 0, reading.classes, blank, 2.0);
  CHECK(warm[1] < confidences[1]);
}

TEST_CASE("character_confidence: texts far below double's range, of -infinity, or too long") {
  auto logits = test::counted_tensor<float>({40, 1, 6}, 12, 4);
  for (Index t = 0; t < 40; ++t) logits(t, 0, 5) += 60;  // blanks alone; any character costs e^-60
  Label text;
  for (int i = 0; i < 20; ++i) text.push_back(i % 5);
  CHECK(log_text_probability(logits, 0, text, 5) < -900);
  for (const double c : character_confidence(logits, 0, text, 5)) {
    CHECK(c > 0);  // double alone would have made it 0 / 0
    CHECK(c < 1e-20);
  }
  for (Index t = 0; t < 40; ++t) logits(t, 0, 0) = -std::numeric_limits<float>::infinity();
  CHECK(character_confidence(logits, 0, text, 5) == std::vector<double>(20, 0.0));
  CHECK(character_confidence(logits, 0, Label(30, 1), 5) == std::vector<double>(30, 0.0));  // needs 59 steps
  CHECK(character_confidence(logits, 0, Label{}, 5).empty());
}

TEST_CASE("character_confidence: extreme temperatures and the largest words stay in [0,1]") {
  const auto logits = test::counted_tensor<float>({64, 1, 80}, 21, 16);
  Label text;
  for (int i = 0; i < 21; ++i) text.push_back((i * 7) % 79);
  for (const double temperature : {1e-3, 0.05, 1.0, 20.0, 1e6}) {
    for (const double c : character_confidence(logits, 0, text, 79, temperature)) {
      CHECK(c >= 0);
      CHECK(c <= 1);
    }
  }
}

TEST_CASE("character_confidence: what stands after the valid steps changes nothing; what it refuses") {
  auto logits = test::counted_tensor<float>({9, 2, 5}, 8, 4);
  const std::vector<Index> steps = {9, 6};
  const Label text = {1, 0, 3};
  Tensor<float> alone(Shape{6, 1, 5});
  for (Index t = 0; t < 6; ++t) {
    for (Index k = 0; k < 5; ++k) alone(t, 0, k) = logits(t, 1, k);
  }
  logits(7, 1, 2) = 1e9f;
  CHECK(character_confidence(logits, 1, text, 4, 1.3, steps) == character_confidence(alone, 0, text, 4, 1.3));
  CHECK_THROWS_AS(character_confidence(logits, 0, Label{4}, 4), ArgumentError);
  CHECK_THROWS_AS(character_confidence(logits, 2, text, 4), ArgumentError);
  CHECK_THROWS_AS(character_confidence(logits, 0, text, 4, 0.0), ArgumentError);
}
