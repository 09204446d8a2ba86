// Tests of train_character_model and NgramCounts.
#include "tinyhtr/language/train_character_model.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "tinyhtr/language/perplexity.hpp"

using namespace tinyhtr;

TEST_CASE("NgramCounts: counts, continuations and suffixes of a small list") {
  // <ab> twice, <b> once; a = 0, b = 1, unknown = 2, end = 3, begin = 4.
  const NgramCounts counts({{"ab", 2}, {"b", 1}}, 3);
  const auto node = [&](const std::vector<int>& symbols) {
    std::uint32_t n = 0;
    for (const int s : symbols) {
      n = counts.child(n, static_cast<std::uint16_t>(s));
      REQUIRE(n != 0);
    }
    return n;
  };
  CHECK(counts.characters == U"ab");
  CHECK(counts.count[node({1})] == 3);
  CHECK(counts.count[node({4, 0, 1})] == 2);
  CHECK(counts.count[node({1, 3})] == 3);
  CHECK(counts.continuations[node({1})] == 2);     // after a, after begin
  CHECK(counts.continuations[node({3})] == 1);     // after b only
  CHECK(counts.continuations[node({1, 3})] == 2);  // ab end, begin b end
  CHECK(counts.suffix[node({4, 0, 1})] == node({0, 1}));
  CHECK(counts.from_begin[node({4, 1})] == 1);
  CHECK(counts.from_begin[node({0, 1})] == 0);
  CHECK(counts.child(0, 2) == 0);
}

TEST_CASE("NgramCounts: bad input") {
  CHECK_THROWS_AS(NgramCounts({}, 3), ArgumentError);
  CHECK_THROWS_AS(NgramCounts({{"a", 1}}, 0), ArgumentError);
  CHECK_THROWS_AS(NgramCounts({{"a", 1}}, 17), ArgumentError);
  CHECK_THROWS_AS(NgramCounts({{"a", 0}}, 3), ArgumentError);
  CHECK_THROWS_AS(NgramCounts({{"\xC3", 1}}, 3), FormatError);
}

TEST_CASE("train_character_model: the discounts of Chen and Goodman") {
  // Y = 10 / (10 + 2 x 4) = 5/9; D1 = 1 - 2 Y 4/10, D2 = 2 - 3 Y 3/4, D3+ = 3 - 4 Y 2/3.
  const detail::Discounts found = detail::kneser_ney_discounts({0, 10, 4, 3, 2});
  CHECK(found[1] == doctest::Approx(5.0 / 9));
  CHECK(found[2] == doctest::Approx(0.75));
  CHECK(found[3] == doctest::Approx(3 - 40.0 / 27));
  CHECK(detail::kneser_ney_discounts({0, 10, 0, 3, 2})[2] == 1);
  CHECK(detail::kneser_ney_discounts({0, 10, 1, 1, 90})[3] == 1.5);
}

TEST_CASE("train_character_model: probabilities by hand") {
  // As above, discounts 0.5, 1, 1.5. Single symbols count their continuations: a 1 (after begin), b 2, end 1; of 4.
  const NgramCounts counts({{"ab", 2}, {"b", 1}}, 2);
  const detail::KneserNey model(counts, 2);
  const double rest = (0.5 + 1 + 0.5) / 4, uniform = 1.0 / 4;
  const std::uint32_t a = counts.child(0, 0), b = counts.child(0, 1);
  CHECK(model.probability[a] == doctest::Approx(0.5 / 4 + rest * uniform));
  CHECK(model.probability[b] == doctest::Approx(1.0 / 4 + rest * uniform));
  CHECK(model.unknown == doctest::Approx(rest * uniform));
  // After begin: a twice, b once, of 3; (1 + 0.5) / 3 is left for the single symbols.
  const std::uint32_t begin = counts.child(0, 4);
  CHECK(model.probability[counts.child(begin, 0)] == doctest::Approx((2 - 1) / 3.0 + 0.5 * model.probability[a]));
  CHECK(model.probability[counts.child(b, 3)] ==
        doctest::Approx((3 - 1.5) / 3 + 0.5 * model.probability[counts.child(0, 3)]));
}

TEST_CASE("train_character_model: kept probabilities are near the exact ones, the sums below one") {
  const WordCounts words{{"banana", 7}, {"bandana", 3}, {"cabana", 2}, {"an", 50}, {"a", 30}, {"q", 1}};
  const NgramCounts counts(words, 5);
  const detail::KneserNey exact(counts, 5);
  const CharacterModel model = train_character_model(words, {.order = 5});
  CHECK(static_cast<std::size_t>(model.ngrams()) == counts.size() - 1 + 1);  // without the empty one, with unknown
  const CharacterModel::State begin = model.begin();
  const std::uint32_t start = counts.child(0, static_cast<std::uint16_t>(model.end() + 1));
  for (const char32_t c : std::u32string(U"abcq")) {
    const int symbol = model.symbol(c);
    const std::uint32_t n = counts.child(start, static_cast<std::uint16_t>(symbol));
    if (n == 0) continue;
    CHECK(model.log_probability(begin, symbol) == doctest::Approx(std::log(exact.probability[n])).epsilon(0.05));
  }
}

TEST_CASE("train_character_model: foretells words like those it saw, longer contexts more so") {
  WordCounts words;
  for (const char* stem : {"walk", "talk", "jump", "look", "turn", "call", "ask", "help", "start", "work"}) {
    for (const char* ending : {"", "ed", "ing", "s", "er", "ers"}) words[std::string(stem) + ending] = 3;
  }
  WordCounts held_out = words;
  for (const char* word : {"walked", "jumping", "calls", "helper"}) words.erase(word);
  std::erase_if(held_out, [&](const auto& entry) { return words.contains(entry.first); });
  double before = 100;
  for (const int order : {1, 2, 3}) {
    const double bits = perplexity(train_character_model(words, {.order = order}), held_out).bits_per_symbol();
    CHECK(bits < before);
    before = bits;
  }
  CHECK(before < 2.1);
  // Pruning costs little, and more pruning more.
  const CharacterModel full = train_character_model(words, {.order = 4});
  const CharacterModel less = train_character_model(words, {.order = 4, .pruning = 1e-3});
  CHECK(less.ngrams() < full.ngrams());
  CHECK(perplexity(less, words).bits_per_symbol() < perplexity(full, words).bits_per_symbol() + 0.3);
  const CharacterModel least = train_character_model(words, {.order = 4, .pruning = 100});
  CHECK(least.ngrams() == static_cast<Index>(least.tree().symbol_count()));
}

TEST_CASE("train_character_model: bad input") {
  CHECK_THROWS_AS(train_character_model({}), ArgumentError);
  CHECK_THROWS_AS(train_character_model({{"a", 1}}, {.order = 0}), ArgumentError);
  CHECK_THROWS_AS(train_character_model({{"a", 1}}, {.order = 2, .pruning = -1}), ArgumentError);
  CHECK_THROWS_AS(train_character_model({{"a", 1}}, {.order = 2, .pruning = std::nan("")}), ArgumentError);
  CHECK(train_character_model({{"", 4}}).word_log_probability("") < 0);
}
