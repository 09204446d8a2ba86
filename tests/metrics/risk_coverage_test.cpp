// Tests of risk and coverage: curves by hand, ties, the best and the most useless confidence.
#include "tinyhtr/metrics/risk_coverage.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "tinyhtr/core/random.hpp"

using namespace tinyhtr;
using Words = std::vector<RatedErrors>;

namespace {

RatedErrors word(double confidence, const std::string& label, const std::string& reading) {
  RatedErrors item{confidence, {}};
  item.errors.add(label, reading);
  return item;
}

}  // namespace

TEST_CASE("risk_coverage: a curve by hand") {
  const Words words = {word(.2, "abcd", "abxx"), word(.9, "ab", "ab"), word(.5, "abc", "abx"), word(.7, "a", "a")};
  const RiskCoverage curve = risk_coverage(words);
  REQUIRE(curve.points.size() == 4);
  const std::vector<double> confidences = {.9, .7, .5, .2}, cers = {0, 0, 1. / 6, 3. / 10}, wers = {0, 0, 1. / 3, .5};
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(curve.points[i].confidence == confidences[i]);
    CHECK(curve.points[i].coverage == .25 * static_cast<double>(i + 1));
    CHECK(curve.points[i].kept.cer_micro() == doctest::Approx(cers[i]));
    const Risk risk = curve.at_coverage(curve.points[i].coverage);
    CHECK(risk.cer_micro == doctest::Approx(cers[i]));
    CHECK(risk.wer == doctest::Approx(wers[i]));
  }
  CHECK(curve.area.cer_micro == doctest::Approx((1. / 6 + .3) / 4));
  CHECK(curve.area.wer == doctest::Approx((1. / 3 + .5) / 4));
  CHECK(curve.at_coverage(.6).wer == doctest::Approx(1. / 3));  // three words
  CHECK(curve.at_coverage(1e-12).wer == 0);                     // one word
}

TEST_CASE("risk_coverage: words of equal confidence come in evenly, in whatever order they stand") {
  Words words = {word(.5, "ab", "xy"), word(.5, "ab", "ab"), word(.9, "ab", "ab"), word(.5, "ab", "ab")};
  for (int order = 0; order < 4; ++order) {
    std::rotate(words.begin(), words.begin() + 1, words.end());
    const RiskCoverage curve = risk_coverage(words);
    REQUIRE(curve.points.size() == 2);
    CHECK(curve.at_coverage(.5).wer == doctest::Approx(1. / 3 / 2));
    CHECK(curve.at_coverage(.5).cer_micro == doctest::Approx(2. / 3 / 4));
    CHECK(curve.at_coverage(.75).wer == doctest::Approx(2. / 3 / 3));
    CHECK(curve.at_coverage(1).wer == .25);
    CHECK(curve.area.wer == doctest::Approx((0 + 1. / 6 + 2. / 9 + 1. / 4) / 4));
  }
}

TEST_CASE("risk_coverage: no confidence at all is flat, the best one ends the errors") {
  Random random(5);
  Words useless, best;
  for (int i = 0; i < 1000; ++i) {
    const bool wrong = random.chance(.1);
    useless.push_back(word(.5, "abcd", wrong ? "abcx" : "abcd"));
    best.push_back(word(wrong ? .1 : .8, "abcd", wrong ? "abcx" : "abcd"));
  }
  const RiskCoverage flat = risk_coverage(useless), steep = risk_coverage(best);
  const double wer = flat.at_coverage(1).wer;
  CHECK(flat.area.wer == doctest::Approx(wer));
  CHECK(flat.at_coverage(.9).cer_micro == doctest::Approx(wer / 4));
  CHECK(steep.at_coverage(1 - wer).wer == 0);
  CHECK(steep.at_coverage(1).wer == wer);
  CHECK(steep.area.wer < wer * wer);  // about wer^2 / 2
}

TEST_CASE("risk_coverage: nine of ten words are nine; empty labels; what it refuses") {
  Words words;
  for (int i = 0; i < 10; ++i) words.push_back(word(1 - .1 * i, "a", i == 9 ? "b" : "a"));
  CHECK(risk_coverage(words).at_coverage(.9).wer == 0);
  CHECK(risk_coverage(Words{word(.5, "", "")}).at_coverage(1).cer_micro == 0);
  CHECK(risk_coverage(Words{word(.5, "", "a")}).at_coverage(1).cer_micro == 1);
  CHECK_THROWS_AS(risk_coverage(Words{}), ArgumentError);
  CHECK_THROWS_AS(risk_coverage(Words{{.5, {}}}), ArgumentError);
  CHECK_THROWS_AS(risk_coverage(Words{word(std::nan(""), "a", "a")}), ArgumentError);
  for (const double bad : {0.0, -1.0, 1.01, std::nan("")}) {
    CHECK_THROWS_AS(risk_coverage(words).at_coverage(bad), ArgumentError);
  }
}
