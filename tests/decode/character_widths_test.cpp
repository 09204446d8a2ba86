// Tests of widths of characters out of widths of words: words made of known ones, rare classes, what is refused.
#include "tinyhtr/decode/character_widths.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <numeric>
#include <vector>

#include "tinyhtr/core/random.hpp"

using namespace tinyhtr;

TEST_CASE("fit_character_widths: finds the widths that words were made of") {
  const std::vector<double> truth = {4, 12, 20, 9, 15};
  std::vector<WordWidth> words;
  Random random(3, Purpose::user);
  for (int i = 0; i < 2000; ++i) {
    WordWidth word;
    const Index length = 1 + random.below(8);
    for (Index k = 0; k < length; ++k) word.classes.push_back(static_cast<int>(random.below(5)));
    for (const int number : word.classes) word.width += truth[static_cast<std::size_t>(number)];
    words.push_back(word);
  }
  const std::vector<double> widths = fit_character_widths(words, 6);
  REQUIRE(widths.size() == 6);
  for (std::size_t c = 0; c < truth.size(); ++c) {
    CAPTURE(c);
    CHECK(widths[c] == doctest::Approx(truth[c]).epsilon(0.02));
  }
  CHECK(widths[5] == doctest::Approx(12).epsilon(0.02));  // a class of no word: the mean of a character
}

TEST_CASE("fit_character_widths: two words by hand") {
  // Widths a and b of the words "0" and "01": (6 - a)^2 + (18 - a - b)^2 / 2 + (a - 8)^2 + (b - 8)^2, the mean being
  // 24 / 3 = 8, is least where 5 a + b = 46 and a + 3 b = 34.
  const std::vector<WordWidth> words = {{{0}, 6}, {{0, 1}, 18}};
  const std::vector<double> widths = fit_character_widths(words, 2);
  CHECK(widths[0] == doctest::Approx(104.0 / 14).epsilon(1e-9));
  CHECK(widths[1] == doctest::Approx(124.0 / 14).epsilon(1e-9));
}

TEST_CASE("fit_character_widths: never less than a tenth of the mean") {
  // Long words of class 0 alone are as wide as with class 1: it would have to be narrower than nothing.
  std::vector<WordWidth> words;
  for (int i = 0; i < 50; ++i) {
    words.push_back({{0}, 20});
    words.push_back({{0, 1}, 15});
  }
  const std::vector<double> widths = fit_character_widths(words, 2);
  CHECK(widths[1] == doctest::Approx(35.0 / 3 / 10));
}

TEST_CASE("fit_character_widths: what it refuses") {
  const std::vector<WordWidth> none, empty = {{{}, 3}}, outside = {{{2}, 3}}, negative = {{{0}, -1}};
  const std::vector<WordWidth> infinite = {{{0}, std::numeric_limits<double>::infinity()}};
  CHECK_THROWS_WITH_AS(fit_character_widths(none, 2), doctest::Contains("a word with a character"), ArgumentError);
  CHECK_THROWS_AS(fit_character_widths(empty, 2), ArgumentError);
  CHECK_THROWS_WITH_AS(fit_character_widths(outside, 2), doctest::Contains("found 2 in word 0"), ArgumentError);
  CHECK_THROWS_AS(fit_character_widths(negative, 2), ArgumentError);
  CHECK_THROWS_AS(fit_character_widths(infinite, 2), ArgumentError);
}
