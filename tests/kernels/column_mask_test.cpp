// Tests of the mask over the columns of padding.
#include "tinyhtr/kernels/column_mask.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "../support/compare.hpp"
#include "../support/counted.hpp"
#include "../support/padding.hpp"
#include "tinyhtr/kernels/reorder.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

TEST_CASE_TEMPLATE("behind the widths there is +0, whatever was there; before them, what was", T, float, double) {
  Tensor<T> x = counted_tensor<T>({3, 2, 4, 9}, 1);
  const Lengths widths{9, 1, 5};
  x(1, 0, 0, 1) = std::numeric_limits<T>::quiet_NaN();
  x(2, 1, 3, 8) = std::numeric_limits<T>::infinity();
  Tensor<T> y, in_place = x;
  mask_columns_forward(y, x, widths);
  mask_columns_forward(in_place, in_place, widths);
  CHECK(same_bits(y, in_place));
  CHECK(same_bits(gathered(y, widths), gathered(x, widths)));
  for_each_in_padding(y, widths, [](T value) {
    CHECK(value == 0);
    CHECK_FALSE(std::signbit(value));
  });
  Tensor<T> all;
  mask_columns_forward(all, x, {9, 9, 9});
  CHECK(gathered(all, {1, 1, 5}).size() == gathered(x, {1, 1, 5}).size());
  CHECK(all.shape() == x.shape());
}

TEST_CASE("the gradient is added before the widths, and not behind") {
  const auto dy = counted_tensor<double>({2, 3, 2, 5}, 2);
  const Lengths widths{3, 5};
  Tensor<double> dx(dy.shape(), 0.5);
  mask_columns_backward(dx, dy, widths);
  CHECK(relative_error(minus_half(gathered(dx, widths)), gathered(dy, widths)) < 1e-15);
  for_each_in_padding(dx, widths, [](double value) { CHECK(value == 0.5); });
}

TEST_CASE("the same with channels last") {
  const Lengths widths{3, 5};
  const auto x = counted_tensor<double>({2, 3, 2, 5}, 2);
  Tensor<double> masked, expected, x_last, found;
  mask_columns_forward(masked, x, widths);
  reorder(expected, masked, ImageOrder::channels_first);
  reorder(x_last, x, ImageOrder::channels_first);
  mask_columns_forward(found, x_last, widths, ImageOrder::channels_last);
  CHECK(same_bits(found, expected));

  Tensor<double> dx(x.shape(), 0.5), dx_last(x_last.shape(), 0.5), dx_expected;
  mask_columns_backward(dx, x, widths);
  reorder(dx_expected, dx, ImageOrder::channels_first);
  mask_columns_backward(dx_last, x_last, widths, ImageOrder::channels_last);
  CHECK(same_bits(dx_last, dx_expected));
}

TEST_CASE("the mask's factors are 1 in the first columns of every row") {
  double mask[6];
  detail::fill_column_mask(mask, 2, 3, 2);
  const double expected[] = {1, 1, 0, 1, 1, 0};
  for (int k = 0; k < 6; ++k) CHECK(mask[k] == expected[k]);
}

TEST_CASE("widths that do not fit are errors") {
  const Tensor<float> x(Shape{2, 1, 2, 5});
  Tensor<float> y;
  CHECK_THROWS_AS(mask_columns_forward(y, x, {5}), ShapeError);
  CHECK_THROWS_AS(mask_columns_forward(y, x, {5, 6}), ShapeError);
  CHECK_THROWS_AS(mask_columns_forward(y, x, {5, 0}), ShapeError);
  CHECK_THROWS_AS(mask_columns_forward(y, Tensor<float>(Shape{2, 5}), {5, 5}), ShapeError);
  CHECK_THROWS_AS(mask_columns_backward(y, x, {5, 5}), ShapeError);
}
