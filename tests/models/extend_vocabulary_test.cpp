#include "tinyhtr/models/extend_vocabulary.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "support/tiny_word_net.hpp"
#include "tinyhtr/core/random.hpp"

using namespace tinyhtr;

namespace {

Tensor<float> some_images() {
  Tensor<float> images(Shape{2, 3, 16, 32});
  Random random(7);
  for (float& value : images) value = static_cast<float>(random.uniform(0, 255));
  return images;
}

WordNetOptions with_second_head() {
  WordNetOptions options = test::tiny_word_net();
  options.scan = Scan::column_maxima;
  options.second_head = true;
  return options;
}

/// A network whose running statistics are not those of a new one.
WordNet<float> trained_network(Index classes, const WordNetOptions& options) {
  WordNet<float> network(classes, 3, options);
  network.forward_heads(some_images(), Mode::training(1, 0));
  for (Index k = 0; k < classes; ++k) network.classes.bias.value()[k] = static_cast<float>(k) / 4 - 1;
  return network;
}

}  // namespace

TEST_CASE("characters of texts are added behind those of a vocabulary") {
  const Vocabulary known("zab");
  CHECK(with_characters_of(known, {"ab", "bz"}).text() == "zab");
  CHECK(with_characters_of(known, {}).text() == "zab");
  CHECK(with_characters_of(known, {"éa", "cé"}).text() == "zabcé");
  CHECK_THROWS_AS(with_characters_of(known, {"\xff"}), FormatError);
}

TEST_CASE("the logits of kept classes and of the blank are what they were, wherever they stand") {
  const Vocabulary known("abcde");
  for (const WordNetOptions& options : {test::tiny_word_net(), with_second_head()}) {
    WordNet<float> network = trained_network(known.classes(), options);
    const auto before = network.forward_heads(some_images(), Mode::inference());
    for (const char* text : {"abcde", "edcba", "xaebydcé", "ca", "xyz"}) {
      CAPTURE(text);
      const Vocabulary wanted(text);
      WordNet<float> other = with_vocabulary(network, known, wanted, 5);
      CHECK(other.class_count() == wanted.classes());
      const auto after = other.forward_heads(some_images(), Mode::inference());
      const auto check = [&](const Variable<float>& a, const Variable<float>& b) {
        REQUIRE(b.shape()[2] == wanted.classes());
        for (Index t = 0; t < a.shape()[0]; ++t) {
          for (Index n = 0; n < 2; ++n) {
            CHECK(b.value()(t, n, wanted.blank()) == doctest::Approx(a.value()(t, n, known.blank())).epsilon(1e-5));
            for (const char character : std::string("abcde")) {
              const std::string one(1, character);
              if (!wanted.knows(one)) continue;
              CHECK(b.value()(t, n, wanted.encode(one)[0]) ==
                    doctest::Approx(a.value()(t, n, known.encode(one)[0])).epsilon(1e-5));
            }
          }
        }
      };
      check(before.logits, after.logits);
      CHECK(static_cast<bool>(after.second) == options.second_head);
      if (options.second_head) check(before.second, after.second);
    }
  }
}

TEST_CASE(
    "new characters are rarer than the known ones are on average, different from each other, and drawn by the seed") {
  const Vocabulary known("abcde"), wanted("abcdexy");
  WordNet<float> network = trained_network(known.classes(), test::tiny_word_net());
  WordNet<float> other = with_vocabulary(network, known, wanted, 5), same = with_vocabulary(network, known, wanted, 5),
                 different = with_vocabulary(network, known, wanted, 6);
  const Tensor<float> logits = other.forward(some_images()).value();
  double known_sum = 0, new_sum = 0;
  for (Index t = 0; t < logits.dim(0); ++t) {
    for (Index k = 0; k < 5; ++k) known_sum += std::exp(static_cast<double>(logits(t, 0, k))) / 5;
    for (Index k = 5; k < 7; ++k) new_sum += std::exp(static_cast<double>(logits(t, 0, k))) / 2;
  }
  CHECK(new_sum < known_sum / 2);
  CHECK(new_sum > 0);
  const Tensor<float>&a = other.classes.weight.value(), &b = same.classes.weight.value(),
        &c = different.classes.weight.value();
  CHECK(std::equal(a.begin(), a.end(), b.begin()));
  CHECK_FALSE(std::equal(a.begin(), a.end(), c.begin()));
  CHECK(a(5, 0) != a(6, 0));
}

TEST_CASE("the new network shares no number with the old one, and a vocabulary of another size is refused") {
  const Vocabulary known("abcde");
  WordNet<float> network = trained_network(known.classes(), with_second_head());
  WordNet<float> other = with_vocabulary(network, known, known, 5);
  const Members<float> from = members_of<float>(network), to = members_of<float>(other);
  for (std::size_t k = 0; k < from.parameters.size(); ++k) {
    const Tensor<float>&a = from.parameters[k].item->value(), &b = to.parameters[k].item->value();
    CAPTURE(from.parameters[k].name);
    CHECK(a.data() != b.data());
    CHECK(std::equal(a.begin(), a.end(), b.begin()));
    CHECK(to.parameters[k].item->name() == from.parameters[k].name);
  }
  for (std::size_t k = 0; k < from.buffers.size(); ++k) {
    CHECK(std::equal(from.buffers[k].item->begin(), from.buffers[k].item->end(), to.buffers[k].item->begin()));
  }
  CHECK_THROWS_WITH_AS(with_vocabulary(network, Vocabulary("abc"), known, 1),
                       doctest::Contains("6 classes, expected 4"), ArgumentError);
}

TEST_CASE("places of characters go with their characters; a new one is as the mean of all") {
  const Vocabulary known("abc"), wanted("cxab");
  const PlacePrior prior{.lags = {1, 2, 6}, .widths = {10, 20, 60}};
  const PlacePrior other = with_vocabulary(prior, known, wanted);
  CHECK(other.lags == std::vector<double>{6, 3, 1, 2});
  CHECK(other.widths == std::vector<double>{60, 30, 10, 20});
  CHECK(with_vocabulary(PlacePrior(), known, wanted).widths.empty());
  CHECK_THROWS_WITH_AS(with_vocabulary(prior, Vocabulary("ab"), wanted), doctest::Contains("3 values, expected 2"),
                       ArgumentError);
}
