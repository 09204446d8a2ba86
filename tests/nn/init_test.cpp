// Tests of initial values: limits, moments, right angles.
#include "tinyhtr/nn/init.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "../support/compare.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

namespace {

/// Whether the elements look like U(-limit, limit): within it, filling it, with its mean and variance.
void check_uniform(const Tensor<double>& weight, double limit) {
  double mean = 0, square = 0, largest = 0;
  const double count = static_cast<double>(weight.size());
  for (const double w : weight) {
    mean += w / count;
    square += w * w / count;
    largest = std::max(largest, std::abs(w));
  }
  CHECK(largest <= limit);
  CHECK(largest > 0.999 * limit);
  CHECK(std::abs(mean) < 4 * limit / std::sqrt(3 * count));
  const double variance = limit * limit / 3;  // of the estimate of which the deviation is variance sqrt(0.8 / count)
  CHECK(std::abs(square / variance - 1) < 4 * std::sqrt(0.8 / count));
}

}  // namespace

TEST_CASE("he_uniform and glorot_uniform have their limits and moments") {
  Random random(1, Purpose::init);
  Tensor<double> weight(Shape{64, 16, 3, 3});
  he_uniform(weight, 16 * 3 * 3, random);
  check_uniform(weight, std::sqrt(6.0 / 144));
  glorot_uniform(weight, 100, 50, random);
  check_uniform(weight, std::sqrt(6.0 / 150));
  fill_uniform(weight, 0.25, random);
  check_uniform(weight, 0.25);
}

TEST_CASE("orthogonal: columns of length one at right angles") {
  for (const Shape& shape : {Shape{512, 128}, Shape{8, 8}, Shape{4, 1}, Shape{1, 1}}) {
    CAPTURE(shape.to_string());
    Random random(2, Purpose::init);
    Tensor<double> weight(shape);
    orthogonal(weight, random);
    double worst = 0;
    for (Index a = 0; a < shape[1]; ++a) {
      for (Index b = 0; b <= a; ++b) {
        double product = 0;
        for (Index r = 0; r < shape[0]; ++r) product += weight(r, a) * weight(r, b);
        worst = std::max(worst, std::abs(product - (a == b ? 1 : 0)));
      }
    }
    CHECK(worst < 1e-13);
  }
  Random random(2);
  Tensor<double> wide(Shape{3, 4});
  CHECK_THROWS_WITH_AS(orthogonal(wide, random), "orthogonal: weight has shape (3,4), expected rows >= columns",
                       ShapeError);
}

TEST_CASE("equal streams give equal weights, the next ones are others; float and double are the same draw") {
  const auto draw = [](std::uint64_t seed) {
    Random random(seed, Purpose::init);
    Tensor<double> weight(Shape{20, 5});
    orthogonal(weight, random);
    return weight;
  };
  CHECK(same_bits(draw(1), draw(1)));
  CHECK_FALSE(same_bits(draw(1), draw(2)));
  Random a(1), b(1);
  Tensor<double> exact(Shape{50});
  Tensor<float> rounded(Shape{50});
  he_uniform(exact, 10, a);
  he_uniform(rounded, 10, b);
  for (Index i = 0; i < 50; ++i) CHECK(rounded[i] == static_cast<float>(exact[i]));
}
