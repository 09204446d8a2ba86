// Tests of fields of places and of sampling at them.
#include "tinyhtr/image/warp.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>

#include "support/image.hpp"
#include "tinyhtr/core/error.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

namespace {

Image grey_noise() { return channel(load_image("input_noise"), 0); }

Image warped(const Image& image, Index height, Index width, const AffineMap& to_source) {
  VectorField field(height, width);
  to_source_places(field, to_source);
  return sample_places(image, field);
}

}  // namespace

TEST_CASE("the identity and whole steps copy pixels, a quarter turn turns them") {
  const Image image = grey_noise();
  CHECK(warped(image, image.height, image.width, {}) == image);
  const Image moved = warped(image, image.height, image.width, {1, 0, 0, 1, 2, -3});
  const Image turned = warped(image, image.width, image.height, {0, 1, -1, 0, 0, static_cast<double>(image.width)});
  for (Index y = 0; y < image.height; ++y) {
    for (Index x = 0; x < image.width; ++x) {
      const bool inside = y + 2 < image.height && x >= 3;
      CHECK(moved.at(y, x) == (inside ? image.at(y + 2, x - 3) : 255));
      CHECK(turned.at(image.width - 1 - x, y) == image.at(y, x));
    }
  }
}

TEST_CASE("between pixels levels are bilinear, and go over into paper at the border") {
  Image image(2, 2, 1);
  image.pixels = {0, 100, 40, 200};
  VectorField places(1, 6);
  places.y = {1.0f, 0.5f, 0.75f, 0.5f, -0.5f, 0.5f};
  places.x = {1.0f, 1.0f, 0.5f, 2.0f, 0.5f, 50.0f};
  const Image levels = sample_places(image, places);
  const int expected[] = {85, 50, 10, 178, 255, 255};  // (100 + 255) / 2 = 177.5 is rounded up
  for (Index x = 0; x < 6; ++x) CHECK(static_cast<int>(levels.at(0, x)) == expected[x]);
}

TEST_CASE("displacements are added before the map") {
  VectorField field(1, 1);
  field.y[0] = 2, field.x[0] = -1;
  to_source_places(field, {2, 0.5, -1, 3, 10, 20});
  CHECK(field.y[0] == doctest::Approx(2 * 2.5 + 0.5 * -0.5 + 10));
  CHECK(field.x[0] == doctest::Approx(-1 * 2.5 + 3 * -0.5 + 20));
}

TEST_CASE("places that are far away or no numbers are paper or at least a pixel") {
  const float infinity = std::numeric_limits<float>::infinity();
  VectorField places(1, 4);
  places.y = {infinity, -infinity, std::nanf(""), 1e30f};
  places.x = {infinity, -infinity, std::nanf(""), -1e30f};
  const Image levels = sample_places(Image(3, 3, 1, 0), places, 77);
  for (const std::uint8_t level : levels.pixels) CHECK(level == 77);
  CHECK_THROWS_AS(sample_places(Image(3, 3, 3), places), ArgumentError);
  CHECK_THROWS_AS(sample_places(Image(), places), ArgumentError);
  CHECK_THROWS_AS(VectorField(0, 3), ArgumentError);
}

TEST_CASE("an affine map is scaled, sheared, turned, and its inverse leads back") {
  const AffineMap map = affine_map(2, 3, 0.5, 0);
  const Place top = map({-1, 0});  // one pixel up: leans to the right
  CHECK(top.y == doctest::Approx(-2));
  CHECK(top.x == doctest::Approx(1));
  const Place turned = affine_map(1, 1, 0, std::acos(-1.0) / 2)({0, 1});  // counterclockwise: right goes up
  CHECK(turned.y == doctest::Approx(-1));
  CHECK(std::abs(turned.x) < 1e-12);
  AffineMap moved = scaled(affine_map(0.7, 1.3, -0.4, 0.2), 1.5);
  moved.move_y = 3, moved.move_x = -8;
  const Place back = inverse(moved)(moved({5, 7}));
  CHECK(back.y == doctest::Approx(5));
  CHECK(back.x == doctest::Approx(7));
  CHECK_THROWS_AS(inverse(AffineMap{1, 1, 1, 1}), ArgumentError);
}
