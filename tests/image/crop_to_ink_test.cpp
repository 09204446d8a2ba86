// Tests of cutting an image to its ink.
#include "tinyhtr/image/crop_to_ink.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "support/image.hpp"
#include "support/ink.hpp"
#include "tinyhtr/core/error.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

namespace {

/// Rows top .. bottom and columns left .. right.
Image part(const Image& image, Index top, Index left, Index bottom, Index right) {
  Image result(bottom - top + 1, right - left + 1, 1);
  for (Index y = 0; y < result.height; ++y) {
    for (Index x = 0; x < result.width; ++x) result.at(y, x) = image.at(top + y, left + x);
  }
  return result;
}

}  // namespace

TEST_CASE("the box of the ink and a margin remain") {
  Image image(50, 80, 1, 255);
  for (Index y = 20; y <= 30; ++y) {
    for (Index x = 15; x <= 60; ++x) image.at(y, x) = 10;
  }
  CHECK(CropToInk()(image) == part(image, 18, 13, 32, 62));
  CHECK(CropToInk{.margin = 0}(image) == part(image, 20, 15, 30, 60));
  CHECK(CropToInk{.margin = 18}(image) == part(image, 2, 0, 48, 78));
  const Image tight = part(image, 20, 15, 30, 61);
  CHECK(CropToInk()(tight) == tight);
}

TEST_CASE("specks are left out, the dot of an i is not") {
  Image image(90, 160, 1, 255);
  draw_stroke(image, 70, 60, 40, 60, 5);
  const Image without_dot = CropToInk()(image);
  draw_stroke(image, 28, 60, 28, 60, 5);
  const Image dotted = CropToInk()(image);
  CHECK(dotted.height == without_dot.height + 12);
  image.at(3, 150) = 0, image.at(4, 150) = 0, image.at(85, 2) = 20;  // two pixels and one
  CHECK(CropToInk()(image) == dotted);
  CHECK(CropToInk{.speck = 0}(image).width == 153);
}

TEST_CASE("punctuation alone stays, pale ends too") {
  Image stop(60, 60, 1, 255);
  draw_stroke(stop, 40, 20, 40, 20, 4);
  CHECK(CropToInk()(stop) == part(stop, 36, 16, 44, 24));
  Image dots(60, 60, 1, 255);
  draw_stroke(dots, 40, 20, 40, 20, 4), draw_stroke(dots, 20, 20, 20, 20, 4);
  CHECK(CropToInk()(dots).height == 29);
  Image pixel(9, 9, 1, 255);
  pixel.at(4, 4) = 0;
  CHECK(CropToInk()(pixel) == part(pixel, 2, 2, 6, 6));
  Image pale(30, 60, 1, 255);
  for (Index x = 10; x < 50; ++x) pale.at(14, x) = pale.at(15, x) = pale.at(16, x) = x < 40 ? 0 : 150;
  CHECK(CropToInk()(pale).width == 44);
}

TEST_CASE("an image without ink stays whole") {
  CHECK(CropToInk()(Image(20, 30, 1, 240)) == Image(20, 30, 1, 240));
  Image faint(20, 30, 1, 240);
  faint.at(3, 3) = 225;
  CHECK(CropToInk()(faint) == faint);
  CHECK_THROWS_AS(CropToInk()(Image(5, 9, 3)), ArgumentError);
}
