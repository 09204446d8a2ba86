// Tests of the maximum over the height.
#include "tinyhtr/autograd/column_maxima.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "../support/gradient.hpp"
#include "tinyhtr/autograd/layout.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

TEST_CASE("every column gives the largest pixel of its height") {
  const Variable<double> x(Tensor<double>(Shape{1, 2, 3, 2}, {1, 9, 5, -4, 2, 9,  //
                                                              -7, 0, -8, -1, -6, 3}));
  const Variable<double> y = column_maxima(x);
  REQUIRE(y.shape() == Shape{2, 1, 2});
  CHECK(y.value()(0, 0, 0) == 5);
  CHECK(y.value()(1, 0, 0) == 9);
  CHECK(y.value()(0, 0, 1) == -6);
  CHECK(y.value()(1, 0, 1) == 3);
  const Variable<double> scanned = image_to_sequence(x, Scan::column_maxima);
  CHECK(scanned.shape() == y.shape());
  CHECK(scanned.value()(0, 0, 1) == -6);
}

TEST_CASE("the gradient goes to the maximum alone, to the first of equal ones") {
  const Variable<double> x(Tensor<double>(Shape{1, 1, 3, 2}, {1, 9, 5, -4, 2, 9}), true);
  Tensor<double> dx(x.shape(), 1.0);
  Tensor<double> y;
  MaximaRows rows;
  column_maxima_forward(y, rows, x.value());
  column_maxima_backward(dx, Tensor<double>(Shape{2, 1, 1}, {10, 20}), rows);
  const std::vector<double> expected = {1, 21, 11, 1, 1, 1};
  for (Index i = 0; i < dx.size(); ++i) CHECK(dx[i] == expected[static_cast<std::size_t>(i)]);
}

TEST_CASE("gradient check of column_maxima") {
  check_gradient([](const Inputs& in) { return column_maxima(in[0]); }, {leaf({2, 3, 4, 5}, 1)});
}

TEST_CASE("column_maxima refuses other ranks, and feature maps without rows") {
  CHECK_THROWS_AS(column_maxima(Variable<double>(Tensor<double>(Shape{2, 3, 4}))), ShapeError);
  CHECK_THROWS_AS(column_maxima(Variable<double>(Tensor<double>(Shape{2, 3, 0, 4}))), ShapeError);
}
