// Tests of the sheet of small images.
#include "tinyhtr/report/image_sheet.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace tinyhtr;

namespace {

bool has_colour(const Image& image, Index left, Index right, const Colour& colour) {
  for (Index y = 0; y < image.height; ++y) {
    for (Index x = left; x < right; ++x) {
      if (image.at(y, x, 0) == colour[0] && image.at(y, x, 1) == colour[1] && image.at(y, x, 2) == colour[2])
        return true;
    }
  }
  return false;
}

}  // namespace

TEST_CASE("images stand row by row, with their captions") {
  const Image dark(20, 30, 1, 90);
  const std::vector<CaptionedImage> images = {{dark, "a", ""}, {dark, "b", ""}, {dark, "c", ""}};
  const Image two = image_sheet(images, 2);
  CHECK(two.channels == 3);
  const Image four = image_sheet(images, 4);
  CHECK(four.width == 3 * two.width / 2);
  CHECK(two.height == 2 * four.height);
  for (Index i = 0; i < 3; ++i) {
    CHECK(has_colour(four, i * four.width / 3, (i + 1) * four.width / 3, {90, 90, 90}));
    CHECK(has_colour(four, i * four.width / 3, (i + 1) * four.width / 3, {31, 35, 40}));
  }
}

TEST_CASE("a warning is in red, and makes room for itself") {
  const Image dark(20, 30, 3, 90);
  const Image without = image_sheet({{dark, "a", ""}, {dark, "b", ""}}, 2);
  const Image with = image_sheet({{dark, "a", ""}, {dark, "b", "d"}}, 2);
  CHECK(with.height > without.height);
  CHECK_FALSE(has_colour(without, 0, without.width, {200, 40, 30}));
  CHECK_FALSE(has_colour(with, 0, with.width / 2, {200, 40, 30}));
  CHECK(has_colour(with, with.width / 2, with.width, {200, 40, 30}));
}

TEST_CASE("large images, long captions, no image") {
  const Image sheet = image_sheet(
      {{Image(900, 3000, 1, 60), std::string(500, 'm'), ""}, {Image(), "é", ""}, {Image(1, 1, 1), "", ""}}, 3);
  CHECK(has_colour(sheet, 0, sheet.width / 3, {60, 60, 60}));
  CHECK(sheet.width == 3 * image_sheet({{Image(1, 1, 1), "", ""}}, 1).width);
  CHECK_FALSE(has_colour(sheet, sheet.width / 3 - 7, sheet.width / 3 - 1, {31, 35, 40}));  // nothing over the edge
  CHECK_THROWS_AS(image_sheet({}, 3), ArgumentError);
  CHECK_THROWS_AS(image_sheet({{Image(), "", ""}}, 0), ArgumentError);
  CHECK_THROWS_AS(image_sheet({{Image(), "\xFF", ""}}, 1), FormatError);
}
