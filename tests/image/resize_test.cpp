// Tests of resizing against OpenCV.
#include "tinyhtr/image/resize.hpp"

#include <doctest/doctest.h>

#include <string>

#include "support/image.hpp"
#include "tinyhtr/core/error.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

namespace {

struct Case {
  std::string name;
  Index height, width;
  std::string file() const { return name + "_" + std::to_string(height) + "x" + std::to_string(width); }
};

}  // namespace

TEST_CASE("resize_bilinear agrees with cv::resize within one grey level") {
  const Case cases[] = {
      {"colour", 32, 128}, {"colour", 11, 18}, {"colour", 46, 74}, {"colour", 5, 3}, {"colour", 1, 1},
      {"word", 32, 128},   {"word", 20, 45},   {"word", 7, 100},   {"grey", 13, 40}, {"pixel", 4, 7},
      {"row", 3, 5}};
  for (const Case& one : cases) {
    CAPTURE(one.file());
    const Image result = resize_bilinear(load_image("input_" + one.name), one.height, one.width);
    CHECK(worst_difference(result, load_image("resize_" + one.file())) <= 1);
  }
}

TEST_CASE("the size it has already changes nothing") {
  const Image image = load_image("input_noise");
  CHECK(resize_bilinear(image, image.height, image.width) == image);
}

TEST_CASE("channels are resized apart, a flat image stays flat") {
  const Image image = load_image("input_noise");
  const Image result = resize_bilinear(image, 41, 17);
  for (Index c = 0; c < 3; ++c) CHECK(channel(result, c) == resize_bilinear(channel(image, c), 41, 17));
  CHECK(resize_bilinear(Image(5, 9, 1, 201), 32, 128) == Image(32, 128, 1, 201));
  CHECK(resize_bilinear(Image(50, 90, 3, 255), 7, 11) == Image(7, 11, 3, 255));
}

TEST_CASE("a step between two pixels becomes a ramp between their centres") {
  Image step(1, 2, 1);
  step.at(0, 1) = 200;
  const Image ramp = resize_bilinear(step, 1, 8);  // places -3/8, -1/8, 1/8, 3/8, 5/8, 7/8, 9/8, 11/8
  const std::uint8_t expected[] = {0, 0, 25, 75, 125, 175, 200, 200};
  for (Index x = 0; x < 8; ++x) CHECK(ramp.at(0, x) == expected[x]);
}

TEST_CASE("letterbox agrees with mltu on OpenCV within one grey level") {
  const Case cases[] = {
      {"colour", 32, 128}, {"grey", 32, 128}, {"word", 33, 50}, {"pixel", 6, 9}, {"row", 9, 4}};
  for (const Case& one : cases) {
    CAPTURE(one.file());
    const Image result = letterbox(load_image("input_" + one.name), one.height, one.width, {250, 120, 3});
    CHECK(worst_difference(result, load_image("letterbox_" + one.file())) <= 1);
  }
}

TEST_CASE("letterbox keeps at least one pixel of the thinnest image") {
  const Image boxed = letterbox(Image(1, 3000, 1, 9), 32, 128, {255, 255, 255});
  CHECK(boxed.at(15, 0) == 9);
  CHECK(boxed.at(15, 127) == 9);
  CHECK(boxed.at(14, 0) == 255);
  CHECK(boxed.at(16, 0) == 255);
  CHECK(letterbox(Image(4000, 1, 1, 9), 32, 128, {255, 255, 255}).at(31, 63) == 9);
}

TEST_CASE("sizes below 1 and images without pixels are refused") {
  const Image image(3, 3, 1);
  CHECK_THROWS_AS(resize_bilinear(image, 0, 5), ArgumentError);
  CHECK_THROWS_AS(resize_bilinear(image, 5, -1), ArgumentError);
  CHECK_THROWS_AS(resize_bilinear(Image(), 5, 5), ArgumentError);
  CHECK_THROWS_AS(letterbox(image, 0, 5, {0, 0, 0}), ArgumentError);
  CHECK_THROWS_AS(letterbox(Image(), 5, 5, {0, 0, 0}), ArgumentError);
}
