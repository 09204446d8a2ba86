// Tests of differentiable moves of elements.
#include "tinyhtr/autograd/layout.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "../support/compare.hpp"
#include "../support/counted.hpp"
#include "../support/gradient.hpp"
#include "tinyhtr/autograd/arithmetic.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

TEST_CASE("image_to_sequence reads row after row: t = h W + w") {
  const Variable<double> x = leaf({2, 3, 4, 5}, 1);
  const Variable<double> y = image_to_sequence(x);
  REQUIRE(y.shape() == Shape{20, 2, 3});
  for (Index n = 0; n < 2; ++n) {
    for (Index c = 0; c < 3; ++c) {
      for (Index h = 0; h < 4; ++h) {
        for (Index w = 0; w < 5; ++w) CHECK(y.value()(h * 5 + w, n, c) == x.value()(n, c, h, w));
      }
    }
  }
}

TEST_CASE("reshape, slice_columns, select_step, stack_steps, concatenate put elements where they say") {
  const Variable<double> x = leaf({2, 6}, 1);
  const Variable<double> reshaped = reshape(x, {3, 4});
  for (Index i = 0; i < 12; ++i) CHECK(reshaped.value()[i] == x.value()[i]);
  const Variable<double> slice = slice_columns(x, 2, 5);
  REQUIRE(slice.shape() == Shape{2, 3});
  for (Index r = 0; r < 2; ++r) {
    for (Index c = 0; c < 3; ++c) CHECK(slice.value()(r, c) == x.value()(r, c + 2));
  }
  CHECK(slice_columns(x, 3, 3).shape() == Shape{2, 0});

  const Variable<double> a = leaf({4, 2, 3}, 2), b = leaf({4, 2, 1}, 3);
  const Variable<double> both = concatenate(a, b);
  REQUIRE(both.shape() == Shape{4, 2, 4});
  for (Index t = 0; t < 4; ++t) {
    for (Index n = 0; n < 2; ++n) {
      for (Index c = 0; c < 4; ++c)
        CHECK(both.value()(t, n, c) == (c < 3 ? a.value()(t, n, c) : b.value()(t, n, c - 3)));
    }
  }
  std::vector<Variable<double>> steps;
  for (Index t = 0; t < 4; ++t) steps.push_back(select_step(a, t));
  CHECK(steps[0].shape() == Shape{2, 3});
  CHECK(same_bits(stack_steps(steps).value(), a.value()));
}

TEST_CASE("gradient check: every move") {
  check_gradient([](const Inputs& in) { return reshape(in[0], {3, 4}); }, {leaf({2, 6}, 1)});
  check_gradient([](const Inputs& in) { return image_to_sequence(in[0]); }, {leaf({2, 3, 2, 5}, 1)});
  for (const ImageOrder from : {ImageOrder::channels_first, ImageOrder::channels_last}) {
    check_gradient([=](const Inputs& in) { return reorder(in[0], from); }, {leaf({2, 3, 2, 5}, 1)});
    check_gradient([=](const Inputs& in) { return reorder(add(in[0], in[0]), from); }, {leaf({2, 3, 2, 5}, 1)});
  }
  check_gradient([](const Inputs& in) { return slice_columns(in[0], 1, 4); }, {leaf({3, 6}, 1)});
  check_gradient([](const Inputs& in) { return select_step(in[0], 2); }, {leaf({4, 2, 3}, 1)});
  check_gradient([](const Inputs& in) { return concatenate(in[0], in[1]); }, {leaf({4, 2, 3}, 1), leaf({4, 2, 2}, 2)});
  check_gradient(
      [](const Inputs& in) {
        return stack_steps<double>({in[0], in[1], in[0]});
      },
      {leaf({2, 3}, 1), leaf({2, 3}, 2)});
}

TEST_CASE("a variable that is used twice gets both gradients") {
  check_gradient([](const Inputs& in) { return concatenate(in[0], in[0]); }, {leaf({4, 2, 3}, 1)});
  check_gradient([](const Inputs& in) { return add(slice_columns(in[0], 0, 2), slice_columns(in[0], 1, 3)); },
                 {leaf({3, 3}, 1)});
  check_gradient([](const Inputs& in) { return multiply(select_step(in[0], 0), select_step(in[0], 1)); },
                 {leaf({2, 2, 3}, 1)});
}

TEST_CASE("an input without a gradient stays without one") {
  const Variable<double> a = leaf({2, 2, 3}, 1), b(counted_tensor<double>({2, 2, 2}, 2));
  backward(sum(concatenate(a, b)));
  CHECK(a.grad().shape() == a.shape());
  CHECK(b.grad().empty());
  const Variable<double> c = leaf({2, 3}, 1), d(counted_tensor<double>({2, 3}, 2));
  backward(sum(stack_steps<double>({d, c})));
  CHECK(c.grad().shape() == c.shape());
  CHECK(d.grad().empty());
  const NoGrad no_grad;
  CHECK(stack_steps<double>({d, c}).node().inputs.empty());
}

TEST_CASE("what does not fit is an error") {
  const Variable<double> x = leaf({2, 6}, 1), sequence = leaf({4, 2, 3}, 1);
  CHECK_THROWS_AS(reshape(x, {3, 5}), ShapeError);
  CHECK_THROWS_AS(image_to_sequence(x), ShapeError);
  CHECK_THROWS_WITH_AS(slice_columns(x, 2, 7), "slice_columns: columns 2 to 7 of a tensor of shape (2,6)", ShapeError);
  CHECK_THROWS_AS(slice_columns(x, -1, 2), ShapeError);
  CHECK_THROWS_AS(slice_columns(x, 3, 2), ShapeError);
  CHECK_THROWS_WITH_AS(select_step(sequence, 4), "select_step: step 4 of a sequence of shape (4,2,3)", ShapeError);
  CHECK_THROWS_AS(select_step(sequence, -1), ShapeError);
  CHECK_THROWS_AS(stack_steps<double>({}), ArgumentError);
  CHECK_THROWS_AS(stack_steps<double>({x, leaf({2, 5}, 1)}), ShapeError);
  CHECK_THROWS_AS(concatenate(sequence, leaf({3, 2, 3}, 1)), ShapeError);
  CHECK_THROWS_AS(concatenate(sequence, x), ShapeError);
}
