// Tests of the fully connected layer.
#include "tinyhtr/nn/linear.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "../support/compare.hpp"
#include "../support/counted.hpp"
#include "../support/gradient.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

TEST_CASE("gradient check: rows, sequences") {
  Random random(1, Purpose::init);
  Linear<double> layer(4, 3, random);
  for (const Shape& shape : {Shape{5, 4}, Shape{3, 2, 4}}) {
    std::vector<Variable<double>> inputs{Variable<double>(counted_tensor<double>(shape, 1), true)};
    for (const Variable<double>& parameter : parameters_of<double>(layer)) inputs.push_back(parameter);
    check_gradient([&](const Inputs& in) { return layer.forward(in[0]); }, inputs);
  }
}

TEST_CASE("a sequence is treated step by step") {
  Random random(1, Purpose::init);
  const Linear<double> layer(4, 3, random);
  const auto x = counted_tensor<double>({3, 2, 4}, 1);
  const Variable<double> y = layer.forward(Variable<double>(x));
  REQUIRE(y.shape() == Shape{3, 2, 3});
  const Variable<double> rows = layer.forward(Variable<double>(x.reshaped({6, 4})));
  for (Index i = 0; i < 18; ++i) CHECK(y.value()[i] == rows.value()[i]);
}

TEST_CASE("initial values: glorot_uniform, bias 0") {
  Random random(1, Purpose::init);
  const Linear<double> layer(256, 79, random);
  const double limit = std::sqrt(6.0 / (256 + 79));
  double largest = 0;
  for (const double weight : layer.weight.value()) largest = std::max(largest, std::abs(weight));
  CHECK(largest <= limit);
  CHECK(largest > 0.99 * limit);
  for (const double bias : layer.bias.value()) CHECK(bias == 0);
  CHECK(layer.weight.shape() == Shape{79, 256});
}

TEST_CASE("an input of another width or rank is an error") {
  Random random(1, Purpose::init);
  const Linear<float> layer(4, 3, random);
  CHECK_THROWS_AS(layer.forward(Variable<float>(Tensor<float>(Shape{2, 5}))), ShapeError);
  CHECK_THROWS_AS(layer.forward(Variable<float>(Tensor<float>(Shape{2, 3, 5}))), ShapeError);
  CHECK_THROWS_AS(layer.forward(Variable<float>(Tensor<float>(Shape{4}))), ShapeError);
}
