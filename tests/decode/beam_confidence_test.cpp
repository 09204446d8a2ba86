// Tests of a beam search's confidence in any text, against the sums over all paths.
#include "tinyhtr/decode/beam_confidence.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "support/counted.hpp"
#include "support/text_sums.hpp"
#include "tinyhtr/decode/best_path.hpp"
#include "tinyhtr/language/train_character_model.hpp"

using namespace tinyhtr;

namespace {

constexpr double impossible = -std::numeric_limits<double>::infinity();

/// Of three letters, a model and a list that know some of their words.
struct Language {
  Vocabulary vocabulary{"abc"};
  VocabularyModel model{train_character_model({{"ab", 5}, {"abc", 3}, {"ca", 2}, {"bb", 1}}, {.order = 3}), vocabulary};
  Lexicon lexicon{{"ab", "abc", "cab"}, vocabulary, false};

  BeamOptions options() const {
    return {.model = &model, .model_weight = 0.6, .escape_cost = 1.5, .lexicon = &lexicon, .outside_penalty = 0.7};
  }

  /// The formula, on sums over all paths.
  double score(double probability, const std::vector<int>& text) const {
    const double share = 0.6 * model.text_log_probability(text) + static_cast<double>(text.size());
    return std::log(probability) + std::max(share, -1.5) - (lexicon.contains(text) ? 0 : 0.7);
  }
};

}  // namespace

TEST_CASE("log_beam_confidence: a share of e^(score / temperature), be the first score the best or not") {
  const std::vector<double> scores = {-1, -3, -3}, behind = {-3, -1, -3};
  CHECK(log_beam_confidence(scores, 2) == doctest::Approx(-std::log(1 + 2 * std::exp(-1.0))));
  CHECK(log_beam_confidence(behind, 2) == doctest::Approx(-std::log(2 + std::exp(1.0))));
  CHECK(log_beam_confidence(std::vector<double>{-1000}, 1) == 0);
  CHECK(log_beam_confidence(std::vector<double>{-1000, 0}, 1) == doctest::Approx(-1000));
  CHECK(log_beam_confidence(std::vector<double>{impossible, -1}, 1) == impossible);
  CHECK(log_beam_confidence(std::vector<double>{impossible}, 1) == impossible);
  CHECK_THROWS_AS(log_beam_confidence({}, 1), ArgumentError);
}

TEST_CASE("beam_score: every text's, with a bounded model and a word list, and by the network alone") {
  const Language language;
  const auto logits = test::counted_tensor<double>({5, 1, 4}, 3, 3);
  for (const auto& entry : test::text_sums(logits, 3)) {
    const std::vector<int>& text = entry.first;
    CHECK(beam_score(logits, 0, text, 3, language.options()) ==
          doctest::Approx(language.score(entry.second, text)).epsilon(1e-12));
    CHECK(beam_score(logits, 0, text, 3) == doctest::Approx(std::log(entry.second)).epsilon(1e-12));
  }
  CHECK(beam_score(logits, 0, std::vector<int>{0, 1, 2, 0, 1, 2}, 3, language.options()) == impossible);
}

TEST_CASE("scores_beside_rivals: of a text in the beam the search's own confidence") {
  const Language language;
  const auto logits = test::counted_tensor<double>({6, 3, 4}, 4, 3);
  BeamOptions options = language.options();
  options.confidence_temperature = 1.7;
  options.n_best = options.width;
  const auto found = beam_search(logits, 3, options);
  for (const std::size_t place : {0u, 1u, 7u}) {
    std::vector<std::vector<int>> texts;
    for (const auto& readings : found) texts.push_back(readings[place].classes);
    options.n_best = 1;  // plays no part
    const auto scores = scores_beside_rivals(logits, texts, 3, options);
    REQUIRE(scores.size() == 3);
    for (std::size_t n = 0; n < 3; ++n) {
      REQUIRE(scores[n].size() == found[n].size());
      CHECK(scores[n][0] == found[n][place].score);
      CHECK(std::exp(log_beam_confidence(scores[n], 1.7)) ==
            doctest::Approx(*found[n][place].confidence).epsilon(1e-12));
    }
  }
}

TEST_CASE("scores_beside_rivals: a text that the beam lost counts beside those that it kept") {
  // One step of two letters: a beam of one ends with the likeliest text; the other one is asked for.
  Tensor<double> logits(Shape{1, 1, 3});
  logits[0] = std::log(0.5), logits[1] = std::log(0.3), logits[2] = std::log(0.2);
  const std::vector<std::vector<int>> text = {{1}};
  const auto scores = scores_beside_rivals(logits, text, 2, {.width = 1});
  REQUIRE(scores[0].size() == 2);
  CHECK(std::exp(scores[0][0]) == doctest::Approx(0.3));
  CHECK(std::exp(scores[0][1]) == doctest::Approx(0.5));
  CHECK(std::exp(log_beam_confidence(scores[0], 1)) == doctest::Approx(3.0 / 8));
}

TEST_CASE("scores_beside_rivals: of best paths in padded batches, in float, each as it is alone") {
  const Language language;
  const auto logits = test::counted_tensor<float>({7, 2, 4}, 9, 3);
  const std::vector<Index> steps = {4, 7};
  std::vector<std::vector<int>> texts;
  for (const Reading& reading : best_path(logits, 3, steps)) texts.push_back(reading.classes);
  const auto together = scores_beside_rivals(logits, texts, 3, language.options(), steps);
  for (Index n = 0; n < 2; ++n) {
    const Index own_steps = steps[static_cast<std::size_t>(n)];
    Tensor<float> alone(Shape{own_steps, 1, 4});
    for (Index t = 0; t < own_steps; ++t) std::copy_n(&logits(t, n, 0), 4, &alone(t, 0, 0));
    const std::vector<std::vector<int>> text = {texts[static_cast<std::size_t>(n)]};
    CHECK(scores_beside_rivals(alone, text, 3, language.options())[0] == together[static_cast<std::size_t>(n)]);
  }
  // Texts that a beam of one does not end with, the second too long for the first image.
  BeamOptions narrow = language.options();
  narrow.width = 1;
  const std::vector<std::vector<int>> others = {{1, 0, 1, 0}, {2, 2, 1, 0, 2}};
  const auto beside = scores_beside_rivals(logits, others, 3, narrow, steps);
  for (Index n = 0; n < 2; ++n) {
    const auto i = static_cast<std::size_t>(n);
    Tensor<float> alone(Shape{steps[i], 1, 4});
    for (Index t = 0; t < steps[i]; ++t) std::copy_n(&logits(t, n, 0), 4, &alone(t, 0, 0));
    REQUIRE(beside[i].size() == 2);
    CHECK(beside[i][0] == beam_score(alone, 0, others[i], 3, narrow));
    CHECK(beside[i][0] < beside[i][1]);
  }
}

TEST_CASE("scores_beside_rivals, beam_score: what they refuse") {
  const Language language;
  const auto logits = test::counted_tensor<float>({3, 2, 4}, 1, 3);
  const std::vector<std::vector<int>> one = {{0}}, with_blank = {{0}, {3, 1, 3, 1, 3, 1}};
  CHECK_THROWS_WITH_AS(scores_beside_rivals(logits, one, 3),
                       "scores_beside_rivals: expected a text for each of N = 2 images, found 1", ArgumentError);
  CHECK_THROWS_WITH_AS(scores_beside_rivals(logits, with_blank, 3), doctest::Contains("class 3"), ArgumentError);
  CHECK_THROWS_WITH_AS(beam_score(logits, 0, one[0], 0, language.options()), doctest::Contains("class 0"),
                       ArgumentError);
  CHECK_THROWS_WITH_AS(beam_score(logits, 0, std::vector<int>{1}, 0, language.options()),
                       doctest::Contains("the blank as the last class"), ArgumentError);
  CHECK_THROWS_AS(beam_score(logits, 2, one[0], 3), ArgumentError);
}
