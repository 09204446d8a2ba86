// Tests of moving images from one memory order to the other.
#include "tinyhtr/kernels/reorder.hpp"

#include <doctest/doctest.h>

#include "../support/compare.hpp"
#include "../support/counted.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

TEST_CASE_TEMPLATE("reorder moves every number to its place, and back", T, float, double) {
  for (const Shape& shape : {Shape{2, 3, 4, 5}, Shape{1, 16, 8, 4}, Shape{3, 19, 5, 7}, Shape{2, 1, 3, 3}}) {
    const auto planes = counted_tensor<T>(shape, 1);
    Tensor<T> pixels, back;
    reorder(pixels, planes, ImageOrder::channels_first);
    REQUIRE(pixels.shape() == Shape{shape[0], shape[2], shape[3], shape[1]});
    for (Index n = 0; n < shape[0]; ++n) {
      for (Index c = 0; c < shape[1]; ++c) {
        for (Index h = 0; h < shape[2]; ++h) {
          for (Index w = 0; w < shape[3]; ++w) REQUIRE(pixels(n, h, w, c) == planes(n, c, h, w));
        }
      }
    }
    reorder(back, pixels, ImageOrder::channels_last);
    CHECK(same_bits(back, planes));
  }
}

TEST_CASE("reorder takes images, and says in which order it expected them") {
  Tensor<float> y;
  CHECK_THROWS_WITH_AS(reorder(y, Tensor<float>(Shape{2, 3}), ImageOrder::channels_last),
                       doctest::Contains("(N,H,W,C)"), ShapeError);
  reorder(y, Tensor<float>(Shape{0, 3, 4, 5}), ImageOrder::channels_first);
  CHECK(y.shape() == Shape{0, 4, 5, 3});
}
