// Tests of the picture of an alignment.
#include "tinyhtr/report/alignment_picture.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

using namespace tinyhtr;
using Boxes = std::vector<CharacterBox>;

namespace {

const Image word(20, 90, 1, 200);  // drawn 8 times as large
Colour colour_at(const Image& image, Index y, Index x) {
  return {image.at(y, x, 0), image.at(y, x, 1), image.at(y, x, 2)};
}
constexpr Colour red{224, 49, 20}, blue{20, 98, 200}, paper{200, 200, 200};

}  // namespace

TEST_CASE("alignment_picture: frames where the boxes are, the image between them") {
  const Image picture = alignment_picture(word, Boxes{{10, 30}, {30, 52.5}}, "ab");
  CHECK(picture.width == 8 * 90 + 16);
  CHECK(picture.height == 26 + 160 + 8);
  for (const Index y : {26, 100, 185}) {
    CHECK(colour_at(picture, y, 8 + 80) == red);
    CHECK(colour_at(picture, y, 8 + 239) == red);
    CHECK(colour_at(picture, y, 8 + 240) == blue);
    CHECK(colour_at(picture, y, 8 + 419) == blue);
    CHECK(colour_at(picture, y, 8 + 422) == paper);
    CHECK(colour_at(picture, y, 8 + 77) == paper);
  }
  CHECK(colour_at(picture, 100, 8 + 160) == paper);
  bool has_letter = false;
  for (Index x = 8 + 150; x < 8 + 170; ++x) has_letter |= colour_at(picture, 4 + 10, x) == red;
  CHECK(has_letter);
}

TEST_CASE("alignment_picture: a bar of the confidence below each box") {
  const std::vector<double> confidences = {.97, .25};
  const Image picture = alignment_picture(word, Boxes{{10, 30}, {30, 52.5}}, "a ", confidences);
  CHECK(picture.height == 26 + 160 + 16 + 8);
  CHECK(colour_at(picture, 26 + 160 + 3, 8 + 85) == heat_colour(.97));
  CHECK(colour_at(picture, 26 + 160 + 3, 8 + 245) == heat_colour(.25));
}

TEST_CASE("alignment_picture: boxes outside, empty ones, wide images, no text") {
  CHECK_NOTHROW(alignment_picture(word, Boxes{{-1e300, 5}, {5, 5}, {200, 1e300}}, "a\xC3\xA9z",
                                  std::vector<double>{2, -1, std::nan("")}));
  CHECK(alignment_picture(Image(10, 3000, 3, 9), {}, "").width == 3016);
}

TEST_CASE("alignment_picture: what it refuses") {
  CHECK_THROWS_AS(alignment_picture(word, Boxes{{0, 1}}, "ab"), ArgumentError);
  CHECK_THROWS_AS(alignment_picture(word, Boxes{{0, 1}}, "a", std::vector<double>{1, 1}), ArgumentError);
  CHECK_THROWS_AS(alignment_picture(Image{}, Boxes{{0, 1}}, "a"), ArgumentError);
  CHECK_THROWS_AS(alignment_picture(word, Boxes{{0, std::nan("")}}, "a"), ArgumentError);
  CHECK_THROWS_AS(alignment_picture(word, Boxes{{0, 1}}, "\xFF"), FormatError);
}
