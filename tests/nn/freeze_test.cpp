#include "tinyhtr/nn/freeze.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/tiny_word_net.hpp"
#include "tinyhtr/autograd/backward.hpp"
#include "tinyhtr/core/random.hpp"
#include "tinyhtr/loss/ctc_loss.hpp"
#include "tinyhtr/models/column_net.hpp"
#include "tinyhtr/optim/adam.hpp"
#include "tinyhtr/optim/clip.hpp"

using namespace tinyhtr;

namespace {

Tensor<float> some_images(Index count) {
  Tensor<float> images(Shape{count, 3, 16, 32});
  Random random(7);
  for (float& value : images) value = static_cast<float>(random.uniform(0, 255));
  return images;
}

/// Every parameter and buffer by name, as bytes.
std::vector<std::pair<std::string, std::vector<float>>> snapshot(WordNet<float>& network) {
  std::vector<std::pair<std::string, std::vector<float>>> all;
  const Members<float> members = members_of<float>(network);
  for (const auto& [name, variable] : members.parameters)
    all.emplace_back(name, std::vector<float>(variable->value().begin(), variable->value().end()));
  for (const auto& [name, tensor] : members.buffers)
    all.emplace_back(name, std::vector<float>(tensor->begin(), tensor->end()));
  return all;
}

/// Some steps on some images.
void train(WordNet<float>& network, bool keep_statistics = false) {
  Adam<float> adam(trainable_parameters_of<float>(network), {.learning_rate = 1e-2, .weight_decay = 1e-2});
  for (std::uint32_t step = 0; step < 3; ++step) {
    const Mode mode = keep_statistics ? Mode::fine_tuning(1, step) : Mode::training(1, step);
    const Variable<float> loss = ctc_loss(network.forward(some_images(2), mode), {{0, 1}, {2}});
    adam.zero_grad();
    backward(loss, Keep::leaves);
    CHECK(clip_gradient_norm(adam.parameters(), 1e9) > 0);
    adam.step();
  }
}

}  // namespace

TEST_CASE("a pattern is as far from a name as it takes edits to match") {
  for (const char* pattern : {"*", "blocks.*", "*.weight", "b*.0.*w*", "blocks.?.conv1.weight", "blocks.0.conv1.weight",
                              "**blocks**", "????????*"}) {
    CAPTURE(pattern);
    CHECK(pattern_distance(pattern, "blocks.0.conv1.weight") == 0);
  }
  CHECK(pattern_distance("", "") == 0);
  CHECK(pattern_distance("", "abc") == 3);
  CHECK(pattern_distance("*", "") == 0);
  CHECK(pattern_distance("?", "") == 1);
  CHECK(pattern_distance("abc", "") == 3);
  CHECK(pattern_distance("lstm", "lstm.bias") == 5);
  CHECK(pattern_distance("block.*", "blocks.0.conv1.weight") == 1);
  CHECK(pattern_distance("*.wight", "classes.weight") == 1);
  CHECK(pattern_distance("kitten", "sitting") == 3);  // without wildcards it is the edit distance
}

TEST_CASE("what matches is frozen, counted once, and taken from nobody else") {
  WordNet<float> network(5, 1, test::tiny_word_net());
  const Index all = count_parameters<float>(network);
  CHECK(count_trainable_parameters<float>(network) == all);
  CHECK(freeze<float>(network, "") == 0);
  CHECK(freeze<float>(network, " classes.bias , classes.*,*.bias") > 5);
  CHECK(freeze<float>(network, "classes.*") == 0);  // already
  CHECK_FALSE(network.classes.weight.requires_grad());
  CHECK_FALSE(network.blocks[0].bn1.bias.requires_grad());
  CHECK(network.blocks[0].bn1.weight.requires_grad());
  CHECK(count_parameters<float>(network) == all);
  for (const Variable<float>& parameter : trainable_parameters_of<float>(network)) {
    CHECK_FALSE(parameter.name().ends_with(".bias"));
  }
  CHECK(is_frozen<float>(network.classes));
  CHECK_FALSE(is_frozen<float>(network.blocks[0]));
}

TEST_CASE("a pattern that matches nothing is named with the names that it is nearest to, and nothing is frozen") {
  WordNet<float> network(5, 1, test::tiny_word_net());
  CHECK_THROWS_WITH_AS(freeze<float>(network, "lstm.*,clases.weight"),
                       "freeze: no parameter of the network matches 'clases.weight'; the nearest are classes.weight, "
                       "classes.bias, blocks.0.bn1.weight",
                       ArgumentError);
  for (const char* list : {",", "lstm.*,", ",lstm.*", "lstm.*,,classes.*"}) {
    CAPTURE(list);
    CHECK_THROWS_WITH_AS(freeze<float>(network, list), doctest::Contains("with a comma between"), ArgumentError);
  }
  CHECK(count_trainable_parameters<float>(network) == count_parameters<float>(network));
}

TEST_CASE("frozen parameters and the statistics of frozen blocks stay to the bit; the others change") {
  for (const char* patterns : {"blocks.*", "blocks.0.*", "blocks.1.*", "lstm.*", "classes.*", "*.weight*", "*bn?.*",
                               "blocks.*,lstm.*", "blocks.0.*,lstm.weight_hh_l0,classes.bias"}) {
    CAPTURE(patterns);
    WordNet<float> network(5, 1, test::tiny_word_net());
    freeze<float>(network, patterns);
    const auto before = snapshot(network);
    train(network);
    const auto after = snapshot(network);
    for (std::size_t k = 0; k < before.size(); ++k) {
      const std::string& name = before[k].first;
      CAPTURE(name);
      bool stays = false;
      for (const std::string& pattern : detail::parameter_patterns(patterns))
        stays = stays || pattern_distance(pattern, name) == 0;
      if (name.find("running_") != std::string::npos) {
        auto& block = network.blocks[static_cast<std::size_t>(name[7] - '0')];
        stays = is_frozen<float>(block);
      }
      CHECK((before[k].second == after[k].second) == stays);
    }
  }
}

TEST_CASE("a frozen block trains as it reads, and the blocks behind it draw the numbers that they would have drawn") {
  WordNetOptions options = test::tiny_word_net();
  options.blocks = {{.filters = 4, .stride = 2, .convolve_skip = true}};
  options.dropout = 0.5;
  options.feature_dropout = 0;
  WordNet<float> network(5, 1, options);
  const Tensor<float> images = some_images(2);
  freeze<float>(network, "blocks.*");
  const Variable<float> trained = network.forward(images, Mode::training(1, 4)), read = network.forward(images);
  CHECK(std::equal(trained.value().begin(), trained.value().end(), read.value().begin()));

  options.feature_dropout = 0.5;
  WordNet<float> dropping(5, 1, options), whole(5, 1, options);
  freeze<float>(dropping, "blocks.*");
  // Without weights in the LSTM its states are zeros whatever the blocks do; with a bias alone, masks are seen bare.
  for (WordNet<float>* net : {&dropping, &whole}) {
    for (float& w : net->lstm.weight_ih_l0.value()) w = 0;
    for (float& w : net->lstm.weight_ih_l0_reverse.value()) w = 0;
    for (float& b : net->lstm.bias_ih_l0.value()) b = 1;
    for (float& b : net->lstm.bias_ih_l0_reverse.value()) b = 1;
  }
  const Variable<float> a = dropping.forward(images, Mode::training(1, 4)),
                        b = whole.forward(images, Mode::training(1, 4));
  CHECK(std::equal(a.value().begin(), a.value().end(), b.value().begin()));
}

TEST_CASE("with statistics that stay, every parameter is trained and no running statistic moves") {
  WordNet<float> network(5, 1, test::tiny_word_net());
  const auto before = snapshot(network);
  train(network, true);
  const auto after = snapshot(network);
  for (std::size_t k = 0; k < before.size(); ++k) {
    CAPTURE(before[k].first);
    const bool statistic = before[k].first.find("running_") != std::string::npos;
    // A convolution's bias is no longer taken out by the batch norm behind it.
    CHECK((before[k].second == after[k].second) == statistic);
  }
  // What an image becomes does not depend on those beside it.
  WordNetOptions options = test::tiny_word_net();
  options.dropout = 0;
  WordNet<float> plain(5, 1, options);
  const Tensor<float> images = some_images(3);
  const Variable<float> trained = plain.forward(images, Mode::fine_tuning(1, 0)), read = plain.forward(images);
  for (Index i = 0; i < read.value().size(); ++i)
    CHECK(trained.value()[i] == doctest::Approx(read.value()[i]).epsilon(1e-5));
}
