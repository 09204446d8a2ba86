// Tests of noise.
#include "tinyhtr/image/noise.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "tinyhtr/core/error.hpp"

using namespace tinyhtr;

TEST_CASE("noise has mean 0, its deviation, the tails of a normal one, and is the stream's alone") {
  Image image(300, 401, 1, 128), again = image, other = image;
  Random random(1), same(1);
  add_noise(image, 12, random);
  add_noise(again, 12, same);
  add_noise(other, 12, same);
  CHECK(image == again);
  CHECK(image != other);
  double sum = 0, squares = 0, beyond_two = 0;
  for (const std::uint8_t level : image.pixels) {
    const double change = level - 128.0;
    sum += change, squares += change * change, beyond_two += std::abs(change) > 24.5 ? 1 : 0;
  }
  const auto count = static_cast<double>(image.pixels.size());
  CHECK(std::abs(sum / count) < 0.15);
  CHECK(std::sqrt(squares / count) == doctest::Approx(12).epsilon(0.02));
  CHECK(beyond_two / count == doctest::Approx(0.041).epsilon(0.2));
}

TEST_CASE("no noise changes nothing, levels are clipped, bad deviations refused") {
  Image image(3, 50, 3, 255);
  Random random(1);
  add_noise(image, 0, random);
  CHECK(image == Image(3, 50, 3, 255));
  add_noise(image, 255, random);
  CHECK_THROWS_AS(add_noise(image, -1, random), ArgumentError);
  CHECK_THROWS_AS(add_noise(image, std::nan(""), random), ArgumentError);
  Image nothing;
  CHECK_THROWS_AS(add_noise(nothing, 1, random), ArgumentError);
}
