// Lesson 08: from probabilities to a text. The page: docs/lessons/08_decoding.md

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "lesson.hpp"
#include "tinyhtr/data/vocabulary.hpp"
#include "tinyhtr/decode/beam_search.hpp"
#include "tinyhtr/decode/best_path.hpp"
#include "tinyhtr/decode/text_probability.hpp"
#include "tinyhtr/language/tokens.hpp"
#include "tinyhtr/language/train_character_model.hpp"
#include "tinyhtr/language/vocabulary_model.hpp"

using namespace tinyhtr;

/// Logits (T,1,K) whose softmax gives these probabilities back: their logarithms.
Tensor<double> logits_of(Index steps, Index classes, std::vector<double> y) {
  for (double& p : y) p = std::log(p);
  return Tensor<double>(Shape{steps, 1, classes}, y);
}

/// What a beam search has found, the best first; with_model: what the language model says of it, too.
void print(const std::vector<ScoredReading>& readings, const Vocabulary& vocabulary, bool with_model = false) {
  for (const ScoredReading& reading : readings) {
    std::printf("  \"%s\": network %.4f", vocabulary.decode(reading.classes).c_str(),
                std::exp(reading.log_probability));
    if (with_model) std::printf(", model %.5f, score %.3f", std::exp(reading.model_log_probability), reading.score);
    std::printf(", confidence %.3f\n", reading.confidence.value_or(0));
  }
}

int main() {
  const Vocabulary letters("ab");  // classes 0 and 1; the blank is class 2
  const Tensor<double> two = logits_of(2, 3, {.4, .1, .5, .3, .4, .3});

  std::puts("Two steps: the best path");
  const Reading best = best_path(two, letters.blank())[0];
  expect("it reads b", letters.decode(best.classes) == "b");
  expect("probability of this path", std::exp(best.log_probability), 0.2);

  std::puts("\nThe probabilities of all texts, each the sum of its paths");
  const auto probability = [&](const char* text) {
    return std::exp(log_text_probability(two, 0, letters.encode(text), letters.blank()));
  };
  expect("(empty)", probability(""), 0.15);
  expect("a", probability("a"), 0.39);
  expect("b", probability("b"), 0.27);
  expect("ab", probability("ab"), 0.16);
  expect("ba", probability("ba"), 0.03);

  std::puts("\nPrefix beam search, room for all prefixes");
  BeamOptions options;
  options.n_best = 5;
  std::vector<ScoredReading> readings = beam_search(two, letters.blank(), options)[0];
  print(readings, letters);
  bool exact = true;
  for (const ScoredReading& reading : readings) {
    const double p = probability(letters.decode(reading.classes).c_str());
    exact = exact && std::abs(std::exp(reading.log_probability) - p) < 1e-12;
  }
  expect("the same probabilities", exact);
  expect("it reads a", letters.decode(readings[0].classes) == "a");
  expect("its confidence", readings[0].confidence.value_or(0), 0.39);

  std::puts("\nRoom for two: b is dropped after step 0, and comes back by fewer paths");
  options.width = 2;
  readings = beam_search(two, letters.blank(), options)[0];
  print(readings, letters);
  expect("p(b) as far as it was seen", std::exp(readings.back().log_probability), 0.2);

  std::puts("\nA language model of 55 words: what follows the two characters before");
  WordCounts words;
  for (const std::string& word : split_at_spaces("a about and are at be both but by can do for from had has have he "
                                                 "her his if in is it me more not of on one or she so than that the "
                                                 "their them then there these they this to two was we were what when "
                                                 "which who will with would you"))
    ++words[word];
  const Vocabulary classes("behnt");  // b is class 0, h class 2
  const VocabularyModel model(train_character_model(words, {.order = 3}), classes);
  const auto of_model = [&](const char* text) { return model.text_log_probability(classes.encode(text)); };
  double product = 1;
  VocabularyModel::State state = model.begin();
  for (const int k : classes.encode("then")) {
    const double p = std::exp(model.log_probability(state, k));
    std::printf("  %s %.4f", classes.decode(std::vector<int>{k}).c_str(), p);
    product *= p;
    state = model.next(state, k);
  }
  std::printf("  end %.4f\n", std::exp(model.end_log_probability(state)));
  expect("their product is p(then)", product * std::exp(model.end_log_probability(state)), std::exp(of_model("then")));
  state = model.next(model.begin(), classes.encode("t")[0]);
  std::printf("  after a t at the start: h %.4f, b %.4f\n", std::exp(model.log_probability(state, 2)),
              std::exp(model.log_probability(state, 0)));

  std::puts("\nFour steps: the network alone");
  //                                               b    e    h    n    t    -
  const Tensor<double> four = logits_of(4, 6, {.02, .02, .02, .02, .90, .02,  //
                                               .50, .02, .42, .02, .02, .02,  //
                                               .02, .90, .02, .02, .02, .02,  //
                                               .02, .02, .02, .60, .02, .32});
  options = {.n_best = 4, .escape_cost = 1e9};  // the model without a bound
  print(beam_search(four, classes.blank(), options)[0], classes);
  options.model = &model;
  for (const double bonus : {0.0, 1.0}) {
    std::printf("\nWith the model, alpha = 0.6, beta = %.0f\n", bonus);
    options.model_weight = 0.6;
    options.character_bonus = bonus;
    readings = beam_search(four, classes.blank(), options)[0];
    print(readings, classes, /*with_model=*/true);
    expect(bonus == 0 ? "it reads the" : "it reads then",
           classes.decode(readings[0].classes) == (bonus == 0 ? "the" : "then"));
  }
  expect("score of then, log .9 .42 .9 .6 + alpha log p_model + 4 beta", readings[0].score,
         std::log(.9 * .42 * .9 * .6) + 0.6 * of_model("then") + 4);
}
