// Tests of brightness against OpenCV.
#include "tinyhtr/image/brightness.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <vector>

#include "support/image.hpp"
#include "tinyhtr/core/error.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

TEST_CASE("adjust_brightness agrees with mltu on OpenCV within one grey level") {
  const double factors[] = {0.61, 1.0, 1.39, 1.9};
  for (const char* name : {"colour", "noise", "pixel"}) {
    const Image input = load_image("input_" + std::string(name));
    const std::vector<Image> expected = load_images("brightness_" + std::string(name));
    for (std::size_t i = 0; i < expected.size(); ++i) {
      CAPTURE(name);
      CAPTURE(factors[i]);
      CHECK(worst_difference(adjust_brightness(input, factors[i]), expected[i]) <= 1);
    }
  }
}

TEST_CASE("on grey the levels are multiplied, in one channel as in three") {
  const double factors[] = {0.61, 1.0, 1.39, 1.9};
  const Image input = load_image("input_word");
  const std::vector<Image> expected = load_images("brightness_word");
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CAPTURE(factors[i]);
    CHECK(worst_difference(adjust_brightness(input, factors[i]), expected[i]) <= 1);
    CHECK(adjust_brightness(in_three_channels(input), factors[i]) ==
          in_three_channels(adjust_brightness(input, factors[i])));
  }
}

TEST_CASE("factor 1 leaves grey as it is, 0 is black, large factors stop at 255") {
  const Image input = load_image("input_word");
  CHECK(adjust_brightness(input, 1) == input);
  CHECK(adjust_brightness(input, 0) == Image(input.height, input.width, 1, 0));
  CHECK(adjust_brightness(Image(2, 2, 1, 3), 1e30) == Image(2, 2, 1, 255));
  CHECK(adjust_brightness(Image(1, 1, 1, 0), 1e300) == Image(1, 1, 1, 0));
}

TEST_CASE("HSV of the corners of the colour cube") {
  const auto check = [](int red, int green, int blue, int hue) {
    const detail::Hsv hsv = detail::rgb_to_hsv(red, green, blue);
    CHECK(hsv.hue == hue);
    CHECK(hsv.saturation == 255);
    CHECK(hsv.value == 255);
    const auto rgb = detail::hsv_to_rgb(hsv);
    CHECK(rgb[0] == red);
    CHECK(rgb[1] == green);
    CHECK(rgb[2] == blue);
  };
  check(255, 0, 0, 0);
  check(255, 255, 0, 30);
  check(0, 255, 0, 60);
  check(0, 255, 255, 90);
  check(0, 0, 255, 120);
  check(255, 0, 255, 150);
}

TEST_CASE("factors that are negative or no number, and images without pixels, are refused") {
  const Image image(2, 2, 3, 9);
  CHECK_THROWS_AS(adjust_brightness(image, -0.1), ArgumentError);
  CHECK_THROWS_AS(adjust_brightness(image, std::numeric_limits<double>::quiet_NaN()), ArgumentError);
  CHECK_THROWS_AS(adjust_brightness(image, std::numeric_limits<double>::infinity()), ArgumentError);
  CHECK_THROWS_AS(adjust_brightness(Image(), 1), ArgumentError);
}
