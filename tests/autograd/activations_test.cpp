// Tests of differentiable functions of every element, dropout, log-softmax.
#include "tinyhtr/autograd/activations.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "../support/compare.hpp"
#include "../support/counted.hpp"
#include "../support/gradient.hpp"
#include "tinyhtr/autograd/arithmetic.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

TEST_CASE("gradient check: sigmoid, tanh, leaky_relu, dropout, log_softmax") {
  const Inputs inputs{Variable<double>(counted_tensor<double>({4, 7}, 1, 2.0), true)};
  for (const double x : inputs[0].value()) REQUIRE(std::abs(x) > 1e-3);  // no kink of leaky_relu within a step
  const auto check = [&](const auto& f) { check_gradient(f, inputs); };
  check([](const Inputs& in) { return sigmoid(in[0]); });
  check([](const Inputs& in) { return tanh(in[0]); });
  check([](const Inputs& in) { return leaky_relu(in[0], 0.1); });
  check([](const Inputs& in) { return leaky_relu(in[0], 0.0); });
  check([](const Inputs& in) { return dropout(in[0], 0.4, Random(3, Purpose::dropout)); });
  check([](const Inputs& in) { return log_softmax(in[0]); });
}

TEST_CASE("values") {
  const Variable<double> x(Tensor<double>(Shape{1, 2}, {-1, 0.5}));
  CHECK(sigmoid(x).value()[1] == doctest::Approx(1 / (1 + std::exp(-0.5))).epsilon(1e-15));
  CHECK(tanh(x).value()[0] == std::tanh(-1.0));
  CHECK(leaky_relu(x, 0.1).value()[0] == -0.1);
  CHECK(leaky_relu(x, 0.1).value()[1] == 0.5);
  CHECK(log_softmax(x).value()[0] == doctest::Approx(-1.5 - std::log(1 + std::exp(-1.5))).epsilon(1e-14));
}

TEST_CASE("dropout: the gradient is the mask") {
  Variable<double> x(counted_tensor<double>({1000}, 1, 0.5, 1.0), true);
  const Variable<double> y = dropout(x, 0.25, Random(3, Purpose::dropout));
  backward(sum(y));
  Index dropped = 0;
  for (Index i = 0; i < 1000; ++i) {
    const bool gone = y.value()[i] == 0;
    dropped += gone ? 1 : 0;
    CHECK(x.grad()[i] == (gone ? 0 : 1 / 0.75));
  }
  CHECK(dropped > 200);
  CHECK(dropped < 300);
}
