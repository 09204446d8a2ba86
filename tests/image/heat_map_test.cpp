// Tests of heat maps.
#include "tinyhtr/image/heat_map.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace tinyhtr;

namespace {

/// How light a colour is: the luma of ITU-R BT.601, from 0 to 255.
double luma(const Colour& colour) { return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]; }

}  // namespace

TEST_CASE("the scale goes from white to black, evenly darker") {
  CHECK(heat_colour(0) == Colour{255, 255, 255});
  CHECK(heat_colour(1) == Colour{0, 0, 0});
  for (int i = 0; i <= 100; ++i) CHECK(std::abs(luma(heat_colour(i / 100.0)) - 255 * (1 - i / 100.0)) < 2.5);
  CHECK(heat_colour(0.5)[2] > heat_colour(0.5)[0]);  // not grey
}

TEST_CASE("values beyond the ends") {
  CHECK(heat_colour(-1) == heat_colour(0));
  CHECK(heat_colour(7) == heat_colour(1));
  CHECK(heat_colour(std::nan("")) == heat_colour(0));
  CHECK(heat_colour(std::numeric_limits<double>::infinity()) == heat_colour(1));
}

TEST_CASE("a cell has its size and colour") {
  const Tensor<float> values(Shape{2, 3}, {0, 0.25f, 0.5f, 0.75f, 1, 0});
  const Image map = heat_map(values, 4, 5);
  CHECK(map.height == 8);
  CHECK(map.width == 15);
  for (Index y = 0; y < 8; ++y) {
    for (Index x = 0; x < 15; ++x) {
      const Colour expected = heat_colour(static_cast<double>(values(y / 4, x / 5)));
      for (Index c = 0; c < 3; ++c) CHECK(map.at(y, x, c) == expected[static_cast<std::size_t>(c)]);
    }
  }
  CHECK_THROWS_AS(heat_map(values, 0, 5), ArgumentError);
  CHECK_THROWS_AS(heat_map(Tensor<float>(Shape{0, 3}), 1, 1), ArgumentError);
  CHECK_THROWS_AS(heat_map(Tensor<float>(Shape{3}), 1, 1), ShapeError);
}
