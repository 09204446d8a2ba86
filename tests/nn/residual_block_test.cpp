// Tests of the residual block.
#include "tinyhtr/nn/residual_block.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "../support/compare.hpp"
#include "../support/counted.hpp"
#include "../support/gradient.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

TEST_CASE("gradient check: with and without convolved skip, stride, both modes, dropout") {
  for (const bool training : {true, false}) {
    for (const ResidualBlockOptions& options :
         {ResidualBlockOptions{.filters = 3, .stride = 2, .convolve_skip = true, .dropout = 0.2},
          ResidualBlockOptions{.filters = 3, .stride = 1, .convolve_skip = true, .padding = Padding::symmetric},
          ResidualBlockOptions{.filters = 2, .stride = 1, .convolve_skip = false}}) {
      CAPTURE(training);
      CAPTURE(options.stride.to_string());
      CAPTURE(options.convolve_skip);
      Random random(4, Purpose::init);
      ResidualBlock<double> block(2, options, random);
      name_parameters<double>(block);
      std::vector<Variable<double>> inputs{Variable<double>(counted_tensor<double>({2, 2, 4, 6}, 1), true, "x")};
      for (const Variable<double>& parameter : parameters_of<double>(block)) {
        // In training, batch normalisation takes these biases out again: their gradient is zero.
        const bool zero = parameter.name() == "conv1.bias" || parameter.name() == "conv2.bias";
        if (!training || !zero) inputs.push_back(parameter);
      }
      const auto f = [&](const std::vector<Variable<double>>& in) {
        Mode mode = training ? Mode::training(1, 1) : Mode::inference();
        return block.forward(in[0], mode);
      };
      check_gradient(f, inputs);
    }
  }
}

TEST_CASE("names, shapes") {
  Random random(1, Purpose::init);
  ResidualBlock<float> block(3, {.filters = 5, .stride = 2, .convolve_skip = true}, random);
  const std::vector<std::string> expected{"conv1.weight", "conv1.bias", "bn1.weight", "bn1.bias",    "conv2.weight",
                                          "conv2.bias",   "bn2.weight", "bn2.bias",   "skip.weight", "skip.bias"};
  const auto parameters = members_of<float>(block).parameters;
  REQUIRE(parameters.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK(parameters[i].name == expected[i]);
  Mode mode = Mode::inference();
  CHECK(block.forward(Variable<float>(Tensor<float>(Shape{2, 3, 7, 8})), mode).shape() == Shape{2, 5, 4, 4});
}

TEST_CASE("a block whose convolutions give nothing is leaky_relu of its input") {
  Random random(1, Purpose::init);
  ResidualBlock<double> block(2, {.filters = 2, .stride = 1, .convolve_skip = false}, random);
  block.conv2.weight.value().fill(0);
  const auto x = counted_tensor<double>({1, 2, 3, 4}, 1);
  Mode mode = Mode::inference();
  const Variable<double> y = block.forward(Variable<double>(x), mode);
  for (Index i = 0; i < x.size(); ++i) CHECK(y.value()[i] == x[i] * (x[i] > 0 ? 1 : 0.1));
}

TEST_CASE("an identity skip that does not fit is an error") {
  Random random(1, Purpose::init);
  CHECK_THROWS_WITH_AS((ResidualBlock<float>(3, {.filters = 5, .stride = 1, .convolve_skip = false}, random)),
                       "ResidualBlock: with stride 1 and 3 to 5 channels the skip path needs its convolution",
                       ArgumentError);
  CHECK_THROWS_AS((ResidualBlock<float>(5, {.filters = 5, .stride = 2, .convolve_skip = false}, random)),
                  ArgumentError);
}
