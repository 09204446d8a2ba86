// Tests of a beam search's temperature: a closed form, outcomes drawn with one, beam_search's own confidences.
#include "tinyhtr/decode/fit_beam_temperature.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "support/counted.hpp"
#include "tinyhtr/core/random.hpp"
#include "tinyhtr/decode/beam_search.hpp"

using namespace tinyhtr;

TEST_CASE("fit_beam_temperature: a closed form") {
  // Two texts, 4 apart: p = 1 / (1 + e^(-4 / T)). With 3 of 4 right, p = 3/4, T = 4 / log 3.
  std::vector<CheckedScores> words;
  for (int i = 0; i < 4; ++i) words.push_back({{0, -4}, i != 2});
  const TemperatureFit fit = fit_beam_temperature(words);
  CHECK(fit.temperature == doctest::Approx(4 / std::log(3.0)).epsilon(1e-3));
  CHECK(fit.loss == doctest::Approx(-0.75 * std::log(0.75) - 0.25 * std::log(0.25)).epsilon(1e-6));
  CHECK(fit.loss < fit.loss_at_one);
}

TEST_CASE("fit_beam_temperature: finds the temperature that outcomes were drawn with, which beam_search then uses") {
  std::vector<CheckedScores> words;
  BeamOptions options;
  options.n_best = options.width;
  options.confidence_temperature = 2.5;
  for (std::uint32_t i = 0; i < 1500; ++i) {
    const auto logits = test::counted_tensor<float>({4, 1, 5}, 100 + i, 8);
    const std::vector<ScoredReading> readings = beam_search(logits, 4, options)[0];
    CheckedScores word;
    double sum = 0;
    for (const ScoredReading& reading : readings) {
      word.scores.push_back(reading.score);
      sum += *reading.confidence;
    }
    CHECK(sum == doctest::Approx(1));
    CHECK(*readings[0].confidence == doctest::Approx(std::exp(log_beam_confidence(word.scores, 2.5))));
    Random random(7, Purpose::user, 0, i);
    word.is_right = random.chance(*readings[0].confidence);
    words.push_back(word);
  }
  CHECK(fit_beam_temperature(words).temperature == doctest::Approx(2.5).epsilon(0.1));
}

TEST_CASE("fit_beam_temperature: what it refuses") {
  CHECK_THROWS_WITH_AS(fit_beam_temperature(std::vector<CheckedScores>{{{0, -1}, true}}),
                       doctest::Contains("fit_beam_temperature: expected words that were read right"), ArgumentError);
  CHECK_THROWS_AS(fit_beam_temperature(std::vector<CheckedScores>{{{0, -1}, true}, {{}, false}}), ArgumentError);
  BeamOptions options;
  options.confidence_temperature = 0;
  CHECK_THROWS_WITH_AS(beam_search(Tensor<float>(Shape{1, 1, 2}), 1, options),
                       doctest::Contains("confidence temperature"), ArgumentError);
}
