// Tests of the sheet of feature maps.
#include "tinyhtr/debug/feature_sheet.hpp"

#include <doctest/doctest.h>

#include <limits>

#include "support/pixel.hpp"

using namespace tinyhtr;
using tinyhtr::test::pixel;

namespace {

constexpr Index head = 28, gap = 6;

}  // namespace

TEST_CASE("feature_sheet: each channel from its smallest value to its largest") {
  Tensor<float> maps(Shape{2, 3, 1, 2});
  maps(1, 0, 0, 0) = -4;
  maps(1, 0, 0, 1) = 6;
  maps(1, 1, 0, 0) = 100;
  maps(1, 1, 0, 1) = 50;
  maps(1, 2, 0, 0) = maps(1, 2, 0, 1) = 3;
  const Image sheet = feature_sheet(maps, 1, "blocks.2");
  const Index tile = 96 + gap, scale = 16;  // at most 16 times as large
  const auto cell = [&](Index channel, Index x) {
    return pixel(sheet, head + scale / 2, gap + channel * tile + x * scale + scale / 2);
  };
  CHECK(cell(0, 0) == heat_colour(0));
  CHECK(cell(0, 1) == heat_colour(1));
  CHECK(cell(1, 0) == heat_colour(1));
  CHECK(cell(1, 1) == heat_colour(0));
  CHECK(cell(2, 0) == heat_colour(0));  // a channel of one value
  CHECK(cell(2, 1) == heat_colour(0));
  CHECK(channel_range(maps, 1, 0).low == -4);
  CHECK(channel_range(maps, 1, 0).high == 6);
}

TEST_CASE("feature_sheet: values in between, and what is not finite") {
  const float infinity = std::numeric_limits<float>::infinity();
  const Tensor<float> maps(Shape{1, 1, 1, 4}, {0, 1, 4, infinity});
  const Image sheet = feature_sheet(maps, 0, "x");
  CHECK(pixel(sheet, head + 5, gap + 16 + 5) == heat_colour(0.25));
  CHECK(pixel(sheet, head + 5, gap + 48 + 5) == Colour{224, 49, 20});
  const Tensor<float> none(Shape{1, 1, 1, 1}, {infinity});
  CHECK(channel_range(none, 0, 0).high == 0);
}

TEST_CASE("feature_sheet: channels row by row, at most so many") {
  const Tensor<double> maps(Shape{1, 10, 30, 120});
  const Image wide = feature_sheet(maps, 0, "blocks.0", {.width = 700});
  CHECK(wide.width == gap + 5 * (120 + gap));
  CHECK(wide.height == head + 2 * (30 + 14 + gap));
  const Image few = feature_sheet(maps, 0, "blocks.0", {.width = 700, .most_channels = 4});
  CHECK(few.height == head + (30 + 14 + gap));
  CHECK(feature_sheet(maps, 0, "blocks.0", {.width = 1}).height == head + 10 * (30 + 14 + gap));
}

TEST_CASE("feature_sheet: arguments that do not fit") {
  const Tensor<float> maps(Shape{1, 2, 3, 4});
  CHECK_THROWS_AS(feature_sheet(maps, 1, "x"), ArgumentError);
  CHECK_THROWS_AS(feature_sheet(maps, -1, "x"), ArgumentError);
  CHECK_THROWS_AS(feature_sheet(Tensor<float>(Shape{1, 2, 0, 4}), 0, "x"), ArgumentError);
  CHECK_THROWS_AS(feature_sheet(Tensor<float>(Shape{2, 3, 4}), 0, "x"), ShapeError);
  CHECK_THROWS_AS(feature_sheet(maps, 0, "\xFF"), FormatError);
  CHECK_THROWS_AS(feature_sheet(maps, 0, "x", {.width = 0}), ArgumentError);
  CHECK_THROWS_AS(feature_sheet(maps, 0, "x", {.most_channels = 0}), ArgumentError);
}
