// Tests of bringing paper to white and ink to black.
#include "tinyhtr/image/normalise_contrast.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "support/image.hpp"
#include "support/ink.hpp"
#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/random.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

namespace {

/// 60 x 100 of `level`, with noise of up to +-`noise` and a slope of `down` and `right` levels for each pixel.
Image paper(double level, double noise, double down, double right) {
  Image image(60, 100, 1);
  Random random(5);
  for (Index y = 0; y < 60; ++y) {
    for (Index x = 0; x < 100; ++x) {
      image.at(y, x) = static_cast<std::uint8_t>(level + random.uniform(-noise, noise) + down * static_cast<double>(y) +
                                                 right * static_cast<double>(x));
    }
  }
  return image;
}

int darkest(const Image& image) { return *std::min_element(image.pixels.begin(), image.pixels.end()); }

}  // namespace

TEST_CASE("ink becomes 0 and paper 255, however far apart they were") {
  Image image(30, 40, 1, 190);
  for (Index x = 5; x < 30; ++x) image.at(9, x) = image.at(10, x) = 130;
  image.at(20, 20) = 160;
  const Image result = NormaliseContrast()(image);
  CHECK(result.at(9, 7) == 0);
  CHECK(result.at(0, 0) == 255);
  CHECK(result.at(20, 20) == 128);
}

TEST_CASE("blank paper is not blown up to noise, also where light falls from one side") {
  CHECK(darkest(NormaliseContrast()(paper(200, 6, 0, 0))) >= 243);
  CHECK(darkest(NormaliseContrast()(paper(120, 0, 0.5, 0.4))) >= 253);
  CHECK(darkest(NormaliseContrast()(paper(120, 5, 0.5, 0.4))) >= 243);
  CHECK(NormaliseContrast()(Image(3, 7, 1, 99)) == Image(3, 7, 1, 255));
}

TEST_CASE("a slope is found under ink, and taken out") {
  Image image = paper(120, 0, 0.6, 0.3);
  const Image clean = image;
  for (Index y = 10; y < 50; ++y) {
    for (Index x = 10; x < 40; ++x) {
      if (x % 10 < 3) image.at(y, x) = static_cast<std::uint8_t>(image.at(y, x) - 80);
    }
  }
  const detail::PaperPlane plane = detail::paper_plane(image);
  CHECK(plane.down == doctest::Approx(0.6).epsilon(0.02));
  CHECK(plane.right == doctest::Approx(0.3).epsilon(0.02));
  const Image result = NormaliseContrast()(image);
  for (Index y = 0; y < 60; ++y) {
    for (Index x = 0; x < 100; ++x) CHECK(std::abs(result.at(y, x) - (image.at(y, x) == clean.at(y, x) ? 255 : 0)) < 8);
  }
  const Image uneven = NormaliseContrast{.max_slope = 0}(image);
  CHECK(uneven.at(0, 0) < 200);
}

TEST_CASE("a small image has no slope") {
  const detail::PaperPlane plane = detail::paper_plane(Image(9, 200, 1, 40));
  CHECK(plane.down == 0);
  CHECK(plane.right == 0);
  CHECK_THROWS_AS(NormaliseContrast()(Image(5, 9, 3)), ArgumentError);
}
