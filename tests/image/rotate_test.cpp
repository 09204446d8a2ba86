// Tests of rotation against OpenCV.
#include "tinyhtr/image/rotate.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <utility>

#include "support/image.hpp"
#include "tinyhtr/core/error.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

TEST_CASE("rotate agrees with cv::warpAffine within one grey level") {
  const std::pair<const char*, int> cases[] = {
      {"colour", 0}, {"colour", 10}, {"colour", -7}, {"colour", 33}, {"colour", 90}, {"colour", 180}, {"grey", 10},
      {"grey", -45}, {"word", -10},  {"word", 4},    {"pixel", 10},  {"pixel", 90},  {"row", 10}};
  for (const auto& one : cases) {
    const std::string file = std::string(one.first) + "_" + std::to_string(one.second);
    CAPTURE(file);
    const Image result = rotate(load_image("input_" + std::string(one.first)), one.second, {250, 120, 3});
    CHECK(worst_difference(result, load_image("rotate_" + file)) <= 1);
  }
}

TEST_CASE("an image of even size comes back after no turn and after two half turns") {
  const Image image = load_image("input_noise");
  CHECK(rotate(image, 0, {0, 0, 0}) == image);
  Image square(6, 6, 1, 50);
  square.at(1, 4) = 250;
  const Image turned = rotate(square, 90, {0, 0, 0});
  CHECK(turned.height == 6);
  CHECK(turned.width == 6);
  CHECK(turned.at(2, 1) == 250);  // counterclockwise about (3,3): (x,y) = (4,1) goes to (1,2)
}

TEST_CASE("the border colour stands in the corners") {
  const Image result = rotate(Image(20, 60, 3, 255), 20, {10, 20, 30});
  CHECK(result.height > 20);
  CHECK(result.at(0, 0, 0) == 10);
  CHECK(result.at(0, 0, 1) == 20);
  CHECK(result.at(0, 0, 2) == 30);
  CHECK(result.at(result.height / 2, result.width / 2, 1) == 255);
}

TEST_CASE("any angle keeps at least one pixel of any image") {
  for (int degrees = -360; degrees <= 360; degrees += 15) {
    CAPTURE(degrees);
    CHECK(rotate(Image(1, 1, 1, 9), degrees, {0, 0, 0}).pixels.size() >= 1);
    CHECK(rotate(Image(1, 5, 3, 9), degrees, {0, 0, 0}).pixels.size() >= 3);
  }
}

TEST_CASE("angles that are no numbers and images without pixels are refused") {
  const Image image(2, 2, 1);
  CHECK_THROWS_AS(rotate(image, std::nan(""), {0, 0, 0}), ArgumentError);
  CHECK_THROWS_AS(rotate(image, 1e9, {0, 0, 0}), ArgumentError);
  CHECK_THROWS_AS(rotate(Image(), 1, {0, 0, 0}), ArgumentError);
}
