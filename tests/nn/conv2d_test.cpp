// Tests of the convolution layer.
#include "tinyhtr/nn/conv2d.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "../support/compare.hpp"
#include "../support/counted.hpp"
#include "../support/gradient.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

TEST_CASE("gradient check: both algorithms, every padding, several strides, with and without bias") {
  for (const Padding padding : {Padding::same, Padding::symmetric, Padding::none}) {
    for (const auto& [stride_height, stride_width] : {std::pair<Index, Index>{1, 1}, {2, 2}, {2, 1}, {1, 2}}) {
      const ConvGeometry geometry{{stride_height, stride_width}, padding};
      const Inputs inputs{leaf({2, 2, 5, 6}, 1), leaf({3, 2, 3, 2}, 2), leaf({3}, 3)};
      check_gradient([&](const Inputs& in) { return conv2d<Im2col>(in[0], in[1], in[2], geometry); }, inputs);
      check_gradient([&](const Inputs& in) { return conv2d<Naive>(in[0], in[1], in[2], geometry); }, inputs);
      const Variable<double> no_bias;
      check_gradient([&](const Inputs& in) { return conv2d(in[0], in[1], no_bias, geometry); }, {inputs[0], inputs[1]});
    }
  }
}

TEST_CASE("the layer has its weight he_uniform, its bias 0 or none") {
  Random random(1, Purpose::init);
  Conv2d<double> layer(16, 32, {.kernel = 3, .stride = 2}, random);
  CHECK(layer.weight.shape() == Shape{32, 16, 3, 3});
  const double limit = std::sqrt(6.0 / (16 * 9));
  double largest = 0;
  for (const double weight : layer.weight.value()) largest = std::max(largest, std::abs(weight));
  CHECK(largest <= limit);
  CHECK(largest > 0.99 * limit);
  for (const double bias : layer.bias.value()) CHECK(bias == 0);
  CHECK(count_parameters<double>(layer) == 32 * 16 * 9 + 32);

  Conv2d<double> without(16, 32, {.kernel = 1, .bias = false}, random);
  CHECK_FALSE(static_cast<bool>(without.bias));
  CHECK(count_parameters<double>(without) == 32 * 16);
  CHECK(members_of<double>(without).parameters.size() == 1);
  CHECK(without.forward(Variable<double>(Tensor<double>(Shape{1, 16, 4, 5}))).shape() == Shape{1, 32, 4, 5});
  CHECK(layer.forward(Variable<double>(Tensor<double>(Shape{1, 16, 4, 5}))).shape() == Shape{1, 32, 2, 3});
}

TEST_CASE("gradients are made only for inputs that ask for one") {
  const Variable<double> x(counted_tensor<double>({1, 2, 5, 6}, 1)), weight = leaf({3, 2, 3, 3}, 2), bias;
  const Variable<double> y = conv2d(x, weight, bias);
  backward(y, counted_tensor<double>(y.shape(), 3));
  CHECK(weight.grad().shape() == weight.shape());
  CHECK(x.grad().empty());
}
