// Tests of the neighbourhoods of time steps.
#include "tinyhtr/autograd/time_window.hpp"

#include <doctest/doctest.h>

#include "../support/compare.hpp"
#include "../support/gradient.hpp"
#include "tinyhtr/autograd/backward.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

TEST_CASE("every step stands beside its neighbours, with zeros beyond the ends") {
  const Variable<double> x = leaf({5, 3, 2}, 1);
  for (const Index width : {1, 3, 5, 9, 13}) {
    CAPTURE(width);
    const Tensor<double> y = time_window(x, width).value();
    REQUIRE(y.shape() == Shape{5, 3, 2 * width});
    for (Index t = 0; t < 5; ++t) {
      for (Index n = 0; n < 3; ++n) {
        for (Index j = 0; j < width; ++j) {
          for (Index c = 0; c < 2; ++c) {
            const Index from = t + j - width / 2;
            REQUIRE(y(t, n, j * 2 + c) == (from < 0 || from >= 5 ? 0 : x.value()(from, n, c)));
          }
        }
      }
    }
  }
}

TEST_CASE("gradient check: windows below, above, far above the steps") {
  for (const Index width : {1, 3, 5, 11}) {
    check_gradient([=](const Inputs& in) { return time_window(in[0], width); }, {leaf({4, 2, 3}, 1)});
  }
  check_gradient([](const Inputs& in) { return time_window(in[0], 3); }, {leaf({1, 2, 3}, 1)});
}

TEST_CASE("the same bits at any number of threads") {
  const int before = thread_count();
  const auto values = counted_tensor<float>({37, 5, 16}, 1), dy = counted_tensor<float>({37, 5, 80}, 2);
  Tensor<float> expected, expected_dx;
  for (const int threads : {1, 2, 3, 8}) {
    set_thread_count(threads);
    const Variable<float> x(values, true);
    const Variable<float> y = time_window(x, 5);
    backward(y, dy);
    if (threads == 1) {
      expected = y.value();
      expected_dx = x.grad();
    }
    CHECK(same_bits(y.value(), expected));
    CHECK(same_bits(x.grad(), expected_dx));
  }
  set_thread_count(before);
}

TEST_CASE("a width that has no middle, a sequence of another rank are errors") {
  const Variable<double> x = leaf({4, 2, 3}, 1);
  for (const Index width : {0, 2, -1, 4}) CHECK_THROWS_AS(time_window(x, width), ArgumentError);
  CHECK_THROWS_WITH_AS(time_window(x, 2), "time_window: expected an odd width of 1 or more, found 2", ArgumentError);
  CHECK_THROWS_AS(time_window(leaf({4, 2}, 1), 3), ShapeError);
}
