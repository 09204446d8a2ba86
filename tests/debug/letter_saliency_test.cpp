// Tests of saliency.
#include "tinyhtr/debug/letter_saliency.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "support/counted.hpp"
#include "support/tiny_column_net.hpp"
#include "support/tiny_word_net.hpp"
#include "tinyhtr/models/word_net.hpp"

using namespace tinyhtr;

namespace {

/// S by its formula, at given steps.
double score(WordNet<double>& network, const Tensor<double>& images, Index n, const LetterSaliency& letter) {
  const NoGrad no_grad;
  const Tensor<double> logits = network.forward(images).value();
  double sum = 0;
  for (const Index t : letter.steps) {
    double all = 0;
    for (Index k = 0; k < logits.dim(2); ++k) all += std::exp(logits(t, n, k));
    sum += logits(t, n, letter.number) - std::log(all);
  }
  return sum;
}

void check_differences(WordNet<double>& network, const Tensor<double>& images, Index n) {
  const int blank = static_cast<int>(network.class_count()) - 1;
  const Variable<double> leaf(images, /*requires_grad=*/true);
  const Variable<double> logits = network.forward(leaf);
  const std::vector<int> text = {1, 3, 3};
  const std::vector<LetterSaliency> letters = letter_saliency(logits, leaf, n, text, blank);
  REQUIRE(letters.size() == 3);
  const Index channels = images.dim(1), height = images.dim(2), width = images.dim(3);
  double largest = 0;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    CHECK(letters[i].number == text[i]);
    REQUIRE_FALSE(letters[i].steps.empty());
    CHECK(letters[i].score == doctest::Approx(score(network, images, n, letters[i])));
    CHECK(letters[i].gradient.shape() == Shape{channels, height, width});
    for (Index probe = 0; probe < 12; ++probe) {
      const Index c = probe % channels, y = (5 * probe + 2) % height, x = (7 * probe + 3) % width;
      constexpr double step = 1e-3;  // of 255 grey levels
      Tensor<double> more = images, less = images;
      more(n, c, y, x) += step;
      less(n, c, y, x) -= step;
      const double difference =
          (score(network, more, n, letters[i]) - score(network, less, n, letters[i])) / (2 * step);
      CHECK(letters[i].gradient(c, y, x) == doctest::Approx(difference).epsilon(1e-4).scale(1e-6));
      largest = std::max(largest, std::abs(difference));
      double over_channels = 0;
      for (Index k = 0; k < channels; ++k) {
        over_channels = std::max(over_channels, std::abs(letters[i].gradient(k, y, x)));
      }
      CHECK(letters[i].map()(y, x) == over_channels);
    }
  }
  CHECK(largest > 1e-6);  // the probes have met something
}

}  // namespace

TEST_CASE("letter_saliency: the gradient of a letter's score is what differences say") {
  WordNet<double> columns(7, 3, test::tiny_column_net());
  check_differences(columns, test::counted_tensor<double>({1, 1, 16, 32}, 11, 64, 128), 0);
  WordNet<double> rows(7, 4, test::tiny_word_net());
  check_differences(rows, test::counted_tensor<double>({2, 3, 16, 32}, 12, 64, 128), 1);
}

TEST_CASE("letter_saliency: the network stays as it was") {
  WordNet<float> network(7, 3, test::tiny_column_net());
  network.classes.bias.node().requires_grad = false;  // one is frozen
  Variable<float> images(test::counted_tensor<float>({1, 1, 16, 32}, 11, 64, 128), true);
  const Variable<float> logits = network.forward(images);
  const std::vector<int> text = {1, 2};
  const std::vector<LetterSaliency> first = letter_saliency(logits, images, 0, text, 6);
  for (const auto& [name, parameter] : members_of<float>(network).parameters) {
    const std::string path = name;  // clang does not let a lambda, which CAPTURE is, have a structured binding
    CAPTURE(path);
    CHECK(parameter->grad().empty());
    CHECK(parameter->requires_grad() == (name != "classes.bias"));
  }
  CHECK(images.grad().empty());
  const std::vector<LetterSaliency> again = letter_saliency(logits, images, 0, text, 6);
  for (Index i = 0; i < first[0].gradient.size(); ++i) CHECK(first[0].gradient[i] == again[0].gradient[i]);
}

TEST_CASE("letter_saliency: what does not fit") {
  WordNet<float> network(7, 3, test::tiny_column_net());
  const Variable<float> images(Tensor<float>(Shape{1, 1, 16, 32}), true), plain(Tensor<float>(Shape{1, 1, 16, 32}));
  const Variable<float> logits = network.forward(images);
  const std::vector<int> text = {1}, long_text(9, 1), with_blank = {6};
  CHECK(letter_saliency(logits, images, 0, std::vector<int>{}, 6).empty());
  CHECK_THROWS_AS(letter_saliency(network.forward(plain), plain, 0, text, 6), ArgumentError);
  CHECK_THROWS_AS(letter_saliency(network.forward(plain), images, 0, text, 6), ArgumentError);
  CHECK_THROWS_AS(letter_saliency(logits, images, 0, long_text, 6), ArgumentError);
  CHECK_THROWS_AS(letter_saliency(logits, images, 0, with_blank, 6), ArgumentError);
  CHECK_THROWS_AS(letter_saliency(logits, images, 1, text, 6), ArgumentError);
}
