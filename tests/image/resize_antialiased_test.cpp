// Tests of antialiased resizing against exact area averages.
#include "tinyhtr/image/resize_antialiased.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "support/image.hpp"
#include "tinyhtr/core/error.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

namespace {

/// The mean over the area that output (y,x) covers, edges of pixels included by their share.
double area_average(const Image& image, Index height, Index width, Index y, Index x) {
  const auto overlap = [](double first, double last, Index i) {
    const double start = static_cast<double>(i);
    return std::max(0.0, std::min(last, start + 1) - std::max(first, start));
  };
  const double rows = static_cast<double>(image.height) / static_cast<double>(height);
  const double columns = static_cast<double>(image.width) / static_cast<double>(width);
  const double top = rows * static_cast<double>(y), left = columns * static_cast<double>(x);
  double sum = 0;
  for (Index i = 0; i < image.height; ++i) {
    for (Index j = 0; j < image.width; ++j) {
      sum += overlap(top, top + rows, i) * overlap(left, left + columns, j) * image.at(i, j);
    }
  }
  return sum / (rows * columns);
}

double worst_from_average(const Image& image, const Image& result) {
  double worst = 0;
  for (Index y = 0; y < result.height; ++y) {
    for (Index x = 0; x < result.width; ++x) {
      const double average = area_average(image, result.height, result.width, y, x);
      worst = std::max(worst, std::abs(result.at(y, x) - average));
    }
  }
  return worst;
}

/// 128 + 100 sin: `period` pixels from crest to crest, to the right and half as fast down.
Image waves(Index height, Index width, double period) {
  Image image(height, width, 1);
  for (Index y = 0; y < height; ++y) {
    for (Index x = 0; x < width; ++x) {
      const double phase = 2 * std::numbers::pi * (static_cast<double>(x) + static_cast<double>(y) / 2) / period;
      image.at(y, x) = static_cast<std::uint8_t>(std::lround(128 + 100 * std::sin(phase)));
    }
  }
  return image;
}

}  // namespace

TEST_CASE("pictures without fine detail become their area averages") {
  const Image image = waves(90, 150, 120);
  CHECK(worst_from_average(image, resize_antialiased(image, 32, 53)) < 4);
  CHECK(worst_from_average(image, resize_antialiased(image, 60, 140)) < 4);
}

TEST_CASE("detail too fine for the result becomes grey, where bilinear sampling alone makes it waves") {
  const Image image = waves(96, 192, 3.1);
  const Image result = resize_antialiased(image, 32, 64), aliased = resize_bilinear(image, 32, 64);
  const auto spread = [](const Image& one) {  // away from the edges
    int lowest = 255, highest = 0;
    for (Index y = 4; y < one.height - 4; ++y) {
      for (Index x = 4; x < one.width - 4; ++x) {
        lowest = std::min<int>(lowest, one.at(y, x)), highest = std::max<int>(highest, one.at(y, x));
      }
    }
    return highest - lowest;
  };
  CHECK(spread(result) < 12);
  CHECK(spread(aliased) > 150);
}

TEST_CASE("a thin line keeps its darkness wherever it lies") {
  for (Index x = 30; x < 38; ++x) {
    Image image(8, 80, 1, 255);
    for (Index y = 0; y < 8; ++y) image.at(y, x) = 0;
    const Image result = resize_antialiased(image, 2, 20);
    double darkness = 0;
    for (Index i = 0; i < 20; ++i) darkness += 255 - result.at(0, i);
    CHECK(darkness == doctest::Approx(255.0 / 4).epsilon(0.06));
  }
}

TEST_CASE("very large images are averaged over blocks first") {
  const Image image = waves(700, 300, 900);
  CHECK(worst_from_average(image, resize_antialiased(image, 7, 5)) < 20);
  CHECK(resize_antialiased(Image(3000, 1, 1, 9), 32, 1) == Image(32, 1, 1, 9));
  CHECK(resize_antialiased(Image(1, 9001, 3, 9), 3, 7) == Image(3, 7, 3, 9));
  CHECK(resize_antialiased(Image(1 << 20, 1, 1, 200), 1, 1) == Image(1, 1, 1, 200));
  CHECK(detail::average_blocks(waves(40, 60, 9), 40, 60) == waves(40, 60, 9));
}

TEST_CASE("enlarging is bilinear, bad sizes are refused") {
  const Image image = load_image("input_noise");
  CHECK(resize_antialiased(image, image.height + 3, 2 * image.width) ==
        resize_bilinear(image, image.height + 3, 2 * image.width));
  CHECK(resize_antialiased(image, image.height, image.width) == image);
  CHECK_THROWS_AS(resize_antialiased(image, 0, 5), ArgumentError);
  CHECK_THROWS_AS(resize_antialiased(image, 5, -1), ArgumentError);
  CHECK_THROWS_AS(resize_antialiased(Image(), 5, 5), ArgumentError);
}
