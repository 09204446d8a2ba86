// Tests of Shape, and of the checks that compare two shapes.
#include "tinyhtr/core/shape.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace tinyhtr;

TEST_CASE("a shape knows its extents, their number and their product") {
  const Shape shape{16, 3, 32, 128};
  CHECK(shape.rank() == 4);
  CHECK(shape[0] == 16);
  CHECK(shape[3] == 128);
  CHECK(shape.size() == 16 * 3 * 32 * 128);
  CHECK(shape.to_string() == "(16,3,32,128)");
  CHECK(std::vector<Index>(shape.begin(), shape.end()) == std::vector<Index>{16, 3, 32, 128});
}

TEST_CASE("the empty shape is a scalar, and an extent of 0 holds nothing") {
  CHECK(Shape{}.rank() == 0);
  CHECK(Shape{}.size() == 1);
  CHECK(Shape{}.to_string() == "()");
  CHECK(Shape{4, 0, 3}.size() == 0);
}

TEST_CASE("shapes are equal when rank and all extents are") {
  CHECK(Shape{2, 3} == Shape{2, 3});
  CHECK(Shape{2, 3} != Shape{3, 2});
  CHECK(Shape{2, 3} != Shape{2, 3, 1});
  CHECK(Shape{} != Shape{0});
}

TEST_CASE("append adds the innermost dimension") {
  Shape shape{2};
  shape.append(5);
  CHECK(shape == Shape{2, 5});
}

TEST_CASE("six dimensions fit; a seventh, a negative extent and a missing axis are errors") {
  CHECK(Shape{1, 2, 3, 4, 5, 6}.size() == 720);
  CHECK_THROWS_WITH_AS((Shape{1, 1, 1, 1, 1, 1, 1}), "a shape has at most 6 dimensions", ShapeError);
  CHECK_THROWS_WITH_AS((Shape{2, -3}), "a shape has a negative extent: -3", ShapeError);
  const Shape shape{2, 3};
  CHECK_THROWS_WITH_AS(shape[2], "axis 2 of shape (2,3) does not exist", ShapeError);
  CHECK_THROWS_WITH_AS(shape[-1], "axis -1 of shape (2,3) does not exist", ShapeError);
}

TEST_CASE("check_shape names place, argument and both shapes") {
  CHECK_NOTHROW(check_shape("linear", "weight", Shape{4, 2}, Shape{4, 2}));
  CHECK_THROWS_WITH_AS(check_shape("linear", "weight", Shape{2, 4}, Shape{4, 2}),
                       "linear: weight has shape (2,4), expected (4,2)", ShapeError);
}

TEST_CASE("check_rank counts the names of the layout") {
  CHECK_NOTHROW(check_rank("conv2d", "x", Shape{1, 2, 3, 4}, "(N,C,H,W)"));
  CHECK_NOTHROW(check_rank("linear", "bias", Shape{7}, "(C)"));
  CHECK_THROWS_WITH_AS(check_rank("conv2d", "x", Shape{1, 2, 3}, "(N,C,H,W)"),
                       "conv2d: x has shape (1,2,3), expected 4 dimensions (N,C,H,W)", ShapeError);
}

TEST_CASE("all of tinyhtr's exceptions are caught as Error") {
  CHECK_THROWS_AS(throw ShapeError("s"), Error);
  CHECK_THROWS_AS(throw ArgumentError("a"), Error);
  CHECK_THROWS_AS(throw FileError("f"), Error);
  CHECK_THROWS_AS(throw FormatError("f"), Error);
}
