// Tests of heat maps over time.
#include "tinyhtr/debug/step_maps.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "support/pixel.hpp"

using namespace tinyhtr;
using tinyhtr::test::pixel;

TEST_CASE("signed_colour: white at 0, blue below, red above") {
  CHECK(signed_colour(0) == Colour{255, 255, 255});
  CHECK(signed_colour(std::numeric_limits<double>::quiet_NaN()) == Colour{255, 255, 255});
  CHECK(signed_colour(7) == signed_colour(1));
  CHECK(signed_colour(1)[0] > signed_colour(1)[2]);
  CHECK(signed_colour(-1)[2] > signed_colour(-1)[0]);
  CHECK(signed_colour(0.5)[1] > signed_colour(1)[1]);
}

TEST_CASE("own_range: up to the largest value, of both signs where there are negative ones") {
  CHECK(own_range("a", Tensor<double>(Shape{1, 2}, {0.5, 4})).low == 0);
  CHECK(own_range("a", Tensor<double>(Shape{1, 2}, {0.5, 4})).high == 4);
  CHECK(own_range("a", Tensor<double>(Shape{1, 2}, {-5, 4})).low == -5);
  CHECK(own_range("a", Tensor<double>(Shape{1, 2}, {-5, 4})).high == 5);
  CHECK(own_range("a", Tensor<double>(Shape{1, 2}, {0, 0})).high == 1);
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(own_range("a", Tensor<double>(Shape{1, 2}, {infinity, 2})).high == 2);
}

TEST_CASE("step_maps: cells have the colours of their values, below the image") {
  const Image input(8, 32, 1, 200);
  const Tensor<double> a(Shape{2, 4}, {0, 1, 0.5, 0.25, 1, 0, 0, 0.75}), b(Shape{1, 4}, {-2, 0, 1, 2});
  const Image picture = step_maps(input, {{"a", a, 0, 1}, {"b", b, -2, 2}});
  const Index cell = step_width(4), left = detail::picture_margin, image_height = 4 * cell * 8 / 32;
  CHECK(cell == 20);
  CHECK(picture.at(detail::picture_gap + 2, left + 3) == 200);  // the image
  const Index top_a = image_height + 2 * detail::picture_gap + 16, top_b = top_a + 16 + detail::picture_gap + 16;
  for (Index t = 0; t < 4; ++t) {
    for (Index r = 0; r < 2; ++r) {
      CHECK(pixel(picture, top_a + 8 * r + 4, left + t * cell + 10) == heat_colour(a(r, t)));
    }
    CHECK(pixel(picture, top_b + 4, left + t * cell + 10) == signed_colour(b(0, t) / 2));
  }
  CHECK(picture.height == top_b + 8 + detail::picture_gap);
}

TEST_CASE("rows_over_time: a sample of a sequence, steps across") {
  const Tensor<float> sequence(Shape{3, 2, 2}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
  const Tensor<double> rows = rows_over_time(sequence, 1);
  CHECK(rows.shape() == Shape{2, 3});
  CHECK(rows(0, 0) == 2);
  CHECK(rows(1, 0) == 3);
  CHECK(rows(0, 2) == 10);
  CHECK_THROWS_AS(rows_over_time(sequence, 2), ArgumentError);
  CHECK_THROWS_AS(rows_over_time(Tensor<float>(Shape{3, 2}), 0), ShapeError);
}

TEST_CASE("step_maps: arguments that do not fit") {
  const Image input(8, 32, 1, 200);
  const Tensor<double> four(Shape{1, 4}), five(Shape{1, 5});
  CHECK_THROWS_AS(step_maps(input, {}), ArgumentError);
  CHECK_THROWS_AS(step_maps(Image(), {{"a", four}}), ArgumentError);
  CHECK_THROWS_AS(step_maps(input, {{"a", four}, {"b", five}}), ShapeError);
  CHECK_THROWS_AS(step_maps(input, {{"a", Tensor<double>(Shape{4})}}), ShapeError);
  CHECK_THROWS_AS(step_maps(input, {{"a", five}}, 2), ArgumentError);
  CHECK_THROWS_AS(step_maps(input, {{"a", Tensor<double>(Shape{0, 4})}}), ArgumentError);
  CHECK_THROWS_AS(step_maps(input, {{"a", Tensor<double>(Shape{4, 0})}}), ArgumentError);
  CHECK(step_maps(input, {{"a", four}}, 2).channels == 3);
}
