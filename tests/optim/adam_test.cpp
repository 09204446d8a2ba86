// Tests of Adam: PyTorch's and Keras's path over ten steps.
#include "tinyhtr/optim/adam.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "../support/compare.hpp"
#include "../support/counted.hpp"
#include "../support/npy.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

TEST_CASE_TEMPLATE("ten steps agree with PyTorch and with Keras's formula", T, float, double) {
  for (const auto& row :
       {std::pair{"adam_pytorch", EpsilonPlacement::pytorch}, std::pair{"adam_keras", EpsilonPlacement::keras}}) {
    const std::string name = row.first;
    const EpsilonPlacement placement = row.second;
    CAPTURE(name);
    Variable<T> parameter(counted_tensor<T>({9}, 51), true, "p");
    // A large epsilon, so that its place is seen.
    Adam<T> adam({parameter}, {.learning_rate = 0.05, .epsilon = 0.01, .epsilon_placement = placement});
    Tensor<T> path(Shape{10, 9});
    for (Index t = 0; t < 10; ++t) {
      parameter.grad() = counted_tensor<T>({9}, 52 + static_cast<std::uint64_t>(t));
      adam.step();
      for (Index i = 0; i < 9; ++i) path(t, i) = parameter.value()[i];
    }
    CHECK(adam.steps == 10);
    CHECK(relative_error(path, load_npy<double>("references/torch/" + name + ".npy")) < reference_tolerance<T>);
  }
}

TEST_CASE("the first step is the learning rate, whatever the gradient's size") {
  Variable<double> parameter(Tensor<double>(Shape{3}), true);
  Adam<double> adam({parameter}, {.learning_rate = 0.5, .epsilon = 1e-30});
  parameter.grad() = Tensor<double>(Shape{3}, {1e-6, -1, 1e6});
  adam.step();
  CHECK(parameter.value()[0] == doctest::Approx(-0.5).epsilon(1e-12));
  CHECK(parameter.value()[1] == doctest::Approx(0.5).epsilon(1e-12));
  CHECK(parameter.value()[2] == doctest::Approx(-0.5).epsilon(1e-12));
}

TEST_CASE("a gradient of zero moves nothing; the learning rate may change between steps") {
  Variable<double> parameter(Tensor<double>(Shape{1}, 7.0), true);
  Adam<double> adam({parameter});
  adam.step();
  CHECK(parameter.value()[0] == 7);
  parameter.grad()[0] = 1;
  adam.learning_rate = 0;
  adam.step();
  CHECK(parameter.value()[0] == 7);
}

TEST_CASE("zero_grad clears every parameter; the state has the parameters' names") {
  Variable<float> a(Tensor<float>(Shape{2}), true, "a.weight"), b(Tensor<float>(Shape{3}), true, "b");
  Adam<float> adam({a, b});
  CHECK(a.grad().shape() == Shape{2});
  b.grad().fill(3);
  adam.step();
  adam.zero_grad();
  for (const float g : b.grad()) CHECK(g == 0);
  const auto state = adam.state();
  REQUIRE(state.size() == 4);
  CHECK(state[0].name == "adam.mean.a.weight");
  CHECK(state[1].name == "adam.square.a.weight");
  CHECK(state[2].name == "adam.mean.b");
  CHECK(state[3].name == "adam.square.b");
  CHECK((*state[2].item)[0] == doctest::Approx(0.3));
  CHECK((*state[3].item)[0] == doctest::Approx(0.009));
  CHECK(state[3].item->shape() == Shape{3});
}

TEST_CASE("state and step count carried over continue bit for bit") {
  const auto gradient = [](Index t) { return counted_tensor<float>({9}, 52 + static_cast<std::uint64_t>(t)); };
  Variable<float> straight(counted_tensor<float>({9}, 51), true, "p");
  Adam<float> adam({straight});
  for (Index t = 0; t < 6; ++t) {
    straight.grad() = gradient(t);
    adam.step();
  }
  Variable<float> first(counted_tensor<float>({9}, 51), true, "p");
  Adam<float> before({first});
  for (Index t = 0; t < 3; ++t) {
    first.grad() = gradient(t);
    before.step();
  }
  Variable<float> second(first.value(), true, "p");
  Adam<float> after({second});
  after.steps = before.steps;
  for (std::size_t k = 0; k < 2; ++k) *after.state()[k].item = *before.state()[k].item;
  for (Index t = 3; t < 6; ++t) {
    second.grad() = gradient(t);
    after.step();
  }
  CHECK(same_bits(second.value(), straight.value()));
}

TEST_CASE("a gradient of another shape names the parameter") {
  Variable<float> parameter(Tensor<float>(Shape{2}), true, "blocks.0.weight");
  Adam<float> adam({parameter});
  parameter.grad() = Tensor<float>(Shape{3});
  CHECK_THROWS_WITH_AS(adam.step(), "Adam: blocks.0.weight.grad has shape (3), expected (2)", ShapeError);
}

TEST_CASE_TEMPLATE("weight decay is decoupled, for weights of two dimensions or more alone", T, float, double) {
  const double decay = 0.25, rate = 0.05;
  const auto start = counted_tensor<T>({6}, 51);
  Variable<T> weight(start.reshaped({2, 3}), true), plain(start.reshaped({2, 3}), true);
  Variable<T> kernel(start.reshaped({3, 2, 1, 1}), true), bias(start, true), plain_bias(start, true);
  Adam<T> decayed({weight, kernel, bias}, {.learning_rate = rate, .weight_decay = decay});
  Adam<T> without({plain, plain_bias}, {.learning_rate = rate});
  // Decoupled: moments are of the gradient alone, so p decays by itself and moves by what it moves without decay.
  std::vector<double> expected(start.begin(), start.end());
  for (std::uint64_t t = 0; t < 10; ++t) {
    const auto gradient = counted_tensor<T>({6}, 52 + t);
    const Tensor<T> before = plain.value();
    for (Variable<T>* p : {&weight, &kernel, &bias, &plain, &plain_bias}) p->grad() = gradient.reshaped(p->shape());
    if (t == 5) decayed.learning_rate = without.learning_rate = 2 * rate;  // schedules move the decay along
    decayed.step();
    without.step();
    for (std::size_t i = 0; i < 6; ++i) {
      const auto k = static_cast<Index>(i);
      expected[i] = expected[i] * (1 - decayed.learning_rate * decay) +
                    (static_cast<double>(plain.value()[k]) - static_cast<double>(before[k]));
      CHECK(static_cast<double>(weight.value()[k]) == doctest::Approx(expected[i]).epsilon(reference_tolerance<T>));
    }
  }
  CHECK(same_bits(kernel.value().reshaped({6}), weight.value().reshaped({6})));
  CHECK(same_bits(bias.value(), plain_bias.value()));
  CHECK_FALSE(same_bits(weight.value(), plain.value()));
}

TEST_CASE("weights without a gradient decay by a fixed share a step") {
  Variable<double> weight(Tensor<double>(Shape{2, 2}, 8.0), true);
  Adam<double> adam({weight}, {.learning_rate = 0.5, .weight_decay = 0.5});
  adam.step();
  adam.step();
  for (const double w : weight.value()) CHECK(w == 8 * 0.75 * 0.75);
}
