// Tests of the reference network: its sizes, a gradient check, threads, seeds.
#include "tinyhtr/models/word_net.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "../support/compare.hpp"
#include "../support/counted.hpp"
#include "../support/gradient.hpp"
#include "../support/word_net.hpp"
#include "tinyhtr/autograd/backward.hpp"
#include "tinyhtr/loss/ctc_loss.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

namespace {

WordNetOptions small_options() {
  WordNetOptions options;
  options.height = 8;
  options.width = 12;
  options.hidden = 3;
  options.dropout = 0;
  options.blocks = {{.filters = 4, .stride = 2, .convolve_skip = true},
                    {.filters = 4, .stride = 1, .convolve_skip = false}};
  return options;
}

}  // namespace

TEST_CASE("the parameters of every part are counted as in the reference") {
  WordNet<float> network(79, 1);
  CHECK(count_parameters<float>(network, true) == 549455);
  CHECK(count_parameters<float>(network) == 547983);
  const Index expected[] = {2960, 5040, 4768, 14688, 18752, 58048, 78528, 74368, 74368};
  REQUIRE(network.blocks.size() == 9);
  for (std::size_t i = 0; i < 9; ++i) {
    CAPTURE(i);
    CHECK(count_parameters<float>(network.blocks[i], true) == expected[i]);
  }
  CHECK(count_parameters<float>(network.lstm) == 197632);
  CHECK(count_parameters<float>(network.classes) == 20303);
  CHECK(network.class_count() == 79);
}

TEST_CASE("shapes: every block's output, 64 steps, logits (T,N,K)") {
  for (const Padding padding : {Padding::same, Padding::symmetric}) {
    WordNet<float> network(79, 1, without_dropout(padding));
    const NoGrad no_grad;
    Mode mode = Mode::inference();
    const Shape expected[] = {{1, 16, 32, 128}, {1, 16, 16, 64}, {1, 16, 16, 64}, {1, 32, 8, 32}, {1, 32, 8, 32},
                              {1, 64, 4, 16},   {1, 64, 4, 16},  {1, 64, 4, 16},  {1, 64, 4, 16}};
    Variable<float> x(Tensor<float>(Shape{1, 3, 32, 128}));
    for (std::size_t i = 0; i < 9; ++i) {
      x = network.blocks[i].forward(x, mode);
      CHECK(x.shape() == expected[i]);
    }
    CHECK(network.time_steps() == 64);
    CHECK(network.forward(Tensor<float>(Shape{3, 3, 32, 128})).shape() == Shape{64, 3, 79});
  }
}

TEST_CASE("the whole network's gradients agree with differences, with batch statistics and with running ones") {
  for (const bool training : {true, false}) {
    for (const Padding padding : {Padding::same, Padding::symmetric}) {
      CAPTURE(training);
      WordNetOptions options = small_options();
      options.padding = padding;
      WordNet<double> network(5, 3, options);
      CHECK(network.time_steps() == 24);
      const auto images = counted_tensor<double>({2, 3, 8, 12}, 201, 0.5, 0.5);  // times 255, so that one step fits all
      std::vector<Variable<double>> inputs{Variable<double>(images, true, "images")};
      for (const Variable<double>& parameter : parameters_of<double>(network)) {
        if (!training || !is_normalised_away(parameter.name())) inputs.push_back(parameter);
      }
      const auto loss_of = [&](const std::vector<Variable<double>>& leaves) {
        const Mode mode = training ? Mode::training(1, 1) : Mode::inference();
        return ctc_loss(network.forward(scale(leaves[0], 255.0), mode), {{1, 2, 2, 0}, {3}});
      };
      check_gradient(loss_of, inputs);
      if (!training) continue;
      for (const auto& [name, parameter] : members_of<double>(network).parameters) {
        if (!is_normalised_away(name)) continue;
        parameter->zero_grad();
        backward(loss_of(inputs));
        for (const double g : parameter->grad()) CHECK(std::abs(g) < 1e-12);
      }
    }
  }
}

namespace {

struct ByCells : Textbook {
  using Lstm = CellByCell;
};

}  // namespace

TEST_CASE("networks of the readable algorithms give the same numbers, losses and gradients") {
  const WordNetOptions options = small_options();
  WordNet<double> fast(5, 3, options);
  WordNet<double, Textbook> naive(5, 3, options);
  const auto images = counted_tensor<double>({2, 3, 8, 12}, 201, 128, 128);
  WordNet<double, ByCells> by_cells(5, 3, options);
  const auto run = [&images]<class Algorithms>(WordNet<double, Algorithms>& network) {
    const Variable<double> logits = network.forward(images, Mode::training(1, 1));
    const Variable<double> loss = ctc_loss<typename Algorithms::Ctc>(logits, {{0, 1}, {2}});
    backward(loss);
    std::vector<Tensor<double>> found{logits.value(), loss.value()};
    for (const auto& [name, parameter] : members_of<double>(network).parameters) {
      if (!is_normalised_away(name)) found.push_back(parameter->grad());
    }
    return found;
  };
  const auto expected = run(naive);
  for (const auto& found : {run(fast), run(by_cells)}) {
    REQUIRE(found.size() == expected.size());
    CHECK(relative_error(found[0], expected[0]) < 1e-12);  // logits
    CHECK(relative_error(found[1], expected[1]) < 1e-12);  // loss
    for (std::size_t i = 2; i < expected.size(); ++i) CHECK(relative_error(found[i], expected[i]) < 1e-11);
  }
}

TEST_CASE("the same bits at 1, 2, 3, 8 threads, with dropout") {
  const auto images = counted_tensor<float>({5, 3, 32, 128}, 98, 128, 128);
  const int before = thread_count();
  std::vector<Tensor<float>> expected;
  for (const int threads : {1, 2, 3, 8}) {
    CAPTURE(threads);
    set_thread_count(threads);
    WordNet<float> network(79, 5);
    const Variable<float> logits = network.forward(images, Mode::training(7, 11));
    const Variable<float> loss =
        ctc_loss(logits, {{19, 4, 11, 11, 14}, {22, 14, 17, 11, 3, 3}, {7}, {1, 2}, {5, 5, 5}});
    backward(loss);
    std::vector<Tensor<float>> found{logits.value(), loss.value()};
    for (const Variable<float>& parameter : parameters_of<float>(network)) found.push_back(parameter.grad());
    if (threads == 1) expected = found;
    for (std::size_t i = 0; i < found.size(); ++i) CHECK(same_bits(found[i], expected[i]));
  }
  set_thread_count(before);
}

TEST_CASE("equal seeds give equal weights, other seeds others; equal steps equal dropout, other steps other") {
  WordNetOptions options = small_options();
  options.dropout = 0.2;
  WordNet<float> a(5, 3, options), b(5, 3, options), c(5, 4, options);
  CHECK(same_bits(a.blocks[0].conv1.weight.value(), b.blocks[0].conv1.weight.value()));
  CHECK(same_bits(a.classes.weight.value(), b.classes.weight.value()));
  CHECK_FALSE(same_bits(a.blocks[0].conv1.weight.value(), c.blocks[0].conv1.weight.value()));
  CHECK_FALSE(same_bits(a.classes.weight.value(), c.classes.weight.value()));
  const auto images = counted_tensor<float>({2, 3, 8, 12}, 201, 128, 128);
  const auto first = a.forward(images, Mode::training(1, 1)).value();
  CHECK(same_bits(first, b.forward(images, Mode::training(1, 1)).value()));
  CHECK_FALSE(same_bits(first, b.forward(images, Mode::training(1, 2)).value()));
  CHECK_FALSE(same_bits(first, b.forward(images, Mode::training(2, 1)).value()));
}

TEST_CASE("reading: an image's logits do not depend on its batch mates, no graph in no-grad mode") {
  WordNet<float> network(5, 3, small_options());
  const auto images = counted_tensor<float>({3, 3, 8, 12}, 202, 128, 128);
  const NoGrad no_grad;
  const Variable<float> together = network.forward(images);
  CHECK_FALSE(together.requires_grad());
  CHECK(together.node().inputs.empty());
  for (Index n = 0; n < 3; ++n) {
    Tensor<float> image(Shape{1, 3, 8, 12}), rows(Shape{24, 1, 5});
    std::copy(images.data() + n * 288, images.data() + (n + 1) * 288, image.data());
    for (Index t = 0; t < 24; ++t) {
      for (Index k = 0; k < 5; ++k) rows(t, 0, k) = together.value()(t, n, k);
    }
    CHECK(relative_error(network.forward(image).value(), rows) < 1e-5);
  }
}

TEST_CASE("images of another size, a network without blocks are errors") {
  WordNet<float> network(5, 3, small_options());
  CHECK_THROWS_WITH_AS(network.forward(Tensor<float>(Shape{2, 3, 8, 13})),
                       "WordNet: images has shape (2,3,8,13), expected (2,3,8,12)", ShapeError);
  CHECK_THROWS_AS(network.forward(Tensor<float>(Shape{3, 8, 12})), ShapeError);
  WordNetOptions options;
  options.blocks.clear();
  CHECK_THROWS_AS((WordNet<float>(5, 3, options)), ArgumentError);
}
