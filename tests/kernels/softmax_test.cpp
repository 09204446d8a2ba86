// Tests of log-softmax: PyTorch's values, large logits.
#include "tinyhtr/kernels/softmax.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "../support/compare.hpp"
#include "../support/counted.hpp"
#include "../support/npy.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

TEST_CASE_TEMPLATE("log_softmax agrees with PyTorch, its gradient is added", T, float, double) {
  const double tolerance = reference_tolerance<T>;
  Tensor<T> y, dx(Shape{5, 7}, T(0.5));
  log_softmax_forward(y, counted_tensor<T>({5, 7}, 21, 8.0));
  CHECK(relative_error(y, load_npy<double>("references/torch/log_softmax_y.npy")) < tolerance);
  log_softmax_backward(dx, counted_tensor<T>({5, 7}, 24), y);
  CHECK(relative_error(minus_half(dx), load_npy<double>("references/torch/log_softmax_dx.npy")) < tolerance);
}

TEST_CASE_TEMPLATE("large logits lose nothing: a common shift changes nothing", T, float, double) {
  for (const double shift : {-1e4, 0.0, 1e4, 1e6}) {
    CAPTURE(shift);
    const T s = static_cast<T>(shift);
    Tensor<T> y;
    log_softmax_forward(y, Tensor<T>(Shape{1, 3}, {s, s + 1, s + 2}));
    const double log_sum = std::log(1 + std::exp(1.0) + std::exp(2.0));
    const Tensor<double> expected(Shape{1, 3}, {-log_sum, 1 - log_sum, 2 - log_sum});
    CHECK(relative_error(y, expected) < (std::is_same_v<T, float> ? 1e-6 : 1e-15));
  }
}

TEST_CASE("far apart logits: probability one beside probability zero, never NaN") {
  Tensor<float> y;
  log_softmax_forward(y, Tensor<float>(Shape{1, 3}, {1e30F, -1e30F, 0}));
  CHECK(y[0] == 0);
  CHECK(y[1] == -2e30F);
  CHECK(y[2] == -1e30F);
  constexpr float infinity = std::numeric_limits<float>::infinity();
  log_softmax_forward(y, Tensor<float>(Shape{1, 3}, {-infinity, 1, 1}));
  CHECK(y[0] == -infinity);
  CHECK(y[1] == doctest::Approx(-std::log(2.0)));
}

TEST_CASE("probabilities add up to one; rows of the gradient to zero; more rows than one piece") {
  Tensor<double> y;
  const auto x = counted_tensor<double>({3, 50, 9}, 1, 16.0);
  log_softmax_forward(y, x);
  Tensor<double> dx(x.shape());
  log_softmax_backward(dx, counted_tensor<double>(x.shape(), 2), y);
  for (Index row = 0; row < 150; ++row) {
    double total = 0, gradient = 0;
    for (Index k = 0; k < 9; ++k) {
      total += std::exp(y[row * 9 + k]);
      gradient += dx[row * 9 + k];
    }
    CHECK(total == doctest::Approx(1.0).epsilon(1e-14));
    CHECK(std::abs(gradient) < 1e-13);
  }
}

TEST_CASE("one class, no rows, no classes, a scalar") {
  Tensor<double> y;
  log_softmax_forward(y, Tensor<double>(Shape{2, 1}, 5.0));
  CHECK(y[0] == 0);
  log_softmax_forward(y, Tensor<double>(Shape{0, 4}));
  CHECK(y.shape() == Shape{0, 4});
  log_softmax_forward(y, Tensor<double>(Shape{4, 0}));
  CHECK(y.shape() == Shape{4, 0});
  CHECK_THROWS_AS(log_softmax_forward(y, Tensor<double>(Shape{})), ShapeError);
}

TEST_CASE_TEMPLATE("rows of every length, around those of a vector: the largest logit may stand anywhere", T, float,
                   double) {
  for (const Index classes : {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 79}) {
    for (Index k = 0; k < classes; ++k) {
      auto x = counted_tensor<T>({1, classes}, 33, 4.0);
      x[k] = 6;
      CHECK(detail::largest_of(x.data(), classes) == 6);
      double sum = 0;
      for (const T logit : x) sum += std::exp(static_cast<double>(logit));
      Tensor<T> y;
      log_softmax_forward(y, x);
      Tensor<double> expected(x.shape());
      for (Index j = 0; j < classes; ++j) expected[j] = static_cast<double>(x[j]) - std::log(sum);
      REQUIRE(relative_error(y, expected) < (std::is_same_v<T, float> ? 1e-6 : 1e-14));
    }
  }
}
