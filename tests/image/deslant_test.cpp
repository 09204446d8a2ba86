// Tests of setting slanted writing upright.
#include "tinyhtr/image/deslant.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <numeric>

#include "support/image.hpp"
#include "support/ink.hpp"
#include "tinyhtr/core/error.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

TEST_CASE("the slant of drawn strokes is found and taken out") {
  for (const double lean : {0.0, 0.3, 0.6, -0.4}) {
    CAPTURE(lean);
    const Image word = written(70, 200, lean);
    CHECK(std::abs(Deslant().shear_of(word) + lean) <= 1.0 / 16);
    CHECK(std::abs(Deslant().shear_of(Deslant()(word))) <= 1.0 / 8);
  }
  CHECK(Deslant{.max_shear = 0.25}.shear_of(written(70, 200, 0.6)) == -0.25);
}

TEST_CASE("shear_rows moves rows by what they lie above the lowest") {
  Image image(4, 3, 1, 255);
  for (Index y = 0; y < 4; ++y) image.at(y, 1) = 0;
  const Image right = shear_rows(image, 1), left = shear_rows(image, -1), half = shear_rows(image, 0.5);
  CHECK(right.width == 6);
  CHECK(left.width == 6);
  CHECK(half.width == 5);
  for (Index y = 0; y < 4; ++y) {
    for (Index x = 0; x < 6; ++x) {
      CHECK(right.at(y, x) == (x == 1 + 3 - y ? 0 : 255));
      CHECK(left.at(y, x) == (x == 1 + y ? 0 : 255));
    }
  }
  CHECK(half.at(3, 1) == 0);
  CHECK(half.at(2, 1) == 128);
  CHECK(half.at(2, 2) == 128);
  CHECK(half.at(1, 2) == 0);
  CHECK(shear_rows(image, 0) == image);
}

TEST_CASE("no ink is lost in shearing") {
  const Image word = written(61, 150);
  const auto ink = [](const Image& image) {
    return std::accumulate(image.pixels.begin(), image.pixels.end(), 0.0,
                           [](double sum, std::uint8_t level) { return sum + 255 - level; });
  };
  for (const double shear : {0.9, 0.37, -0.37, -1.7})
    CHECK(ink(shear_rows(word, shear)) == doctest::Approx(ink(word)).epsilon(1e-3));
  Image full(61, 150, 1, 0);
  for (const double shear : {0.37, -0.37, 0.01, -0.01, 2.0, -3.0}) {
    CHECK(ink(shear_rows(full, shear)) == doctest::Approx(ink(full)).epsilon(1e-3));
  }
}

TEST_CASE("blank, tiny and coloured images") {
  CHECK(Deslant()(Image(20, 30, 1, 240)) == Image(20, 30, 1, 240));
  CHECK(Deslant()(Image(1, 1, 1, 0)) == Image(1, 1, 1, 0));
  CHECK_THROWS_AS(Deslant()(Image(5, 9, 3)), ArgumentError);
  CHECK_THROWS_AS(shear_rows(Image(5, 9, 1), 1000), ArgumentError);
  CHECK_THROWS_AS(shear_rows(Image(5, 9, 1), std::nan("")), ArgumentError);
}
