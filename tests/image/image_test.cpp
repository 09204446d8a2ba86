// Tests of Image: its layout, its limits, the way into a batch.
#include "tinyhtr/image/image.hpp"

#include <doctest/doctest.h>

#include <cstdint>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/tensor.hpp"

using namespace tinyhtr;

TEST_CASE("an image is row-major (H,W,C)") {
  Image image(2, 3, 3, 7);
  CHECK(image.pixels.size() == 18);
  CHECK(image.at(1, 2, 2) == 7);
  image.at(1, 0, 2) = 200;
  CHECK(image.pixels[1 * 9 + 0 * 3 + 2] == 200);
  CHECK(image.row(1)[2] == 200);
  CHECK(image.to_string() == "2 x 3 x 3 (height x width x channels)");
  Image other = image;
  CHECK(other == image);
  other.at(0, 0) = 8;
  CHECK_FALSE(other == image);
}

TEST_CASE("an image without pixels, with odd channels, or of absurd size is refused") {
  CHECK_THROWS_AS(Image(0, 3, 1), ArgumentError);
  CHECK_THROWS_AS(Image(3, -1, 1), ArgumentError);
  CHECK_THROWS_AS(Image(3, 3, 2), ArgumentError);
  CHECK_THROWS_AS(Image(3, 3, 4), ArgumentError);
  CHECK_THROWS_AS(Image(Index{1} << 40, Index{1} << 40, 3), ArgumentError);
  CHECK_THROWS_AS(Image((Index{1} << 28) + 1, 1, 1), ArgumentError);
}

TEST_CASE_TEMPLATE("copy_to_batch writes (H,W,C) bytes into one row of (N,C,H,W)", T, float, double) {
  Image image(2, 3, 3);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = static_cast<std::uint8_t>(14 * i);
  Tensor<T> batch(Shape{3, 3, 2, 3}, T(-1));
  copy_to_batch(image, batch, 1);
  for (Index c = 0; c < 3; ++c) {
    for (Index y = 0; y < 2; ++y) {
      for (Index x = 0; x < 3; ++x) {
        CHECK(batch(1, c, y, x) == static_cast<T>(image.at(y, x, c)));
        CHECK(batch(0, c, y, x) == T(-1));
        CHECK(batch(2, c, y, x) == T(-1));
      }
    }
  }
}

TEST_CASE("copy_to_batch refuses other shapes, other rows, images without pixels") {
  const Image image(2, 3, 1);
  Tensor<float> batch(Shape{2, 1, 2, 3});
  CHECK_THROWS_AS(copy_to_batch(image, batch, 2), ArgumentError);
  CHECK_THROWS_AS(copy_to_batch(image, batch, -1), ArgumentError);
  CHECK_THROWS_AS(copy_to_batch(Image(), batch, 0), ArgumentError);
  Tensor<float> colour(Shape{2, 3, 2, 3}), turned(Shape{2, 1, 3, 2}), flat(Shape{2, 6});
  CHECK_THROWS_AS(copy_to_batch(image, colour, 0), ShapeError);
  CHECK_THROWS_AS(copy_to_batch(image, turned, 0), ShapeError);
  CHECK_THROWS_AS(copy_to_batch(image, flat, 0), ShapeError);
  Image torn = image;
  torn.width = 4;  // the fields are public
  Tensor<float> wide(Shape{1, 1, 2, 4});
  CHECK_THROWS_AS(copy_to_batch(torn, wide, 0), ArgumentError);
}
