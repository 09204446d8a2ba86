// Tests of the kernels that treat every element by itself.
#include "tinyhtr/kernels/elementwise.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "../support/compare.hpp"
#include "../support/counted.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

TEST_CASE("exponential agrees with the library's") {
  double largest = 0;
  for (float x = -86.9F; x < 87.9F; x += 0.00137F) {
    const double expected = std::exp(static_cast<double>(x));
    largest = std::max(largest, std::abs(static_cast<double>(exponential(x)) - expected) / expected);
  }
  CHECK(largest < 2e-7);
  CHECK(exponential(0.0F) == 1.0F);
  CHECK(exponential(-1e30F) < 2e-38F);
  CHECK(std::isinf(exponential(100.0F)));
  CHECK(std::isinf(exponential(std::numeric_limits<float>::infinity())));
  CHECK(std::isnan(exponential(std::numeric_limits<float>::quiet_NaN())));
  CHECK(exponential(1.5) == std::exp(1.5));
}

TEST_CASE("sigmoid: known values, symmetry, no overflow") {
  CHECK(sigmoid(0.0) == 0.5);
  CHECK(sigmoid(std::log(3.0)) == doctest::Approx(0.75).epsilon(1e-15));
  CHECK(sigmoid(-std::log(3.0)) == doctest::Approx(0.25).epsilon(1e-15));
  CHECK(sigmoid(1e6F) == 1.0F);
  CHECK(sigmoid(-1e6F) == 0.0F);
  CHECK(sigmoid(-100.0) == doctest::Approx(std::exp(-100.0)).epsilon(1e-14));  // 1 - sigmoid(100) would be 0
  CHECK(std::isnan(sigmoid(std::numeric_limits<double>::quiet_NaN())));
  CHECK(std::isnan(sigmoid(std::numeric_limits<float>::quiet_NaN())));
}

TEST_CASE("leaky_relu passes the positive, scales the negative; its gradient is added") {
  const Tensor<double> x(Shape{5}, {-2, -0.0, 0, 0.5, 3}), dy(Shape{5}, {1, 2, 3, 4, 5});
  Tensor<double> y, dx(Shape{5}, 10.0);
  leaky_relu_forward(y, x, 0.1);
  leaky_relu_backward(dx, dy, x, 0.1);
  CHECK(relative_error(y, Tensor<double>(Shape{5}, {-0.2, 0, 0, 0.5, 3})) < 1e-15);
  CHECK(relative_error(dx, Tensor<double>(Shape{5}, {10.1, 10.2, 10.3, 14, 15})) < 1e-15);
}

TEST_CASE("add, scale, accumulate, over several pieces of work") {
  const Shape shape{3, elementwise_piece / 2 + 1};
  const auto a = counted_tensor<float>(shape, 1), b = counted_tensor<float>(shape, 2);
  Tensor<float> sum, scaled, accumulated(a), accumulated_plain(a);
  add_forward(sum, a, b);
  scale_forward(scaled, a, 0.25F);
  accumulate(accumulated, b, 0.5F);
  accumulate(accumulated_plain, b);
  for (Index i = 0; i < a.size(); ++i) {
    REQUIRE(sum[i] == a[i] + b[i]);
    REQUIRE(scaled[i] == 0.25F * a[i]);
    REQUIRE(accumulated[i] == a[i] + 0.5F * b[i]);
    REQUIRE(accumulated_plain[i] == a[i] + b[i]);
  }
}

TEST_CASE("shapes that do not fit are named") {
  Tensor<float> y;
  CHECK_THROWS_WITH_AS(add_forward(y, Tensor<float>(Shape{2, 3}), Tensor<float>(Shape{3, 2})),
                       "add: b has shape (3,2), expected (2,3)", ShapeError);
  Tensor<float> dx(Shape{2});
  CHECK_THROWS_AS(accumulate(dx, Tensor<float>(Shape{3})), ShapeError);
  CHECK_THROWS_AS(leaky_relu_backward(dx, Tensor<float>(Shape{2}), Tensor<float>(Shape{3}), 0.1F), ShapeError);
  CHECK_THROWS_AS(dropout_backward(dx, Tensor<float>(Shape{3}), Tensor<float>(Shape{2})), ShapeError);
}

TEST_CASE("dropout keeps the mean, drops the fraction p, scales the others by 1 / (1 - p)") {
  const Index size = 200003;  // no multiple of four
  const Tensor<double> x(Shape{size}, 1.0);
  for (const double p : {0.0, 0.2, 0.5, 0.9}) {
    CAPTURE(p);
    Tensor<double> y, mask;
    dropout_forward(y, mask, x, p, Random(1, Purpose::dropout, 2, 3));
    double sum = 0;
    Index dropped = 0;
    for (Index i = 0; i < size; ++i) {
      REQUIRE(y[i] == mask[i]);
      REQUIRE((mask[i] == 0 || mask[i] == 1 / (1 - p)));
      dropped += mask[i] == 0 ? 1 : 0;
      sum += y[i];
    }
    const double deviation = std::sqrt(p * (1 - p) / static_cast<double>(size));  // of the fraction dropped
    CHECK(std::abs(static_cast<double>(dropped) / static_cast<double>(size) - p) <= 4 * deviation);
    CHECK(std::abs(sum / static_cast<double>(size) - 1) <= 4 * deviation / (1 - p) + 1e-12);
  }
}

TEST_CASE("the mask depends on the stream's name, not on threads, type, or the tensor's shape") {
  const auto mask_of = [](const Shape& shape, const Random& random) {
    Tensor<float> y, mask;
    dropout_forward(y, mask, Tensor<float>(shape, 1.0F), 0.2F, random);
    return mask;
  };
  const Random random(1, Purpose::dropout, 2, 3);
  const int before = thread_count();
  set_thread_count(1);
  const auto expected = mask_of({5 * elementwise_piece + 3}, random);
  for (const int threads : {2, 3, 8}) {
    set_thread_count(threads);
    CHECK(same_bits(mask_of({5 * elementwise_piece + 3}, random), expected));
  }
  set_thread_count(before);
  const auto shorter = mask_of({7, 11}, random);
  for (Index i = 0; i < shorter.size(); ++i) REQUIRE(shorter[i] == expected[i]);
  CHECK_FALSE(same_bits(mask_of({7, 11}, Random(1, Purpose::dropout, 3, 3)), shorter));
  CHECK_FALSE(same_bits(mask_of({7, 11}, Random(1, Purpose::dropout, 2, 4)), shorter));
  CHECK_FALSE(same_bits(mask_of({7, 11}, Random(2, Purpose::dropout, 2, 3)), shorter));
}

TEST_CASE("dropout's gradient passes through the same mask, and is added") {
  const auto x = counted_tensor<double>({10, 10}, 1), dy = counted_tensor<double>({10, 10}, 2);
  Tensor<double> y, mask, dx(x.shape(), 0.5);
  dropout_forward(y, mask, x, 0.4, Random(5));
  dropout_backward(dx, dy, mask);
  for (Index i = 0; i < x.size(); ++i) {
    CHECK(y[i] == x[i] * mask[i]);
    CHECK(dx[i] == 0.5 + dy[i] * mask[i]);
  }
}

TEST_CASE("a probability outside [0, 1) is an error") {
  Tensor<double> y, mask;
  const Tensor<double> x(Shape{3});
  for (const double p : {-0.1, 1.0, 1.5, std::numeric_limits<double>::quiet_NaN()}) {
    CHECK_THROWS_AS(dropout_forward(y, mask, x, p, Random(1)), ArgumentError);
  }
}
