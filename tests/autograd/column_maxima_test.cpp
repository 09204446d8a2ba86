// Tests of the maximum over the height.
#include "tinyhtr/autograd/column_maxima.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "../support/gradient.hpp"
#include "tinyhtr/autograd/layout.hpp"
#include "tinyhtr/core/random.hpp"

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

TEST_CASE("column_maxima is its formula at any size, the first of equal pixels is the one") {
  const Shape shapes[] = {{1, 1, 1, 1}, {2, 3, 2, 17}, {3, 5, 7, 33}, {2, 16, 5, 32}, {1, 2, 3, 0}};
  for (const Shape& shape : shapes) {
    Random random(7);
    Tensor<float> x(shape), y;
    for (float& pixel : x) pixel = static_cast<float>(random.next() % 5);  // so that many in a column are equal
    MaximaRows rows;
    column_maxima_forward(y, rows, x);
    REQUIRE(y.shape() == Shape{shape[3], shape[0], shape[1]});
    for (Index t = 0; t < shape[3]; ++t) {
      for (Index n = 0; n < shape[0]; ++n) {
        for (Index c = 0; c < shape[1]; ++c) {
          Index first = 0;
          for (Index h = 1; h < shape[2]; ++h) first = x(n, c, h, t) > x(n, c, first, t) ? h : first;
          CHECK(y(t, n, c) == x(n, c, first, t));
          CHECK(rows[static_cast<std::size_t>((t * shape[0] + n) * shape[1] + c)] == first);
        }
      }
    }
  }
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
