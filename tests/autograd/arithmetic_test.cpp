// Tests of differentiable arithmetic.
#include "tinyhtr/autograd/arithmetic.hpp"

#include <doctest/doctest.h>

#include "../support/compare.hpp"
#include "../support/gradient.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

TEST_CASE("values") {
  const Variable<double> a(Tensor<double>(Shape{3}, {1, 2, 3})), b(Tensor<double>(Shape{3}, {10, 20, 30}));
  CHECK(relative_error(add(a, b).value(), Tensor<double>(Shape{3}, {11, 22, 33})) == 0);
  CHECK(relative_error(multiply(a, b).value(), Tensor<double>(Shape{3}, {10, 40, 90})) == 0);
  CHECK(relative_error(scale(a, -2.0).value(), Tensor<double>(Shape{3}, {-2, -4, -6})) == 0);
  CHECK(relative_error(scale(a, -2.0, 1.0).value(), Tensor<double>(Shape{3}, {-1, -3, -5})) == 0);
  CHECK(sum(a).shape() == Shape{1});
  CHECK(sum(a).item() == 6);
}

TEST_CASE("gradient check: add, multiply, scale, sum") {
  const Inputs two{leaf({2, 3}, 1), leaf({2, 3}, 2)};
  const auto check = [&](const auto& f) { check_gradient(f, two); };
  check([](const Inputs& in) { return add(in[0], in[1]); });
  check([](const Inputs& in) { return multiply(in[0], in[1]); });
  check([](const Inputs& in) { return add(scale(in[0], -2.5), scale(in[1], 0.5, 2.0)); });
  check([](const Inputs& in) { return sum(multiply(in[0], multiply(in[0], in[1]))); });
}

TEST_CASE("gradient check: both operands the same variable") {
  const Inputs one{leaf({4}, 1)};
  const auto check = [&](const auto& f) { check_gradient(f, one); };
  check([](const Inputs& in) { return add(in[0], in[0]); });
  check([](const Inputs& in) { return multiply(in[0], in[0]); });
}

TEST_CASE("operands of different shapes are errors") {
  const Variable<double> a(Tensor<double>(Shape{2, 3})), b(Tensor<double>(Shape{3, 2}));
  CHECK_THROWS_WITH_AS(add(a, b), "add: b has shape (3,2), expected (2,3)", ShapeError);
  CHECK_THROWS_WITH_AS(multiply(a, b), "multiply: b has shape (3,2), expected (2,3)", ShapeError);
}
