// Tests of stains and streaks.
#include "tinyhtr/image/occlude.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "tinyhtr/core/error.hpp"

using namespace tinyhtr;

TEST_CASE("only paper and ink are drawn, on a small part of the image") {
  int dark = 0, bright = 0;
  for (std::uint32_t sample = 0; sample < 200; ++sample) {
    Image image(32, 100, 1, 200);
    image.at(3, 3) = 20;
    Random random(1, Purpose::augment, 0, sample);
    occlude(image, 3, 0.2, random);
    int changed = 0;
    for (const std::uint8_t level : image.pixels) {
      CHECK((level == 20 || level == 200 || level == 255));
      changed += level != 200;
      dark += level == 20, bright += level == 255;
    }
    CHECK(changed >= 1);
    CHECK(changed <= 1 + 3 * 100);
  }
  CHECK(dark > 1000);
  CHECK(bright > 1000);
}

TEST_CASE("things larger than the image fit in; bad arguments are refused") {
  Image image(1, 1, 1, 9), colour(2, 2, 3), nothing;
  Random random(1);
  for (int i = 0; i < 20; ++i) occlude(image, 5, 1, random);
  CHECK_THROWS_AS(occlude(image, 0, 0.2, random), ArgumentError);
  CHECK_THROWS_AS(occlude(image, 1, 1.2, random), ArgumentError);
  CHECK_THROWS_AS(occlude(image, 1, std::nan(""), random), ArgumentError);
  CHECK_THROWS_AS(occlude(colour, 1, 0.2, random), ArgumentError);
  CHECK_THROWS_AS(occlude(nothing, 1, 0.2, random), ArgumentError);
}
