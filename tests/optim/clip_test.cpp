// Tests of gradient clipping.
#include "tinyhtr/optim/clip.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <vector>

using namespace tinyhtr;

namespace {

std::vector<Variable<double>> with_gradients(std::initializer_list<double> first, double second) {
  std::vector<Variable<double>> parameters{Variable<double>(Tensor<double>(Shape{2}), true),
                                           Variable<double>(Tensor<double>(Shape{1}), true)};
  parameters[0].grad() = Tensor<double>(Shape{2}, first);
  parameters[1].grad() = Tensor<double>(Shape{1}, second);
  return parameters;
}

}  // namespace

TEST_CASE("gradients above the norm are scaled down together, the norm before is returned") {
  auto parameters = with_gradients({2, -3}, 6);  // norm 7
  CHECK(clip_gradient_norm(parameters, 3.5) == 7);
  CHECK(parameters[0].grad()[0] == 1);
  CHECK(parameters[0].grad()[1] == -1.5);
  CHECK(parameters[1].grad()[0] == 3);
}

TEST_CASE("gradients at the norm or below stay, zeros too") {
  auto parameters = with_gradients({2, -3}, 6);
  CHECK(clip_gradient_norm(parameters, 7) == 7);
  CHECK(parameters[0].grad()[0] == 2);
  CHECK(clip_gradient_norm(parameters, 100) == 7);
  CHECK(parameters[1].grad()[0] == 6);
  auto zeros = with_gradients({0, 0}, 0);
  CHECK(clip_gradient_norm(zeros, 1) == 0);
  CHECK(zeros[0].grad()[0] == 0);
}

TEST_CASE("the norm of large float gradients does not overflow") {
  std::vector<Variable<float>> parameters{Variable<float>(Tensor<float>(Shape{2}), true)};
  parameters[0].grad() = Tensor<float>(Shape{2}, {3e30F, 4e30F});
  CHECK(clip_gradient_norm(parameters, 1) == doctest::Approx(5e30));
  CHECK(parameters[0].grad()[1] == doctest::Approx(0.8F));
}

TEST_CASE("gradients that are not finite are reported, and left as they are") {
  auto parameters = with_gradients({1, std::numeric_limits<double>::infinity()}, 2);
  CHECK(std::isinf(clip_gradient_norm(parameters, 1)));
  CHECK(parameters[0].grad()[0] == 1);
  parameters[1].grad()[0] = std::numeric_limits<double>::quiet_NaN();
  CHECK(std::isnan(clip_gradient_norm(parameters, 1)));
  CHECK(parameters[0].grad()[0] == 1);
}
