// Tests of perplexity and sample_word.
#include "tinyhtr/language/perplexity.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <string>

#include "tinyhtr/language/train_character_model.hpp"

using namespace tinyhtr;

TEST_CASE("perplexity: counts and sums") {
  const CharacterModel model = train_character_model({{"ab", 5}, {"b", 3}}, {.order = 2});
  const Perplexity found = perplexity(model, {{"ab", 2}, {"zb", 1}});
  CHECK(found.words == 3);
  CHECK(found.characters == 6);
  CHECK(found.unknown == 1);
  CHECK(found.log_probability ==
        doctest::Approx(2 * model.word_log_probability("ab") + model.word_log_probability("zb")));
  CHECK(found.bits_per_word() == doctest::Approx(-found.log_probability / std::log(2.0) / 3));
  CHECK(found.bits_per_symbol() * 9 == doctest::Approx(found.bits_per_character() * 6));
  CHECK_THROWS_AS(perplexity(model, {}), ArgumentError);
}

TEST_CASE("sample_word: words come as often as the model says") {
  const CharacterModel model = train_character_model({{"ab", 500}, {"b", 300}, {"a", 200}}, {.order = 3});
  std::map<std::string, int> found;
  Random random(1);
  for (int i = 0; i < 20000; ++i) ++found[sample_word(model, random)];
  for (const char* word : {"ab", "b", "a"}) {
    CHECK(found[word] / 20000.0 == doctest::Approx(std::exp(model.word_log_probability(word))).epsilon(0.05));
  }
  CHECK(sample_word(model, random, 0).empty());
}
