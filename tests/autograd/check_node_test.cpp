// Tests of check mode on planted NaNs, infinities and gradients of a wrong shape.
#include "tinyhtr/autograd/check_node.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <string>

#include "support/check_mode.hpp"
#include "tinyhtr/autograd/activations.hpp"
#include "tinyhtr/autograd/arithmetic.hpp"
#include "tinyhtr/autograd/backward.hpp"

using namespace tinyhtr;
using test::CheckModeOn;
using test::numeric_error;
using test::says;

namespace {

constexpr double nan_ = std::numeric_limits<double>::quiet_NaN();
constexpr double huge = 1e308;

Variable<double> parameter(const Shape& shape, double value, const std::string& name) {
  return Variable<double>(Tensor<double>(shape, value), true, name);
}

/// y = x, with a backward that spoils what it hands on.
struct FaultyNode : Node<double> {
  double spoilt = 0;
  bool wrong_shape = false;
  FaultyNode() : Node<double>("faulty") {}
  void backward() override {
    Tensor<double>* dx = input_grad(0);
    accumulate(*dx, grad);
    if (wrong_shape) *dx = Tensor<double>(Shape{3, 1});
    (*dx)[2] += spoilt;
  }
};

Variable<double> faulty(const Variable<double>& x, double spoilt, bool wrong_shape = false) {
  auto node = make_node<FaultyNode>();
  node->value = x.value();
  node->spoilt = spoilt;
  node->wrong_shape = wrong_shape;
  return connect<double>(node, {x});
}

}  // namespace

TEST_CASE("an operation that leaves the range of numbers is named, with its parameter and the place") {
  const CheckModeOn on;
  Variable<double> weight = parameter({2, 3}, 2, "blocks.3.conv1.weight");
  weight.value()(1, 2) = huge;
  const auto error = numeric_error([&] { multiply(weight, Variable<double>(Tensor<double>(Shape{2, 3}, 10))); });
  CHECK(says(error, "multiply of blocks.3.conv1.weight: the result is infinity at (1,2) of (2,3), 1 number in all"));
  CHECK(says(error, "its inputs are finite"));
}

TEST_CASE("an input that was not finite is named instead") {
  const CheckModeOn on;
  Variable<double> weight = parameter({2, 3}, 2, "classes.weight");
  weight.value()(0, 1) = nan_;
  const Variable<double> x = parameter({2, 3}, 1, "x");
  const auto error = numeric_error([&] { add(x, weight); });
  CHECK(says(error, "add of x: the result is nan at (0,1)"));
  CHECK(says(error, "its input 1, classes.weight, is nan at (0,1) of (2,3)"));
}

TEST_CASE("where no input has a name, the nearest one before it is given; without a graph, the operation alone") {
  const CheckModeOn on;
  const Variable<double> y = leaky_relu(scale(parameter({3}, huge, "bn1.weight"), 0.5), 0.1);
  CHECK(
      says(numeric_error([&] { scale(y, 10.0); }), "scale behind bn1.weight: the result is infinity at (0) of (3), 3"));
  const Variable<double> plain(Tensor<double>(Shape{3}, huge));
  CHECK(says(numeric_error([&] { scale(plain, 10.0); }), "scale: the result is infinity"));
  const NoGrad no_grad;
  CHECK(says(numeric_error([&] { scale(parameter({3}, huge, "w"), 10.0); }), "scale of w: the result"));
}

TEST_CASE("the sample: outermost of images and rows, in the middle of sequences") {
  const CheckModeOn on;
  const auto sample_of = [](const Shape& shape, Index position) {
    Tensor<double> x(shape, 1);
    x[position] = huge;
    return numeric_error([&] { scale(Variable<double>(x), 10.0); }).sample;
  };
  CHECK(sample_of({3, 2, 2, 2}, 17) == 2);
  CHECK(sample_of({4, 3, 5}, 5 * (3 * 3 + 1)) == 1);
  CHECK(sample_of({4, 5}, 7) == 1);
  CHECK(sample_of({5}, 3) == -1);
}

TEST_CASE("backward: the node that spoils a gradient is named") {
  const CheckModeOn on;
  const Variable<double> x = parameter({4}, 1, "x");
  const Variable<double> middle = scale(x, 2.0);
  const auto error = numeric_error([&] { backward(sum(faulty(middle, nan_))); });
  CHECK(says(error, "backward of faulty behind x: the gradient of input 0, scale of x, is nan at (2) of (4)"));
  CHECK(says(error, "the gradient that arrived was finite"));
  backward(sum(faulty(middle, 1)));  // what is wrong but finite, gradient_check finds
}

TEST_CASE("backward: a block's result keeps its operation and its samples beside its name") {
  const CheckModeOn on;
  const Variable<double> block = scale(parameter({2, 2}, 1, "x"), 2.0);
  block.node().name = "blocks.0";
  const auto error = numeric_error([&] { backward(sum(faulty(block, nan_))); });
  CHECK(says(error, "backward of faulty behind x: the gradient of input 0, scale of x (blocks.0), is nan at (1,0)"));
  CHECK(says(error, "in sample 1 of the batch"));
  CHECK(error.sample == 1);
}

TEST_CASE("backward: a gradient of another shape than its tensor's is named") {
  const CheckModeOn on;
  const Variable<double> x = parameter({4}, 1, "x");
  CHECK_THROWS_WITH_AS(backward(sum(faulty(x, 0, true))),
                       "backward of faulty of x: the gradient of input 0, x has shape (3,1), expected (4)", ShapeError);
}

TEST_CASE("off, nothing is looked at; passes are counted while it is on") {
  const bool before = check_mode();
  set_check_mode(false);
  const Variable<double> x = parameter({4}, 1, "x");
  backward(sum(faulty(x, nan_)));
  CHECK(std::isnan(x.grad()[2]));
  set_check_mode(before);

  const CheckModeOn on;
  const Variable<double> y = parameter({4}, huge, "y");
  detail::backward_passes = 0;
  backward(sum(scale(y, 0.1)));
  backward(sum(scale(y, 0.1)));
  CHECK(says(numeric_error([&] { scale(y, 10.0); }), "after 2 backward passes"));
}

TEST_CASE("results of layers without nodes: samples are counted from the first one given") {
  const CheckModeOn on;
  Tensor<float> maps(Shape{2, 3, 2, 2}, 1);
  check_result("blocks.1", maps, 8);
  maps(1, 0, 0, 0) = std::numeric_limits<float>::infinity();
  const auto error = numeric_error([&] { check_result("blocks.1", maps, 8); });
  CHECK(says(error, "blocks.1: the result is infinity at (1,0,0,0) of (2,3,2,2)"));
  CHECK(error.sample == 9);
}
