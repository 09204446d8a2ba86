// Tests of Tensor: what it holds, how it moves, what it refuses.
#include "tinyhtr/core/tensor.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using namespace tinyhtr;

TEST_CASE_TEMPLATE("a new tensor holds zeros, or what it is given, in row-major order", T, float, double) {
  const Tensor<T> zeros({2, 3});
  REQUIRE(zeros.size() == 6);
  for (const T value : zeros) CHECK(value == T(0));

  const Tensor<T> sevens({2, 2}, T(7));
  for (const T value : sevens) CHECK(value == T(7));

  const Tensor<T> x({2, 3}, {1, 2, 3, 4, 5, 6});
  CHECK(x(0, 0) == T(1));
  CHECK(x(0, 2) == T(3));
  CHECK(x(1, 0) == T(4));
  CHECK(x[4] == T(5));

  const Tensor<T> from_vector({3}, std::vector<T>{1, 2, 3});
  CHECK(from_vector(2) == T(3));
}

TEST_CASE("a subscript is the sum of strides, in every rank") {
  Tensor<float> x({2, 3, 4, 5, 2, 3});
  for (Index i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i);
  Index position = 0;
  for (Index a = 0; a < 2; ++a)
    for (Index b = 0; b < 3; ++b)
      for (Index c = 0; c < 4; ++c)
        for (Index d = 0; d < 5; ++d)
          for (Index e = 0; e < 2; ++e)
            for (Index f = 0; f < 3; ++f) REQUIRE(x(a, b, c, d, e, f) == static_cast<float>(position++));
}

TEST_CASE("a tensor without arguments is empty; the empty shape is one number") {
  const Tensor<float> nothing;
  CHECK(nothing.empty());
  CHECK(nothing.shape() == Shape{0});
  CHECK(nothing.begin() == nothing.end());

  const Tensor<float> scalar(Shape{}, 3.0f);
  CHECK(scalar.size() == 1);
  CHECK(scalar[0] == 3.0f);

  const Tensor<float> hollow({3, 0, 2});
  CHECK(hollow.empty());
  CHECK(hollow.dim(2) == 2);
}

TEST_CASE_TEMPLATE("elements start on a 64-byte boundary", T, float, double) {
  for (Index size = 1; size < 70; ++size) {
    const Tensor<T> x({size});
    CHECK(reinterpret_cast<std::uintptr_t>(x.data()) % 64 == 0);
    const Tensor<T> copy(x);
    CHECK(reinterpret_cast<std::uintptr_t>(copy.data()) % 64 == 0);
  }
}

TEST_CASE("copies are deep") {
  Tensor<float> x({2, 2}, {1, 2, 3, 4});
  Tensor<float> copy(x);
  copy(0, 0) = 9;
  CHECK(x(0, 0) == 1);

  Tensor<float> assigned({5});
  assigned = x;
  assigned(1, 1) = 9;
  CHECK(x(1, 1) == 4);
  CHECK(assigned.shape() == Shape{2, 2});

  const Tensor<float>& same = x;
  x = same;
  CHECK(x.shape() == Shape{2, 2});
  CHECK(x(1, 0) == 3);
}

TEST_CASE("moving takes the elements along and leaves an empty tensor that can be used again") {
  static_assert(std::is_nothrow_move_constructible_v<Tensor<float>>);
  static_assert(std::is_nothrow_move_assignable_v<Tensor<float>>);

  Tensor<float> x({2, 2}, {1, 2, 3, 4});
  const float* elements = x.data();
  Tensor<float> moved(std::move(x));
  CHECK(moved.data() == elements);
  CHECK(moved(1, 1) == 4);
  CHECK(x.empty());
  CHECK(x.shape() == Shape{0});
  CHECK(x.begin() == x.end());

  Tensor<float> target({7});
  target = std::move(moved);
  CHECK(target.data() == elements);
  CHECK(target.shape() == Shape{2, 2});
  CHECK(moved.empty());
  CHECK(moved.begin() == moved.end());

  moved = Tensor<float>({3}, 5.0f);
  CHECK(moved(2) == 5.0f);
  x.fill(1);  // of nothing
  const Tensor<float> copy_of_empty(x);
  CHECK(copy_of_empty.empty());
}

TEST_CASE("moving a tensor onto itself changes nothing") {
  Tensor<float> x({2, 2}, {1, 2, 3, 4});
  Tensor<float>& same = x;
  x = std::move(same);
  REQUIRE(x.shape() == Shape{2, 2});
  CHECK(x(0, 1) == 2);
  CHECK(x(1, 1) == 4);
}

TEST_CASE("reshaped keeps the elements; an expiring tensor hands its memory on") {
  Tensor<float> x({2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor<float> copy = x.reshaped({3, 2});
  CHECK(copy.shape() == Shape{3, 2});
  CHECK(copy(2, 0) == 5);
  CHECK(copy.data() != x.data());
  CHECK(x.shape() == Shape{2, 3});

  const float* elements = x.data();
  const Tensor<float> same = std::move(x).reshaped({6});
  CHECK(same.data() == elements);
  CHECK(same(5) == 6);
  CHECK(x.empty());

  CHECK(Tensor<float>(Shape{}, 2.0f).reshaped({1, 1})(0, 0) == 2.0f);
  CHECK(Tensor<float>({0, 4}).reshaped({2, 0}).shape() == Shape{2, 0});
}

TEST_CASE("reshape to another size is an error that names both, and keeps the tensor as it was") {
  Tensor<float> x({2, 3}, 1.0f);
  const char* message = "reshape: (2,3) holds 6 elements, (4) would hold 4";
  CHECK_THROWS_WITH_AS(x.reshaped({4}), message, ShapeError);
  CHECK_THROWS_WITH_AS(std::move(x).reshaped({4}), message, ShapeError);
  CHECK(x.shape() == Shape{2, 3});
  CHECK(x(1, 2) == 1.0f);
}

TEST_CASE("resize takes on a shape, and keeps the memory where the shape stays") {
  Tensor<float> x({2, 3}, 1.0f);
  const float* elements = x.data();
  x.resize({2, 3});
  CHECK(x.data() == elements);
  CHECK(x(1, 2) == 1.0f);
  x.resize({4, 5, 6});
  REQUIRE(x.shape() == Shape{4, 5, 6});
  x.fill(2);
  CHECK(x(3, 4, 5) == 2);
  CHECK(x.array().dimension() == 3);
}

TEST_CASE("a tensor takes as many values as its shape says") {
  CHECK_THROWS_WITH_AS(Tensor<float>({2, 2}, {1, 2, 3}), "a tensor of shape (2,2) takes 4 values, found 3", ShapeError);
  CHECK_THROWS_WITH_AS(Tensor<float>({2}, std::vector<float>(5)), "a tensor of shape (2) takes 2 values, found 5",
                       ShapeError);
}

TEST_CASE("the xtensor array inside has the same shape and the same elements") {
  Tensor<double> x({2, 3}, {1, 2, 3, 4, 5, 6});
  CHECK(x.array().dimension() == 2);
  CHECK(x.array().shape(1) == 3);
  CHECK(x.array()(1, 2) == 6);
  x.array()(0, 0) = 9;
  CHECK(x(0, 0) == 9);
}

#ifdef TINYHTR_CHECK_SUBSCRIPTS
TEST_CASE("subscripts outside the shape are errors that name axis and shape") {
  const Tensor<float> x({2, 3});
  CHECK_THROWS_WITH_AS(x(2, 0), "subscript 2 on axis 0 is outside the tensor's shape (2,3)", ShapeError);
  CHECK_THROWS_WITH_AS(x(0, -1), "subscript -1 on axis 1 is outside the tensor's shape (2,3)", ShapeError);
  CHECK_THROWS_WITH_AS(x(0, 3), "subscript 3 on axis 1 is outside the tensor's shape (2,3)", ShapeError);
  CHECK_THROWS_WITH_AS(x(1), "1 subscripts for a tensor of shape (2,3)", ShapeError);
  CHECK_THROWS_WITH_AS(x(0, 0, 0), "3 subscripts for a tensor of shape (2,3)", ShapeError);
  CHECK_THROWS_WITH_AS(x[6], "position 6 is outside the tensor's shape (2,3)", ShapeError);
  CHECK_THROWS_WITH_AS(x[-1], "position -1 is outside the tensor's shape (2,3)", ShapeError);
  CHECK_THROWS_AS(Tensor<float>()(0), ShapeError);
}
#endif
