// Tests of sharpening against OpenCV.
#include "tinyhtr/image/sharpen.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "support/image.hpp"
#include "tinyhtr/core/error.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

TEST_CASE("sharpen agrees with cv::filter2D within one grey level") {
  const std::pair<double, double> parameters[] = {{0.75, 0.25}, {2, 1}, {1.3, 0.6}};
  for (const char* name : {"noise", "grey", "word", "pixel", "row"}) {
    const Image input = load_image("input_" + std::string(name));
    const std::vector<Image> expected = load_images("sharpen_" + std::string(name));
    for (std::size_t i = 0; i < expected.size(); ++i) {
      CAPTURE(name);
      CAPTURE(i);
      CHECK(worst_difference(sharpen(input, parameters[i].first, parameters[i].second), expected[i]) <= 1);
    }
  }
}

TEST_CASE("alpha 0 changes nothing; lightness 1 keeps flat areas, 0 darkens them") {
  const Image input = load_image("input_noise");
  CHECK(sharpen(input, 1.5, 0) == input);
  CHECK(sharpen(Image(4, 5, 3, 100), 1, 1) == Image(4, 5, 3, 100));
  CHECK(sharpen(Image(4, 5, 1, 100), 0, 1) == Image(4, 5, 1, 0));
  CHECK(sharpen(Image(4, 5, 1, 100), 0, 0.25) == Image(4, 5, 1, 75));
}

TEST_CASE("parameters that are no numbers or beyond all sense, and images without pixels, are refused") {
  const Image image(2, 2, 1);
  CHECK_THROWS_AS(sharpen(image, std::nan(""), 1), ArgumentError);
  CHECK_THROWS_AS(sharpen(image, 1, std::nan("")), ArgumentError);
  CHECK_THROWS_AS(sharpen(image, 1e30, 1), ArgumentError);
  CHECK_THROWS_AS(sharpen(Image(), 1, 1), ArgumentError);
}
