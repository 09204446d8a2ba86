// Tests of random displacements.
#include "tinyhtr/image/elastic_field.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "tinyhtr/core/error.hpp"

using namespace tinyhtr;

namespace {

double deviation(const std::vector<float>& values) {
  double sum = 0, squares = 0;
  for (const float value : values) sum += value, squares += value * value;
  const auto count = static_cast<double>(values.size());
  return std::sqrt(squares / count - sum / count * (sum / count));
}

/// The largest step from one column to the next.
double roughness(const VectorField& field) {
  double worst = 0;
  for (Index y = 0; y < field.height; ++y) {
    for (Index x = 1; x < field.width; ++x) {
      const auto i = static_cast<std::size_t>(y * field.width + x);
      worst = std::max(worst, static_cast<double>(std::abs(field.x[i] - field.x[i - 1])));
    }
  }
  return worst;
}

}  // namespace

TEST_CASE("the weights of both splines are 1 together; one passes through its points, the other smooths") {
  for (int i = 0; i <= 10; ++i) {
    const float t = static_cast<float>(i) / 10;
    for (const auto weights : {detail::b_spline(t), detail::catmull_rom(t)}) {
      CHECK(weights[0] + weights[1] + weights[2] + weights[3] == doctest::Approx(1));
      CHECK(-weights[0] + weights[2] + 2 * weights[3] == doctest::Approx(t));  // both keep straight lines
    }
  }
  CHECK(detail::catmull_rom(0)[1] == 1);
  CHECK(detail::b_spline(0)[1] == doctest::Approx(2.0 / 3));
}

TEST_CASE("an elastic field has its deviation, is smooth, bounded, and the stream's alone") {
  for (const double spacing : {4.0, 6.4, 15.0}) {
    VectorField field(400, 500), again(400, 500);
    Random random(3), same(3);
    add_elastic(field, spacing, 1.5, random);
    add_elastic(again, spacing, 1.5, same);
    CHECK(field.x == again.x);
    CHECK(field.y == again.y);
    CHECK(std::abs(deviation(field.x) / 1.5 - 1) < 0.01 * spacing);  // fewer points, more chance
    CHECK(std::abs(deviation(field.y) / 1.5 - 1) < 0.01 * spacing);  // fewer points, more chance
    CHECK(roughness(field) < 1.5 * 6 / spacing);
    CHECK(*std::max_element(field.x.begin(), field.x.end()) < 1.5 * 2 / 0.42);
  }
}

TEST_CASE("a grid warp moves its points by its deviation and adds to what is there") {
  VectorField field(300, 300);
  std::fill(field.y.begin(), field.y.end(), 10.0f);
  Random random(4);
  add_grid_warp(field, 14, 1, random);
  CHECK(deviation(field.x) > 0.6);
  CHECK(deviation(field.x) < 1);
  double mean = 0;
  for (const float value : field.y) mean += value;
  CHECK(mean / static_cast<double>(field.y.size()) == doctest::Approx(10).epsilon(0.02));
}

TEST_CASE("nothing moves across the border") {
  VectorField field(40, 60);
  Random random(5);
  add_elastic(field, 5, 2, random);
  const VectorField before = field;
  fade_at_border(field, 4);
  for (Index x = 0; x < 60; ++x) CHECK(field.y[static_cast<std::size_t>(x)] == 0);
  for (Index y = 0; y < 40; ++y) CHECK(field.x[static_cast<std::size_t>(y * 60 + 59)] == 0);
  CHECK(field.x[20 * 60 + 30] == before.x[20 * 60 + 30]);
  CHECK(field.y[2 * 60 + 30] == doctest::Approx(before.y[2 * 60 + 30] / 2));
}

TEST_CASE("bad spacings, deviations and distances are refused") {
  VectorField field(4, 4);
  Random random(1);
  CHECK_THROWS_AS(add_elastic(field, 0.5, 1, random), ArgumentError);
  CHECK_THROWS_AS(add_elastic(field, 5, -1, random), ArgumentError);
  CHECK_THROWS_AS(add_grid_warp(field, std::nan(""), 1, random), ArgumentError);
  CHECK_THROWS_AS(add_grid_warp(field, 5, std::nan(""), random), ArgumentError);
  CHECK_THROWS_AS(fade_at_border(field, -1), ArgumentError);
}
