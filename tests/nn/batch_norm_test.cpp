// Tests of the batch normalisation layer.
#include "tinyhtr/nn/batch_norm.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "../support/compare.hpp"
#include "../support/counted.hpp"
#include "../support/gradient.hpp"
#include "../support/npy.hpp"
#include "../support/padding.hpp"
#include "tinyhtr/autograd/activations.hpp"
#include "tinyhtr/autograd/arithmetic.hpp"
#include "tinyhtr/autograd/backward.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

namespace {

/// The layer of references/make_torch_references.py.
template <class T>
BatchNorm2d<T> reference_layer() {
  BatchNorm2d<T> layer(4);
  layer.weight.value() = counted_tensor<T>({4}, 12, 0.5, 1.0);
  layer.bias.value() = counted_tensor<T>({4}, 13);
  layer.running_mean = counted_tensor<T>({4}, 15);
  layer.running_var = counted_tensor<T>({4}, 16, 0.5, 1.0);
  return layer;
}

}  // namespace

TEST_CASE("gradient check in both modes") {
  for (const bool training : {true, false}) {
    CAPTURE(training);
    BatchNorm2d<double> layer = reference_layer<double>();
    const Variable<double> x(counted_tensor<double>({2, 4, 3, 2}, 1), true, "x");
    const auto f = [&](const std::vector<Variable<double>>& in) {
      return layer.forward(in[0], training ? Mode::training(1, 1) : Mode::inference());
    };
    check_gradient(f, {x, layer.weight, layer.bias});
  }
}

TEST_CASE_TEMPLATE("the layer agrees with PyTorch in both modes", T, float, double) {
  for (const std::string mode : {"training", "inference"}) {
    CAPTURE(mode);
    const auto stored = [&](const std::string& part) {
      return load_npy<double>("references/torch/batch_norm_" + part + ".npy");
    };
    BatchNorm2d<T> layer = reference_layer<T>();
    const Tensor<T> mean_before = layer.running_mean, var_before = layer.running_var;
    const Variable<T> x(counted_tensor<T>({3, 4, 5, 7}, 11, 2.0, 0.5), true);
    const Variable<T> y = layer.forward(x, mode == "training" ? Mode::training(1, 1) : Mode::inference());
    backward(y, counted_tensor<T>(y.shape(), 14));
    CHECK(relative_error(y.value(), stored(mode + "_y")) < reference_tolerance<T>);
    CHECK(relative_error(x.grad(), stored(mode + "_dx")) < reference_tolerance<T>);
    CHECK(relative_error(layer.weight.grad(), stored(mode + "_dweight")) < reference_tolerance<T>);
    CHECK(relative_error(layer.bias.grad(), stored(mode + "_dbias")) < reference_tolerance<T>);
    if (mode == "training") {
      CHECK(relative_error(layer.running_mean, stored("running_mean")) < reference_tolerance<T>);
      CHECK(relative_error(layer.running_var, stored("running_var")) < reference_tolerance<T>);
    } else {
      CHECK(same_bits(layer.running_mean, mean_before));
      CHECK(same_bits(layer.running_var, var_before));
    }
  }
}

TEST_CASE("running statistics that move later do not change a recorded inference pass") {
  BatchNorm2d<double> layer = reference_layer<double>();
  const Variable<double> x(counted_tensor<double>({2, 4, 3, 2}, 1), true);
  const Variable<double> y = layer.forward(x, Mode::inference());
  const auto dy = counted_tensor<double>(y.shape(), 2);
  backward(y, dy);
  const Tensor<double> expected = x.grad();
  layer.running_var.fill(100);
  Variable<double> again = x;
  again.zero_grad();
  backward(y, dy);
  CHECK(same_bits(x.grad(), expected));
}

TEST_CASE("names are PyTorch's; a new layer is the identity but for epsilon") {
  BatchNorm2d<double> layer(3);
  const auto list = members_of<double>(layer);
  REQUIRE(list.parameters.size() == 2);
  CHECK(list.parameters[0].name == "weight");
  CHECK(list.parameters[1].name == "bias");
  REQUIRE(list.buffers.size() == 2);
  CHECK(list.buffers[0].name == "running_mean");
  CHECK(list.buffers[1].name == "running_var");
  const Variable<double> x(Tensor<double>(Shape{1, 3, 1, 1}, 2.0));
  CHECK(layer.forward(x, Mode::inference()).value()[0] == doctest::Approx(2 / std::sqrt(1.001)).epsilon(1e-14));
}

TEST_CASE("an input with other channels is an error") {
  BatchNorm2d<float> layer(3);
  const Variable<float> x(Tensor<float>(Shape{1, 4, 2, 2}));
  CHECK_THROWS_AS(layer.forward(x, Mode::inference()), ShapeError);
  CHECK_THROWS_AS(layer.forward(x, Mode::training(1, 1)), ShapeError);
}

TEST_CASE("a fused batch norm whose input is its own residual adds both shares of the gradient") {
  const auto weighted_sum = [](const Variable<double>& y) {
    Tensor<double> seed(y.shape());
    for (Index i = 0; i < seed.size(); ++i) seed[i] = 0.1 * static_cast<double>(i % 7) - 0.2;
    return seed;
  };
  Tensor<double> values(Shape{2, 3, 4, 5});
  for (Index i = 0; i < values.size(); ++i) values[i] = 0.01 * static_cast<double>((37 * i) % 101) - 0.4;
  BatchNorm2d<double> fused(3), layers(3);
  const Variable<double> x(values, true), x_of_layers(values, true);
  const Variable<double> y = fused.forward_fused(x, x, {.slope = 0.1});
  backward(y, weighted_sum(y));
  Mode mode = Mode::training(1, 0);
  const Variable<double> expected = leaky_relu(add(layers.forward(x_of_layers, mode), x_of_layers), 0.1);
  backward(expected, weighted_sum(expected));
  for (Index i = 0; i < values.size(); ++i) {
    CHECK(std::abs(y.value()[i] - expected.value()[i]) < 1e-12);
    CHECK(std::abs(x.grad()[i] - x_of_layers.grad()[i]) < 1e-12);
  }
  CHECK_THROWS_AS(fused.forward_fused(x, x, {.slope = -0.5}), ArgumentError);
  const Variable<double> nothing(Tensor<double>(Shape{0, 3, 4, 5}));
  CHECK_THROWS_AS(fused.forward_fused(nothing, Variable<double>(), {}), ShapeError);
}

TEST_CASE("gradient check with widths: in both modes, and fused with all that may follow") {
  const Lengths widths{3, 1, 2};
  const Variable<double> x(counted_tensor<double>({3, 4, 3, 3}, 1), true, "x");
  const Variable<double> residual(counted_tensor<double>({3, 4, 3, 3}, 2), true, "residual");
  for (const bool training : {true, false}) {
    CAPTURE(training);
    BatchNorm2d<double> layer = reference_layer<double>();
    const Mode mode = training ? Mode::training(1, 1) : Mode::inference();
    check_gradient([&](const Inputs& in) { return layer.forward(in[0], mode, widths); }, {x, layer.weight, layer.bias});
  }
  for (const double slope : {1.0, 0.1}) {
    for (const bool drops : {false, true}) {
      CAPTURE(slope);
      CAPTURE(drops);
      BatchNorm2d<double> layer = reference_layer<double>();
      NormTail<double> tail{.slope = slope, .widths = widths};
      if (drops) tail.dropout.emplace(0.3, Random(3, Purpose::dropout));
      check_gradient([&](const Inputs& in) { return layer.forward_fused(in[0], Variable<double>(), tail); },
                     {x, layer.weight, layer.bias});
      check_gradient([&](const Inputs& in) { return layer.forward_fused(in[0], in[1], tail); },
                     {x, residual, layer.weight, layer.bias});
    }
  }
}

TEST_CASE("with widths the running statistics follow the real pixels, fused or not") {
  const Lengths widths{7, 2, 4};
  const auto real = counted_tensor<double>({3, 4, 5, 7}, 11, 2.0, 0.5);
  const Variable<double> x(padded_with_noise(real, widths, 7, 3, 512.0));
  BatchNorm2d<double> textbook = reference_layer<double>(), fused = textbook, alone = textbook;
  textbook.forward(x, Mode::training(1, 1), widths);
  fused.forward_fused(x, Variable<double>(), {.widths = widths});
  alone.forward(Variable<double>(gathered(real, widths)), Mode::training(1, 1));
  for (const BatchNorm2d<double>& layer : {textbook, fused}) {
    CHECK(relative_error(layer.running_mean, alone.running_mean) < 1e-13);
    CHECK(relative_error(layer.running_var, alone.running_var) < 1e-13);
  }
}
