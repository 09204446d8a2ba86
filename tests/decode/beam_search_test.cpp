// Tests of beam_search.
#include "tinyhtr/decode/beam_search.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tinyhtr/core/random.hpp"
#include "tinyhtr/decode/best_path.hpp"
#include "tinyhtr/language/train_character_model.hpp"

using namespace tinyhtr;

namespace {

const double unbounded = std::numeric_limits<double>::infinity();
using Text = std::vector<int>;

Tensor<double> random_logits(Index steps, Index batch, Index classes, double deviation, std::uint64_t seed) {
  Tensor<double> logits(Shape{steps, batch, classes});
  Random random(seed);
  for (Index i = 0; i < logits.size(); ++i) logits[i] = random.normal(0, deviation);
  return logits;
}

std::vector<double> log_softmax_row(const Tensor<double>& logits, Index t, Index n) {
  double sum = 0;
  for (Index k = 0; k < logits.dim(2); ++k) sum += std::exp(logits(t, n, k));
  std::vector<double> row;
  for (Index k = 0; k < logits.dim(2); ++k) row.push_back(logits(t, n, k) - std::log(sum));
  return row;
}

/// The probability of every text, by writing down every path.
std::map<Text, double> all_texts(const Tensor<double>& logits, Index n, int blank, Index steps) {
  std::map<Text, double> texts;
  const Index classes = logits.dim(2);
  Index paths = 1;
  for (Index t = 0; t < steps; ++t) paths *= classes;
  std::vector<std::vector<double>> rows;
  for (Index t = 0; t < steps; ++t) rows.push_back(log_softmax_row(logits, t, n));
  for (Index path = 0; path < paths; ++path) {
    Text text;
    double log_probability = 0;
    int previous = blank;
    Index rest = path;
    for (Index t = 0; t < steps; ++t, rest /= classes) {
      const int k = static_cast<int>(rest % classes);
      log_probability += rows[static_cast<std::size_t>(t)][static_cast<std::size_t>(k)];
      if (k != previous && k != blank) text.push_back(k);
      previous = k;
    }
    texts[text] += std::exp(log_probability);
  }
  return texts;
}

/// The texts with their scores, the best first.
template <class Score>
std::vector<std::pair<double, Text>> ranked(const std::map<Text, double>& texts, const Score& score) {
  std::vector<std::pair<double, Text>> list;
  for (const auto& [text, p] : texts) {
    const double value = std::log(p) + score(text);
    if (value > -unbounded) list.emplace_back(value, text);
  }
  std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  return list;
}

CharacterModel small_model() {
  return train_character_model({{"ab", 5}, {"abc", 3}, {"ca", 2}, {"bb", 1}}, {.order = 3});
}

void check_equal(const std::vector<ScoredReading>& found, const std::vector<std::pair<double, Text>>& expected) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    CHECK(found[i].score == doctest::Approx(expected[i].first).epsilon(1e-12));
    CHECK(found[i].classes == expected[i].second);
  }
}

}  // namespace

TEST_CASE("beam_search: a wide beam finds every text with the sum of all its paths") {
  for (const int blank : {3, 0}) {
    const Tensor<double> logits = random_logits(5, 3, 4, 1.5, 7);
    const auto found = beam_search(logits, blank, {.width = 5000, .n_best = 5000, .class_threshold = unbounded});
    for (Index n = 0; n < 3; ++n) {
      const auto texts = all_texts(logits, n, blank, 5);
      const auto& readings = found[static_cast<std::size_t>(n)];
      check_equal(readings, ranked(texts, [](const Text&) { return 0.0; }));
      double sum = 0;
      for (const ScoredReading& reading : readings) {
        CHECK(reading.log_probability == doctest::Approx(std::log(texts.at(reading.classes))).epsilon(1e-12));
        CHECK(reading.log_probability == reading.score);
        CHECK(reading.model_log_probability == 0);
        CHECK(!reading.in_lexicon);
        sum += std::exp(reading.log_probability);
      }
      CHECK(sum == doctest::Approx(1).epsilon(1e-12));
    }
  }
}

TEST_CASE("beam_search: with a model, a bonus and a word list, against all texts") {
  const Vocabulary vocabulary("abc");
  const VocabularyModel model(small_model(), vocabulary);
  const Lexicon lexicon({"ab", "abc", "cab"}, vocabulary, false);
  const Tensor<double> logits = random_logits(5, 2, 4, 1, 11);
  for (const auto& bounds : {std::pair{0.7, unbounded}, {unbounded, unbounded}, {0.7, 1.5}, {unbounded, 0.5}}) {
    const double penalty = bounds.first, escape = bounds.second;
    CAPTURE(escape);
    const BeamOptions options{.width = 5000,
                              .n_best = 5000,
                              .class_threshold = unbounded,
                              .model = &model,
                              .model_weight = 0.6,
                              .character_bonus = 0.9,
                              .escape_cost = escape,
                              .lexicon = &lexicon,
                              .outside_penalty = penalty};
    const auto found = beam_search(logits, 3, options);
    for (Index n = 0; n < 2; ++n) {
      const auto expected = ranked(all_texts(logits, n, 3, 5), [&](const Text& text) {
        const double share = 0.6 * model.text_log_probability(text) + 0.9 * static_cast<double>(text.size());
        return std::max(share, -escape) - (lexicon.contains(text) ? 0 : penalty);
      });
      const auto& readings = found[static_cast<std::size_t>(n)];
      check_equal(readings, expected);
      if (penalty == unbounded) CHECK(readings.size() == 3);
      for (const ScoredReading& reading : readings) {
        CHECK(reading.model_log_probability ==
              doctest::Approx(model.text_log_probability(reading.classes)).epsilon(1e-12));
        CHECK(reading.in_lexicon == lexicon.contains(reading.classes));
      }
    }
  }
}

TEST_CASE("beam_search: of what the network is sure, a bounded model takes nothing away") {
  const VocabularyModel model(small_model(), Vocabulary("abc"));
  // "cc" is in no word of the model; the network has it at .98 a step, and "ca" at .01.
  Tensor<double> logits(Shape{3, 1, 4});
  const double sure = std::log(.98), other = std::log(.01);
  for (Index t = 0; t < 3; ++t) {
    for (Index k = 0; k < 4; ++k) logits(t, 0, k) = std::log(.005);
  }
  logits(0, 0, 2) = logits(1, 0, 3) = logits(2, 0, 2) = sure;
  logits(2, 0, 0) = other;
  const BeamOptions options{.model = &model, .model_weight = 3, .character_bonus = 0, .escape_cost = unbounded};
  CHECK(beam_search(logits, 3, options)[0][0].classes != Text{2, 2});
  BeamOptions bounded = options;
  bounded.escape_cost = 2;  // the network is sure by log(.98 / .01) = 4.6
  CHECK(beam_search(logits, 3, bounded)[0][0].classes == Text{2, 2});
  CHECK(beam_search(logits, 3, bounded)[0][0].score == doctest::Approx(3 * sure - 2 * std::log(.995) - 2));
}

TEST_CASE("beam_search: what is not tried could not have won, with a bound that is reached and a bonus below zero") {
  const VocabularyModel model(small_model(), Vocabulary("abc"));
  const Tensor<double> logits = random_logits(8, 6, 4, 1, 17);
  for (const double bonus : {-1.5, 0.0, 1.5}) {
    CAPTURE(bonus);
    BeamOptions options{.width = 3,
                        .class_threshold = unbounded,
                        .model = &model,
                        .model_weight = 1,
                        .character_bonus = bonus,
                        .escape_cost = 1};
    const auto narrow = beam_search(logits, 3, options);
    options.width = 5000;
    const auto wide = beam_search(logits, 3, options);
    for (std::size_t n = 0; n < 6; ++n) CHECK(narrow[n][0].score <= wide[n][0].score + 1e-9);
    // A score of a narrow beam is that of fewer paths, never of other language.
    for (std::size_t n = 0; n < 6; ++n) {
      const ScoredReading& reading = narrow[n][0];
      const double share =
          model.text_log_probability(reading.classes) + bonus * static_cast<double>(reading.classes.size());
      CHECK(reading.score - reading.log_probability == doctest::Approx(std::max(share, -1.0)));
    }
  }
}

TEST_CASE("beam_search: sums paths where best_path looks at one") {
  // Two steps: blank 0.6, a 0.4. The path of blanks has 0.36, the three paths of "a" together 0.64.
  Tensor<double> logits(Shape{2, 1, 2});
  for (Index t = 0; t < 2; ++t) logits(t, 0, 0) = std::log(0.4), logits(t, 0, 1) = std::log(0.6);
  CHECK(best_path(logits, 1)[0].classes.empty());
  const auto found = beam_search(logits, 1)[0];
  CHECK(found[0].classes == Text{0});
  CHECK(found[0].log_probability == doctest::Approx(std::log(0.64)));
}

TEST_CASE("beam_search: width 1 reads sharp logits as best_path does, frames too") {
  Tensor<double> logits = random_logits(24, 8, 6, 1, 3);
  Random random(5);
  for (Index n = 0; n < 8; ++n) {
    for (Index t = 0; t < 24; ++t) logits(t, n, random.below(6)) += 30;
  }
  const auto expected = best_path(logits, 5);
  for (const Index width : {1, 16}) {
    const auto found = beam_search(logits, 5, {.width = width});
    for (std::size_t n = 0; n < 8; ++n) {
      REQUIRE(found[n].size() == 1);
      CHECK(found[n][0].classes == expected[n].classes);
      CHECK(found[n][0].frames == expected[n].frames);
      CHECK(found[n][0].log_probability >= expected[n].log_probability - 1e-9);
    }
  }
}

TEST_CASE("beam_search: a wider beam never finds less, its sums only grow") {
  const Tensor<double> logits = random_logits(20, 10, 8, 2, 21);
  std::vector<double> before(10, -unbounded);
  for (const Index width : {1, 4, 16, 256}) {
    const auto found = beam_search(logits, 7, {.width = width, .class_threshold = unbounded});
    double sum = 0, sum_before = 0;
    for (std::size_t n = 0; n < 10; ++n) {
      sum += found[n][0].score;
      sum_before += before[n];
      before[n] = found[n][0].score;
    }
    CHECK(sum >= sum_before);
  }
}

TEST_CASE("beam_search: a letter twice needs a blank between") {
  Tensor<double> logits(Shape{3, 1, 2});
  logits.fill(-20);
  logits(0, 0, 0) = logits(1, 0, 1) = logits(2, 0, 0) = 0;
  CHECK(beam_search(logits, 1)[0][0].classes == Text{0, 0});
  CHECK(beam_search(logits, 1)[0][0].frames == std::vector<Index>{0, 2});
  logits(1, 0, 0) = 5;
  CHECK(beam_search(logits, 1)[0][0].classes == Text{0});
}

TEST_CASE("beam_search: the language decides where the image does not") {
  const Vocabulary vocabulary("abcq");
  const VocabularyModel model(small_model(), vocabulary);
  Tensor<double> logits(Shape{3, 1, 5});
  logits.fill(-8);
  logits(0, 0, 0) = logits(1, 0, 4) = 0;  // a, blank, then c a little more than b
  logits(2, 0, 1) = 0, logits(2, 0, 2) = 0.3;
  CHECK(beam_search(logits, 4)[0][0].classes == Text{0, 2});
  CHECK(beam_search(logits, 4, {.model = &model})[0][0].classes == Text{0, 1});
  CHECK(beam_search(logits, 4, {.model = &model, .model_weight = 0})[0][0].classes == Text{0, 2});
  const Lexicon lexicon({"ab"}, vocabulary);
  CHECK(beam_search(logits, 4, {.lexicon = &lexicon})[0][0].classes == Text{0, 1});
  CHECK(beam_search(logits, 4, {.lexicon = &lexicon, .outside_penalty = 0})[0][0].classes == Text{0, 2});
  // Open vocabulary: what the image says clearly is read, in the list or not.
  logits(2, 0, 3) = 20;
  CHECK(beam_search(logits, 4, {.model = &model, .lexicon = &lexicon})[0][0].classes == Text{0, 3});
  CHECK(beam_search(logits, 4, {.lexicon = &lexicon, .outside_penalty = unbounded})[0][0].classes == Text{0, 1});
}

TEST_CASE("beam_search: a closed list that nothing fits gives no reading") {
  const Vocabulary vocabulary("ab");
  const Lexicon lexicon({"aaa"}, vocabulary, false);
  const Tensor<double> logits(Shape{3, 2, 3});  // "aaa" needs five steps
  const auto found = beam_search(logits, 2, {.lexicon = &lexicon, .outside_penalty = unbounded});
  REQUIRE(found.size() == 2);
  CHECK(found[0].empty());
}

TEST_CASE("beam_search: steps that do not count change nothing, nor do neighbours or threads") {
  const Tensor<double> logits = random_logits(12, 5, 6, 2, 9);
  const std::vector<Index> steps{12, 7, 0, 1, 10};
  const int threads = thread_count();
  set_thread_count(3);
  const auto together = beam_search(logits, 5, {.n_best = 4}, steps);
  set_thread_count(threads);
  for (Index n = 0; n < 5; ++n) {
    const Index count = steps[static_cast<std::size_t>(n)];
    Tensor<double> alone(Shape{count, 1, 6});
    for (Index t = 0; t < count; ++t) {
      for (Index k = 0; k < 6; ++k) alone(t, 0, k) = logits(t, n, k);
    }
    const auto expected = beam_search(alone, 5, {.n_best = 4})[0];
    const auto& found = together[static_cast<std::size_t>(n)];
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      CHECK(found[i].classes == expected[i].classes);
      CHECK(found[i].frames == expected[i].frames);
      CHECK(found[i].score == expected[i].score);
      CHECK(std::is_sorted(found[i].frames.begin(), found[i].frames.end()));
      CHECK(found[i].frames.size() == found[i].classes.size());
    }
  }
  CHECK(together[2].size() == 1);
  CHECK(together[2][0].classes.empty());
  CHECK(together[2][0].score == 0);
}

TEST_CASE("beam_search: large logits, impossible classes, ties") {
  Tensor<float> logits(Shape{40, 1, 4});
  Random random(4);
  for (Index i = 0; i < logits.size(); ++i) logits[i] = static_cast<float>(random.normal(0, 3000));
  const auto sharp = beam_search(logits, 3)[0];
  CHECK(sharp[0].classes == best_path(logits, 3)[0].classes);
  CHECK(std::isfinite(sharp[0].score));
  Tensor<double> few(Shape{3, 1, 3});
  for (Index t = 0; t < 3; ++t) few(t, 0, 0) = few(t, 0, 2) = -unbounded;  // only class 1
  const auto only = beam_search(few, 2, {.n_best = 5, .class_threshold = unbounded})[0];
  REQUIRE(only.size() == 1);
  CHECK(only[0].classes == Text{1});
  CHECK(only[0].score == doctest::Approx(0));
  const Tensor<double> level(Shape{2, 1, 4});
  const auto first = beam_search(level, 3, {.n_best = 9}), second = beam_search(level, 3, {.n_best = 9});
  CHECK(first[0][0].classes == Text{0});
  for (std::size_t i = 0; i < first[0].size(); ++i) CHECK(first[0][i].classes == second[0][i].classes);
}

TEST_CASE("beam_search: no time steps, no images") {
  CHECK(beam_search(Tensor<float>(Shape{0, 2, 3}), 2)[1][0].classes.empty());
  CHECK(beam_search(Tensor<float>(Shape{4, 0, 3}), 2).empty());
}

TEST_CASE("beam_search: bad input") {
  Tensor<double> logits(Shape{4, 3, 5});
  CHECK_THROWS_AS(beam_search(logits, 5), ArgumentError);
  CHECK_THROWS_AS(beam_search(logits, -1), ArgumentError);
  CHECK_THROWS_AS(beam_search(Tensor<double>(Shape{4, 5}), 0), ShapeError);
  CHECK_THROWS_AS(beam_search(logits, 4, {.width = 0}), ArgumentError);
  CHECK_THROWS_AS(beam_search(logits, 4, {.n_best = 0}), ArgumentError);
  CHECK_THROWS_AS(beam_search(logits, 4, {.class_threshold = -1}), ArgumentError);
  CHECK_THROWS_AS(beam_search(logits, 4, {.class_threshold = std::nan("")}), ArgumentError);
  CHECK_THROWS_AS(beam_search(logits, 4, {.model_weight = -1}), ArgumentError);
  CHECK_THROWS_AS(beam_search(logits, 4, {.character_bonus = unbounded}), ArgumentError);
  CHECK_THROWS_AS(beam_search(logits, 4, {.escape_cost = -1}), ArgumentError);
  CHECK_THROWS_AS(beam_search(logits, 4, {.escape_cost = std::nan("")}), ArgumentError);
  CHECK_THROWS_AS(beam_search(logits, 4, {.outside_penalty = std::nan("")}), ArgumentError);
  const std::vector<Index> two{4, 4}, long_one{4, 5, 4}, negative{4, 4, -1};
  CHECK_THROWS_AS(beam_search(logits, 4, {}, two), ArgumentError);
  CHECK_THROWS_AS(beam_search(logits, 4, {}, long_one), ArgumentError);
  CHECK_THROWS_AS(beam_search(logits, 4, {}, negative), ArgumentError);
  const VocabularyModel model(small_model(), Vocabulary("abc"));
  CHECK_THROWS_AS(beam_search(logits, 4, {.model = &model}), ArgumentError);
  CHECK_THROWS_AS(beam_search(Tensor<double>(Shape{4, 3, 4}), 0, {.model = &model}), ArgumentError);
  const Lexicon lexicon({"ab"}, Vocabulary("abc"));
  CHECK_THROWS_WITH_AS(beam_search(logits, 4, {.lexicon = &lexicon}),
                       "beam_search: expected a word list for 4 characters, as the logits, found 3", ArgumentError);
  logits(2, 1, 4) = std::nan("");
  CHECK_THROWS_WITH_AS(beam_search(logits, 4),
                       "beam_search: expected finite logits, found nan at time step t=2, image n=1, class k=4",
                       ArgumentError);
  const std::vector<Index> before{4, 2, 4};
  CHECK(beam_search(logits, 4, {}, before).size() == 3);  // what does not count is not looked at
  logits.fill(0);
  logits(1, 0, 0) = unbounded;
  CHECK_THROWS_AS(beam_search(logits, 4), ArgumentError);
  logits.fill(-unbounded);
  CHECK_THROWS_AS(beam_search(logits, 4), ArgumentError);
}
