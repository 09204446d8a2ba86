// Tests of image_from_batch.
#include "tinyhtr/image/from_batch.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <vector>

using namespace tinyhtr;

TEST_CASE("what copy_to_batch wrote comes back") {
  for (const Index channels : {1, 3}) {
    Tensor<float> batch(Shape{2, channels, 5, 7});
    Image image(5, 7, channels);
    for (std::size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = static_cast<std::uint8_t>(11 * i);
    copy_to_batch(image, batch, 1);
    CHECK(image_from_batch(batch, 1) == image);
    CHECK(image_from_batch(batch, 0) == Image(5, 7, channels));
  }
}

TEST_CASE("levels beyond the ends are cut off, others rounded") {
  const Tensor<double> batch(Shape{1, 1, 1, 5}, {-3, 300, 7.5, 7.4, std::nan("")});
  CHECK(image_from_batch(batch, 0).pixels == std::vector<std::uint8_t>{0, 255, 8, 7, 0});
}

TEST_CASE("arguments out of range") {
  const Tensor<float> batch(Shape{2, 1, 3, 3});
  CHECK_THROWS_AS(image_from_batch(batch, 2), ArgumentError);
  CHECK_THROWS_AS(image_from_batch(batch, -1), ArgumentError);
  CHECK_THROWS_AS(image_from_batch(Tensor<float>(Shape{1, 2, 3, 3}), 0), ArgumentError);
  CHECK_THROWS_AS(image_from_batch(Tensor<float>(Shape{1, 1, 0, 3}), 0), ArgumentError);
  CHECK_THROWS_AS(image_from_batch(Tensor<float>(Shape{3, 3}), 0), ShapeError);
}
