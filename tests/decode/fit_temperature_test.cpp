// Tests of the temperature: data that has one by construction, closed forms, what cannot be fitted.
#include "tinyhtr/decode/fit_temperature.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "support/counted.hpp"
#include "tinyhtr/core/random.hpp"
#include "tinyhtr/decode/best_path.hpp"

using namespace tinyhtr;
using Words = std::vector<CheckedReading<float>>;

namespace {

std::span<const CheckedReading<float>> view(const Words& words) { return words; }

/// Words whose texts are drawn from the network's own probabilities at `temperature`: that is the temperature to find.
Words drawn_words(Index count, double temperature) {
  Words words;
  for (Index i = 0; i < count; ++i) {
    CheckedReading<float> word;
    word.logits = test::counted_tensor<float>({4, 1, 5}, 100 + static_cast<std::uint64_t>(i), 8);
    word.classes = best_path(word.logits, 4)[0].classes;
    Random random(7, Purpose::user, 0, static_cast<std::uint32_t>(i));
    word.is_right = random.chance(std::exp(log_text_probability(word.logits, 0, word.classes, 4, temperature)));
    words.push_back(word);
  }
  return words;
}

}  // namespace

TEST_CASE("fit_temperature: finds the temperature that the outcomes were drawn with") {
  for (const double temperature : {0.5, 1.0, 2.0}) {
    const Words words = drawn_words(3000, temperature);
    const TemperatureFit fit = fit_temperature(view(words), 4);
    CAPTURE(temperature);
    CHECK(fit.temperature == doctest::Approx(temperature).epsilon(0.1));
    CHECK(fit.loss <= fit.loss_at_one);
    CHECK(fit.loss == binary_log_loss(view(words), 4, fit.temperature));
    CHECK_FALSE(fit.is_at_limit);
    CHECK(fit.evaluations < 45);
    for (const double other : {0.97, 1.03}) {
      CHECK(binary_log_loss(view(words), 4, other * fit.temperature) >= fit.loss);
    }
  }
}

TEST_CASE("fit_temperature: a closed form of one step") {
  // One step, logits (a, 0), text of class 0: p = 1 / (1 + e^(-a / T)). With 3 of 4 right, p = 3/4, T = a / log 3.
  Words words;
  for (int i = 0; i < 4; ++i) words.push_back({Tensor<float>(Shape{1, 1, 2}, {4.f, 0.f}), {0}, i != 2});
  const TemperatureFit fit = fit_temperature(view(words), 1);
  CHECK(fit.temperature == doctest::Approx(4 / std::log(3.0)).epsilon(1e-3));
  CHECK(fit.loss == doctest::Approx(-0.75 * std::log(0.75) - 0.25 * std::log(0.25)).epsilon(1e-6));
  CHECK(fit.loss_at_one == doctest::Approx(std::log1p(std::exp(-4.0)) + 0.25 * 4).epsilon(1e-6));
}

TEST_CASE("fit_temperature: says where the range does not hold the best temperature") {
  const Words words = drawn_words(500, 2);
  const TemperatureFit fit = fit_temperature(view(words), 4, {0.1, 1.2, 1e-3});
  CHECK(fit.is_at_limit);
  CHECK(fit.temperature == doctest::Approx(1.2).epsilon(0.01));
}

TEST_CASE("binary_log_loss: certainty that is wrong costs much, but no infinity") {
  Tensor<float> logits(Shape{2, 1, 2}, -1000.f);
  logits(0, 0, 0) = logits(1, 0, 0) = 1000;
  CHECK(binary_log_loss(view({{logits, {0}, false}}), 1, 1) == doctest::Approx(-std::log(1e-12)));
  CHECK(binary_log_loss(view({{logits, {0}, true}}), 1, 1) == 0);
  CHECK(binary_log_loss(view({{logits, {}, true}}), 1, 1) == doctest::Approx(-std::log(1e-300)));
  CHECK(binary_log_loss(view({{logits, {}, false}}), 1, 1) == 0);
}

TEST_CASE("fit_temperature: the same on any number of threads; what it refuses") {
  Words words = drawn_words(200, 1.5);
  const int threads = static_cast<int>(thread_count());
  set_thread_count(1);
  const double alone = fit_temperature(view(words), 4).temperature;
  set_thread_count(3);
  CHECK(fit_temperature(view(words), 4).temperature == alone);
  set_thread_count(threads);
  CHECK_THROWS_AS(fit_temperature(view({}), 4), ArgumentError);
  CHECK_THROWS_AS(binary_log_loss(view({}), 4, 1), ArgumentError);
  for (const TemperatureRange& range :
       {TemperatureRange{0, 1, .1}, TemperatureRange{2, 1, .1}, TemperatureRange{1, 2, 0},
        TemperatureRange{1, std::numeric_limits<double>::infinity(), .1}}) {
    CHECK_THROWS_AS(fit_temperature(view(words), 4, range), ArgumentError);
  }
  for (const bool is_right : {true, false}) {
    Words all = words;
    for (auto& word : all) word.is_right = is_right;
    CHECK_THROWS_WITH_AS(fit_temperature(view(all), 4), doctest::Contains("of 200"), ArgumentError);
  }
  words[5].logits(0, 0, 0) = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_AS(fit_temperature(view(words), 4), ArgumentError);
}
