#include "tinyhtr/nn/fold_batch_norm.hpp"

#include <doctest/doctest.h>

#include "support/compare.hpp"
#include "tinyhtr/core/random.hpp"
#include "tinyhtr/nn/conv2d.hpp"

using namespace tinyhtr;

TEST_CASE("a convolution that took in its batch norm computes what both did") {
  Random random(3);
  Conv2d<double> convolution(2, 4, {}, random);
  BatchNorm2d<double> norm(4);
  for (Tensor<double>* tensor : {&norm.weight.value(), &norm.bias.value(), &norm.running_mean, &norm.running_var}) {
    for (double& value : *tensor) value = random.uniform(0.2, 2);
  }
  norm.weight.value()[1] = -0.5;
  Tensor<double> x(Shape{2, 2, 5, 6});
  for (double& pixel : x) pixel = random.uniform(-1, 1);
  const Tensor<double> expected = norm.forward(convolution.forward(Variable<double>(x)), Mode::inference()).value();
  fold_batch_norm(convolution.weight.value(), convolution.bias.value(), norm);
  CHECK(test::relative_error(convolution.forward(Variable<double>(x)).value(), expected) < 1e-14);
}

TEST_CASE("one that changes nothing leaves every bit, with variance 1 - epsilon") {
  Random random(3);
  Conv2d<float> convolution(3, 8, {}, random);
  for (float& bias : convolution.bias.value()) bias = static_cast<float>(random.uniform(-1, 1));
  BatchNorm2d<float> norm(8);
  norm.running_var.fill(1 - norm.epsilon);
  const Tensor<float> weight = convolution.weight.value(), bias = convolution.bias.value();
  fold_batch_norm(convolution.weight.value(), convolution.bias.value(), norm);
  CHECK(test::same_bits(convolution.weight.value(), weight));
  CHECK(test::same_bits(convolution.bias.value(), bias));
}
