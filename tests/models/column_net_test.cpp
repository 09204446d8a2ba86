// Tests of networks for words of any width: padding never changes a result.
#include "tinyhtr/models/column_net.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "../support/check_mode.hpp"
#include "../support/compare.hpp"
#include "../support/gradient.hpp"
#include "../support/padding.hpp"
#include "../support/tiny_column_net.hpp"
#include "tinyhtr/autograd/backward.hpp"
#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/loss/ctc_loss.hpp"
#include "tinyhtr/models/folded_word_net.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

namespace {

const Lengths word_widths{32, 8, 20, 4};
const std::vector<std::vector<int>> word_labels{{0, 1, 2, 2, 0}, {3}, {1, 1}, {}};

/// Both kinds of padding, and blocks as the reference network has them: with biases, without batch norm on skip paths.
std::vector<WordNetOptions> networks_of_any_width() {
  std::vector<WordNetOptions> networks(3, tiny_column_net());
  networks[1].padding = Padding::symmetric;
  networks[2].convolution_bias = true;
  networks[2].normalise_skip = networks[2].invert = networks[2].second_head = false;
  return networks;
}

/// Some training passes, so that the running statistics are not those of a new network.
template <class Network>
void settle_statistics(Network& network) {
  for (std::uint32_t step = 0; step < 20; ++step) {
    network.forward(padded_words<float>(word_widths, 32, 1), Mode::training(1, step), word_widths);
  }
}

template <class Forward>
void check_padding_changes_nothing(const Forward& forward, const Lengths& widths) {
  for (const Index width : {32, 60}) {
    const Tensor<float> together = forward(padded_words<float>(widths, width, 2), widths);
    CHECK(together.shape() == Shape{width / 4, static_cast<Index>(widths.size()), 5});
    // Of noise in the padding, not a bit is seen.
    const Tensor<float> other_noise = forward(padded_words<float>(widths, width, 3), widths);
    for (Index n = 0; n < static_cast<Index>(widths.size()); ++n) {
      CAPTURE(n);
      const Index own = widths[static_cast<std::size_t>(n)];
      const Tensor<float> alone = forward(image_alone(padded_words<float>(widths, width, 2), n, own), Lengths{});
      CHECK(relative_error(sequence_alone(together, n, own / 4), alone) < 1e-5);
      CHECK(same_bits(sequence_alone(together, n, own / 4), sequence_alone(other_noise, n, own / 4)));
    }
  }
}

}  // namespace

TEST_CASE("reading: a word in a padded batch has the logits that it has alone, whatever stands in the padding") {
  // A few images, and so many that several go through a thread together.
  const Lengths many{32, 4, 8, 16, 20, 24, 28, 32, 12, 4, 4, 8, 32, 16, 32, 12, 20, 24, 8};
  for (const WordNetOptions& options : networks_of_any_width()) {
    WordNet<float> network(5, 3, options);
    settle_statistics(network);
    const FoldedWordNet<float> folded(network);
    WordNet<float, Textbook> textbook(5, 3, options);
    settle_statistics(textbook);
    for (const Lengths& widths : {word_widths, many}) {
      check_padding_changes_nothing(
          [&](const Tensor<float>& images, const Lengths& w) {
            return network.forward(images, Mode::inference(), w).value();
          },
          widths);
      check_padding_changes_nothing(
          [&](const Tensor<float>& images, const Lengths& w) { return folded.forward(images, w); }, widths);
      const Tensor<float> images = padded_words<float>(widths, 32, 2);
      const Tensor<float> expected = network.forward(images, Mode::inference(), widths).value();
      const Tensor<float> found = folded.forward(images, widths);
      for (Index n = 0; n < static_cast<Index>(widths.size()); ++n) {
        const Index steps = network.lengths(widths)[static_cast<std::size_t>(n)];
        CHECK(relative_error(sequence_alone(found, n, steps), sequence_alone(expected, n, steps)) < 2e-5);
      }
      CHECK(folded.lengths(widths) == network.lengths(widths));
    }
    check_padding_changes_nothing(
        [&](const Tensor<float>& images, const Lengths& w) {
          return textbook.forward(images, Mode::inference(), w).value();
        },
        word_widths);
  }
}

TEST_CASE("training: loss, gradients, running statistics do not depend on how far a batch is padded") {
  for (WordNetOptions options : networks_of_any_width()) {
    options.feature_dropout = 0;
    struct Step {
      double loss;
      std::vector<Tensor<double>> gradients, statistics;
      std::vector<std::string> names;
    };
    const auto step = [&](auto network, Index width, std::uint64_t noise) {
      const auto images = padded_words<double>(word_widths, width, noise);
      const auto heads = network.forward_heads(images, Mode::training(1, 1), word_widths);
      const Lengths lengths = network.lengths(word_widths);
      Variable<double> loss = ctc_loss(heads.logits, word_labels, lengths);
      if (options.second_head) loss = add(loss, ctc_loss(heads.second, word_labels, lengths));
      backward(loss);
      Step result{loss.item(), {}, {}, {}};
      const auto members = members_of<double>(network);
      for (const auto& [name, parameter] : members.parameters) {
        const bool is_conv_bias = name.starts_with("blocks.") && name.ends_with("conv1.bias");
        if (is_conv_bias || (name.starts_with("blocks.") && name.ends_with("conv2.bias"))) continue;  // zero
        result.names.push_back(name);
        result.gradients.push_back(parameter->grad());
      }
      for (const auto& [name, buffer] : members.buffers) result.statistics.push_back(*buffer);
      return result;
    };
    const Step expected = step(WordNet<double>(5, 3, options), 32, 1);
    const auto check = [&](const Step& found) {
      CHECK(found.loss == doctest::Approx(expected.loss).epsilon(1e-12));
      for (std::size_t i = 0; i < expected.gradients.size(); ++i) {
        CAPTURE(expected.names[i]);
        CHECK(relative_error(found.gradients[i], expected.gradients[i]) < 1e-9);
      }
      for (std::size_t i = 0; i < expected.statistics.size(); ++i) {
        CHECK(relative_error(found.statistics[i], expected.statistics[i]) < 1e-12);
      }
    };
    check(step(WordNet<double>(5, 3, options), 32, 2));
    check(step(WordNet<double>(5, 3, options), 36, 2));
    check(step(WordNet<double>(5, 3, options), 64, 3));
    check(step(WordNet<double, Textbook>(5, 3, options), 32, 1));
    check(step(WordNet<double, Textbook>(5, 3, options), 64, 3));
  }
}

TEST_CASE("the whole network's gradients agree with differences, by both heads, with widths") {
  for (const bool training : {true, false}) {
    WordNetOptions options = tiny_column_net();
    options.hidden = 3;
    options.blocks.resize(3);
    for (ResidualBlockOptions& block : options.blocks) block.filters = 3;  // every parameter costs two forward passes
    WordNet<double> network(5, 3, options);
    const Mode mode = training ? Mode::training(1, 1) : Mode::inference();
    const Lengths widths{20, 8};
    const auto images = padded_words<double>(widths, 20, 1);
    std::vector<Variable<double>> inputs = parameters_of<double>(network);
    check_gradient(
        [&](const std::vector<Variable<double>>&) {
          const auto heads = network.forward_heads(images, mode, widths);
          const Lengths lengths = network.lengths(widths);
          return add(ctc_loss(heads.logits, {{1, 2, 2}, {3}}, lengths),
                     ctc_loss(heads.second, {{1, 2, 2}, {3}}, lengths));
        },
        inputs);
  }
}

TEST_CASE("a training step with widths gives the same bits at any number of threads") {
  const int before = thread_count();
  const Lengths widths{32, 8, 20, 4, 12, 28, 32};
  const std::vector<std::vector<int>> labels{{0, 1}, {2}, {3, 3}, {1}, {}, {2, 1, 0}, {0, 0}};
  std::vector<Tensor<float>> expected;
  for (const int threads : {1, 2, 3, 8}) {
    CAPTURE(threads);
    set_thread_count(threads);
    WordNet<float> network(5, 3, tiny_column_net());  // with dropout before the classes
    const auto heads = network.forward_heads(padded_words<float>(widths, 36, 1), Mode::training(7, 11), widths);
    const Lengths lengths = network.lengths(widths);
    const Variable<float> loss =
        add(ctc_loss(heads.logits, labels, lengths), scale(ctc_loss(heads.second, labels, lengths), 0.3f));
    backward(loss);
    const FoldedWordNet<float> folded(network);
    std::vector<Tensor<float>> found{heads.logits.value(), loss.value(),
                                     folded.forward(padded_words<float>(widths, 36, 1), widths)};
    const auto members = members_of<float>(network);
    for (const auto& [name, parameter] : members.parameters) found.push_back(parameter->grad());
    for (const auto& [name, buffer] : members.buffers) found.push_back(*buffer);
    if (threads == 1) expected = found;
    for (std::size_t i = 0; i < found.size(); ++i) CHECK(same_bits(found[i], expected[i]));
  }
  set_thread_count(before);
}

TEST_CASE("the second head learns, hands the blocks a gradient, and has no part in reading") {
  WordNet<float> network(5, 3, tiny_column_net());
  const auto images = padded_words<float>(word_widths, 32, 1);
  const auto heads = network.forward_heads(images, Mode::training(1, 1), word_widths);
  CHECK(heads.second.shape() == heads.logits.shape());
  backward(ctc_loss(heads.second, word_labels, network.lengths(word_widths)));
  const auto is_zero = [](const Tensor<float>& gradient) {
    return relative_error(gradient, Tensor<float>(gradient.shape())) == 0;
  };
  int with_gradient = 0;
  for (const auto& [name, parameter] : members_of<float>(network).parameters) {
    const std::string& path = name;  // clang 14 captures no structured binding
    CAPTURE(path);
    const bool behind = name.starts_with("lstm") || name.starts_with("classes");  // not on the second head's way
    if (behind) CHECK(parameter->grad().empty());
    if (behind) continue;
    REQUIRE(parameter->grad().shape() == parameter->shape());
    CHECK_FALSE(is_zero(parameter->grad()));
    ++with_gradient;
  }
  CHECK(with_gradient > 20);
  const Tensor<float> logits = network.forward(images, Mode::inference(), word_widths).value();
  const Tensor<float> folded = FoldedWordNet<float>(network).forward(images, word_widths);
  network.second_classes->weight.value().fill(1e6f);
  CHECK(same_bits(network.forward(images, Mode::inference(), word_widths).value(), logits));
  CHECK(same_bits(FoldedWordNet<float>(network).forward(images, word_widths), folded));

  WordNetOptions options = tiny_column_net();
  options.second_head = false;
  WordNet<float> single(5, 3, options);
  CHECK_FALSE(static_cast<bool>(single.forward_heads(images, Mode::training(1, 1), word_widths).second));
  CHECK(count_parameters<float>(network) == count_parameters<float>(single) + 5 * (3 * 6 + 1));
}

TEST_CASE("the second head sees three columns of its own word alone") {
  WordNet<double> network(5, 3, tiny_column_net());
  const auto heads = network.forward_heads(padded_words<double>({16, 8}, 16, 1), Mode::inference(), {16, 8});
  const auto alone = network.forward_heads(image_alone(padded_words<double>({16, 8}, 16, 1), 1, 8), Mode::inference());
  CHECK(relative_error(sequence_alone(heads.second.value(), 1, 2), alone.second.value()) < 1e-12);
}

TEST_CASE("widths that the strides do not divide, that are too large, too few, are errors") {
  WordNet<float> network(5, 3, tiny_column_net());
  const FoldedWordNet<float> folded(network);
  const auto check = [&](const Tensor<float>& images, const Lengths& widths, const std::string& message) {
    CHECK_THROWS_WITH_AS(network.forward(images, Mode::inference(), widths), message.c_str(), ShapeError);
    CHECK_THROWS_WITH_AS(folded.forward(images, widths), message.c_str(), ShapeError);
  };
  const Tensor<float> images(Shape{2, 1, 16, 32});
  check(images, {32, 30}, "WordNet: expected widths that are multiples of 4, found 30");
  check(images, {32, 36}, "WordNet: widths: expected lengths from 1 to 32, found 36 for sample 1");
  check(images, {32, 0}, "WordNet: widths: expected lengths from 1 to 32, found 0 for sample 1");
  check(images, {32}, "WordNet: widths: expected a length for each of 2 samples, found 1");
  check(Tensor<float>(Shape{2, 1, 16, 34}), {}, "WordNet: expected images whose width is a multiple of 4, found 34");

  // Of a fixed width that the stride does not divide, padding would move the windows of a narrower word.
  WordNetOptions fixed = tiny_column_net();
  fixed.width = 34;
  WordNet<float> odd(5, 3, fixed);
  CHECK_NOTHROW(odd.forward(Tensor<float>(Shape{2, 1, 16, 34})));
  CHECK_THROWS_WITH_AS(odd.forward(Tensor<float>(Shape{2, 1, 16, 34}), Mode::inference(), {32, 16}),
                       "WordNet: expected images whose width is a multiple of 4, found 34", ShapeError);
  WordNetOptions rows = tiny_column_net();
  rows.width = 32;
  rows.second_head = false;
  rows.scan = Scan::rows;
  WordNet<float> sweeping(5, 3, rows);
  CHECK_THROWS_AS(sweeping.forward(images, Mode::inference(), {32, 16}), ShapeError);
  rows.width = 0;
  CHECK_THROWS_AS((WordNet<float>(5, 3, rows)), ArgumentError);
  rows.width = 32;
  rows.second_head = true;
  CHECK_THROWS_AS((WordNet<float>(5, 3, rows)), ArgumentError);
}

TEST_CASE("the column networks: a step for four columns, any width, heights of the recipes, parameters as promised") {
  const std::vector<std::pair<WordNetOptions, Index>> networks{{small_column_net(), 600'000},
                                                               {medium_column_net(), 2'500'000}};
  for (const auto& [options, most_parameters] : networks) {
    CHECK(column_stride(options) == 4);
    CHECK(options.preprocessing.has_value());
    CHECK(options.preprocessing->fit.height == options.height);
    CHECK(options.preprocessing->fit.width == 0);
    CHECK(options.preprocessing->fit.width_multiple % column_stride(options) == 0);
    CHECK(time_steps(options, 64) == 16);
    CHECK(time_steps(options) == 0);
    const NoGrad no_grad;
    for (const Index height : {32, 40}) {
      CAPTURE(height);
      WordNetOptions as_high = options;
      as_high.height = as_high.preprocessing->fit.height = height;
      WordNet<float> network(79, 1, as_high);
      CHECK(count_parameters<float>(network) <= most_parameters);
      const Lengths widths{64, 12};
      CHECK(network.lengths(widths) == Lengths{16, 3});
      const Tensor<float> words = counted_tensor<float>({2, 1, height, 64}, 7, 128, 128);
      const auto last_of_second = [&](std::uint64_t noise) {
        const Tensor<float> padded = padded_with_noise(words, widths, 64, noise, 4096);
        const Tensor<float> logits = network.forward(padded, Mode::inference(), widths).value();
        CHECK(logits.shape() == Shape{16, 2, 79});
        return sequence_alone(logits, 1, 3);
      };
      CHECK(same_bits(last_of_second(1), last_of_second(2)));
    }
  }
}

TEST_CASE("check mode finds nothing in a network without a fault, whatever its padding holds") {
  const CheckModeOn on;
  for (const WordNetOptions& options : networks_of_any_width()) {
    WordNet<float> network(5, 1, options);
    settle_statistics(network);
    const Tensor<float> words = padded_words<float>(word_widths, 32, 1);
    const auto heads = network.forward_heads(words, Mode::training(1, 0), word_widths);
    backward(ctc_loss(heads.logits, word_labels, network.lengths(word_widths)));
    CHECK_NOTHROW(FoldedWordNet<float>(network).forward(words, word_widths));
  }
  WordNet<float> network(5, 1, tiny_column_net());
  network.blocks[2].bn2.bias.value()[0] = std::numeric_limits<float>::infinity();
  const NumericError error = numeric_error(
      [&] { FoldedWordNet<float>(network).forward(padded_words<float>(word_widths, 32, 1), word_widths); });
  CHECK(says(error, "blocks.2: the result is infinity at (0,0,0,0)"));
}
