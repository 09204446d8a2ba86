// Tests of finding the levels of ink and paper.
#include "tinyhtr/image/ink_levels.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "support/image.hpp"
#include "support/ink.hpp"
#include "tinyhtr/core/error.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

TEST_CASE("two levels are told apart in the middle between them") {
  Image image(10, 10, 1, 200);
  for (Index x = 0; x < 7; ++x) image.at(3, x) = 60;
  const InkLevels levels = ink_levels(image);
  CHECK(levels.dark == 60);
  CHECK(levels.light == 200);
  CHECK(levels.threshold == 129);
  CHECK(levels.contrast() == 140);
}

TEST_CASE("the threshold is where the variance within both classes is least") {
  const Image image = channel(load_image("input_noise"), 0);
  const auto within = [&image](int threshold) {
    double n[2] = {}, sum[2] = {}, squares[2] = {};
    for (const std::uint8_t level : image.pixels) {
      const std::size_t k = level <= threshold ? 0 : 1;
      ++n[k], sum[k] += level, squares[k] += level * level;
    }
    double total = 0;
    for (std::size_t k = 0; k < 2; ++k) total += n[k] > 0 ? squares[k] - sum[k] * sum[k] / n[k] : 0;
    return total;
  };
  double least = within(255);
  for (int threshold = 0; threshold < 255; ++threshold) least = std::min(least, within(threshold));
  CHECK(within(ink_levels(image).threshold) == doctest::Approx(least));
}

TEST_CASE("a flat image has no contrast, a coloured one is refused") {
  for (const int level : {0, 1, 128, 255}) {
    const InkLevels levels = ink_levels(Image(3, 5, 1, static_cast<std::uint8_t>(level)));
    CHECK(levels.light == level);
    CHECK(levels.contrast() == 0);
  }
  const auto counts = level_counts(Image(3, 5, 1, 9));
  CHECK(counts[9] == 15);
  CHECK_THROWS_AS(ink_levels(Image(3, 3, 3)), ArgumentError);
  CHECK_THROWS_AS(ink_levels(Image()), ArgumentError);
}
