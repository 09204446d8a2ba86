// Tests of the prepared convolution: convolution, sum and rectifier one after the other.
#include "tinyhtr/kernels/conv2d_prepared.hpp"

#include <doctest/doctest.h>

#include "../support/compare.hpp"
#include "../support/counted.hpp"
#include "tinyhtr/kernels/conv2d_naive.hpp"
#include "tinyhtr/kernels/elementwise.hpp"
#include "tinyhtr/kernels/reorder.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

TEST_CASE_TEMPLATE("a prepared convolution equals its parts", T, float, double) {
  const double tolerance = sizeof(T) == 4 ? 1e-5 : 1e-13;
  for (const Stride& stride : {Stride(1), Stride(2), Stride(2, 1)}) {
    // 16 channels are what Winograd is chosen for: whole tiles, or not.
    for (const Shape& x_shape :
         {Shape{1, 3, 7, 5}, Shape{2, 2, 16, 33}, Shape{5, 4, 4, 16}, Shape{3, 16, 8, 12}, Shape{2, 16, 10, 13}}) {
      for (const Shape& kernel :
           {Shape{11, x_shape[1], 3, 3}, Shape{32, x_shape[1], 3, 3}, Shape{16, x_shape[1], 1, 1}}) {
        CAPTURE(x_shape.to_string());
        CAPTURE(kernel.to_string());
        const ConvGeometry geometry{stride, Padding::same};
        const auto x = counted_tensor<T>(x_shape, 1), weight = counted_tensor<T>(kernel, 2);
        const auto bias = counted_tensor<T>({kernel[0]}, 3);
        Tensor<T> convolved, sum, rectified, found;
        Naive::forward(convolved, x, weight, &bias, geometry);
        const auto residual = counted_tensor<T>(convolved.shape(), 4);
        add_forward(sum, convolved, residual);
        leaky_relu_forward(rectified, sum, T(0.1));

        PreparedConv2d<T>(weight, bias, geometry).forward(found, x);
        CHECK(relative_error(found, convolved) < tolerance);
        PreparedConv2d<T>(weight, bias, geometry, T(0.1)).forward(found, x, &residual);
        CHECK(relative_error(found, rectified) < tolerance);

        ConvGeometry pixels = geometry;
        pixels.order = ImageOrder::channels_last;
        Tensor<T> x_last, residual_last, expected;
        reorder(x_last, x, ImageOrder::channels_first);
        reorder(residual_last, residual, ImageOrder::channels_first);
        reorder(expected, rectified, ImageOrder::channels_first);
        PreparedConv2d<T>(weight, bias, pixels, T(0.1)).forward(found, x_last, &residual_last);
        CHECK(relative_error(found, expected) < tolerance);
      }
    }
  }
}

TEST_CASE("a prepared convolution refuses shapes that do not fit") {
  const PreparedConv2d<float> prepared(Tensor<float>(Shape{4, 3, 3, 3}), Tensor<float>(Shape{4}), {});
  Tensor<float> y;
  const Tensor<float> x(Shape{1, 3, 5, 5}), wrong(Shape{1, 4, 5, 4});
  CHECK_THROWS_AS(prepared.forward(y, Tensor<float>(Shape{1, 2, 5, 5})), ShapeError);
  CHECK_THROWS_AS(prepared.forward(y, x, &wrong), ShapeError);
  CHECK_THROWS_AS(PreparedConv2d<float>(Tensor<float>(Shape{4, 3, 3, 3}), Tensor<float>(Shape{3}), {}), ShapeError);
}
