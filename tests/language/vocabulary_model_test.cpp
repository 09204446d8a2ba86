// Tests of VocabularyModel.
#include "tinyhtr/language/vocabulary_model.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "tinyhtr/language/train_character_model.hpp"

using namespace tinyhtr;

TEST_CASE("VocabularyModel: classes in the vocabulary's order, unknown ones share") {
  const CharacterModel model = train_character_model({{"ab", 5}, {"ba", 2}, {"a", 2}}, {.order = 3});
  const Vocabulary vocabulary("bxay");
  const VocabularyModel bound(model, vocabulary);
  CHECK(bound.size() == 4);
  const auto begin = bound.begin();
  CHECK(bound.log_probability(begin, 0) == model.log_probability(begin, model.symbol(U'b')));
  CHECK(bound.log_probability(begin, 1) == bound.log_probability(begin, 3));
  CHECK(bound.log_probability(begin, 1) ==
        doctest::Approx(model.log_probability(begin, model.unknown()) - std::log(2.0)));
  CHECK(bound.text_log_probability(vocabulary.encode("ab")) == doctest::Approx(model.word_log_probability("ab")));
  double sum = std::exp(bound.end_log_probability(begin));
  for (int k = 0; k < 4; ++k) sum += std::exp(bound.log_probability(begin, k));
  CHECK(sum == doctest::Approx(1).epsilon(1e-6));
  CHECK_THROWS_AS(bound.text_log_probability(std::vector<int>{4}), ArgumentError);
}
