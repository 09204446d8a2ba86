// Tests of CharacterModel, as training leaves it.
#include "tinyhtr/language/character_model.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "tinyhtr/language/train_character_model.hpp"

using namespace tinyhtr;

namespace {

CharacterModel words_model(int order, double pruning = 0) {
  return train_character_model({{"the", 40}, {"then", 9}, {"hen", 3}, {"other", 5}, {"é", 1}, {",", 30}, {"don't", 2}},
                               {.order = order, .pruning = pruning});
}

}  // namespace

TEST_CASE("CharacterModel: the probabilities after every context add up to one") {
  for (const int order : {1, 2, 4, 7}) {
    for (const double pruning : {0.0, 1e-3, 1e-2, 10.0}) {
      const CharacterModel model = words_model(order, pruning);
      std::vector<double> row(static_cast<std::size_t>(model.end()) + 1);
      for (CharacterModel::State state = 0; state + 1 < model.tree().first.size(); ++state) {
        model.log_probabilities(state, row);
        double sum = 0;
        for (int symbol = 0; symbol <= model.end(); ++symbol) {
          const double log_probability = row[static_cast<std::size_t>(symbol)];
          CHECK(log_probability == doctest::Approx(model.log_probability(state, symbol)).epsilon(1e-12));
          CHECK(log_probability > -30);
          sum += std::exp(log_probability);
        }
        CHECK(sum == doctest::Approx(1).epsilon(1e-6));
      }
    }
  }
}

TEST_CASE("CharacterModel: a state is the longest context that is known") {
  const CharacterModel model = words_model(3);
  CharacterModel::State state = model.begin();
  CHECK(state != 0);
  for (const char32_t c : std::u32string(U"the")) state = model.next(state, model.symbol(c));
  // "he" after "t" is the state of "he" after anything, for the order is 3.
  CharacterModel::State other = model.begin();
  for (const char32_t c : std::u32string(U"othe")) other = model.next(other, model.symbol(c));
  CHECK(state == other);
  CHECK(model.next(state, model.unknown()) == 0);
  CHECK(model.symbol(U'z') == model.unknown());
  CHECK(model.symbol(U'é') < model.unknown());
}

TEST_CASE("CharacterModel: a word is the product of its characters and its end") {
  const CharacterModel model = words_model(4);
  const int t = model.symbol(U't'), h = model.symbol(U'h');
  const auto after_t = model.next(model.begin(), t), after_th = model.next(after_t, h);
  CHECK(model.word_log_probability("th") ==
        doctest::Approx(model.log_probability(model.begin(), t) + model.log_probability(after_t, h) +
                        model.log_probability(after_th, model.end())));
  CHECK(model.word_log_probability("the") > model.word_log_probability("hte") + 3);
  CHECK(std::isfinite(model.word_log_probability("日本")));
  CHECK_THROWS_AS(model.word_log_probability("\xFF"), FormatError);
  std::vector<double> row(3);
  CHECK_THROWS_AS(model.log_probabilities(0, row), ShapeError);
}

TEST_CASE("CharacterModel: a tree that breaks its promises is refused") {
  const NgramTree good = words_model(3).tree();
  const auto refused = [&](auto&& change) {
    NgramTree tree = good;
    change(tree);
    CHECK_THROWS_AS(CharacterModel{tree}, ArgumentError);
  };
  CHECK_NOTHROW(CharacterModel{good});
  refused([](NgramTree& tree) { tree = {}; });
  refused([](NgramTree& tree) { tree.order = 0; });
  refused([](NgramTree& tree) { tree.order = 2; });
  refused([](NgramTree& tree) { std::swap(tree.characters[0], tree.characters[1]); });
  refused([](NgramTree& tree) { tree.levels.pop_back(); });
  refused([](NgramTree& tree) { tree.levels.back() = 0; });
  refused([](NgramTree& tree) { tree.symbols.back() = 500; });
  refused([](NgramTree& tree) { std::swap(tree.symbols[0], tree.symbols[1]); });
  refused([](NgramTree& tree) { tree.children.back() = 1; });
  refused([](NgramTree& tree) { tree.first[1] = 0; });
  refused([](NgramTree& tree) { tree.first[2] = 1 << 30; });
  refused([](NgramTree& tree) { tree.first.pop_back(); });
}
