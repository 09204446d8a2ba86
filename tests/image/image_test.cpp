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

TEST_CASE_TEMPLATE("copy_to_batch into a wider batch: at the left, and a colour beside it", T, float, double) {
  Image image(2, 3, 3);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = static_cast<std::uint8_t>(14 * i);
  for (const Index width : {3, 4, 9}) {
    Tensor<T> batch(Shape{3, 3, 2, width}, T(-1));
    copy_to_batch(image, batch, 1, T(255));
    for (Index c = 0; c < 3; ++c) {
      for (Index y = 0; y < 2; ++y) {
        for (Index x = 0; x < width; ++x) {
          CHECK(batch(1, c, y, x) == (x < 3 ? static_cast<T>(image.at(y, x, c)) : T(255)));
          CHECK(batch(0, c, y, x) == T(-1));
          CHECK(batch(2, c, y, x) == T(-1));
        }
      }
    }
  }
}

TEST_CASE("copy_to_batch into a wider batch refuses wider images, other shapes, other rows") {
  const Image image(2, 3, 1);
  Tensor<float> narrow(Shape{1, 1, 2, 2}), tall(Shape{1, 1, 3, 5}), colour(Shape{1, 3, 2, 5}), wide(Shape{2, 1, 2, 5});
  CHECK_THROWS_WITH_AS(copy_to_batch(image, narrow, 0, 255.0f),
                       doctest::Contains("is wider than the batch of shape (1,1,2,2)"), ShapeError);
  CHECK_THROWS_AS(copy_to_batch(image, tall, 0, 255.0f), ShapeError);
  CHECK_THROWS_AS(copy_to_batch(image, colour, 0, 255.0f), ShapeError);
  for (const Index n : {-1, 2}) CHECK_THROWS_AS(copy_to_batch(image, wide, n, 255.0f), ArgumentError);
  CHECK_THROWS_AS(copy_to_batch(Image(), wide, 0, 255.0f), ArgumentError);
}

TEST_CASE("widen_with_paper: white on both sides, the larger half to the right") {
  for (const Index channels : {1, 3}) {
    Image image(2, 3, channels);
    for (std::size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = static_cast<std::uint8_t>(10 * i);
    for (const Index width : {0, 3, 4, 5, 8}) {
      const Image wide = widen_with_paper(image, width);
      const Index expected_width = std::max<Index>(3, width), left = (expected_width - 3) / 2;
      REQUIRE(wide.width == expected_width);
      REQUIRE(wide.channels == channels);
      for (Index y = 0; y < 2; ++y) {
        for (Index x = 0; x < expected_width; ++x) {
          for (Index c = 0; c < channels; ++c) {
            const bool inside = x >= left && x < left + 3;
            CHECK(wide.at(y, x, c) == (inside ? image.at(y, x - left, c) : 255));
          }
        }
      }
    }
  }
  CHECK_THROWS_AS(widen_with_paper(Image(), 5), ArgumentError);
}
