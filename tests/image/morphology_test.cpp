// Tests of erode beside dilate, against OpenCV.
#include "tinyhtr/image/morphology.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "support/image.hpp"
#include "tinyhtr/core/error.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

TEST_CASE("erode and dilate are cv::erode and cv::dilate, for odd, even and oversized kernels") {
  const Index kernels[] = {1, 2, 3, 4, 5, 40};
  for (const char* name : {"colour", "grey", "pixel", "row"}) {
    const Image input = load_image("input_" + std::string(name));
    const std::vector<Image> eroded = load_images("erode_" + std::string(name));
    const std::vector<Image> dilated = load_images("dilate_" + std::string(name));
    REQUIRE(eroded.size() == 6);
    for (std::size_t i = 0; i < eroded.size(); ++i) {
      CAPTURE(name);
      CAPTURE(kernels[i]);
      CHECK(worst_difference(erode(input, kernels[i]), eroded[i]) == 0);
      CHECK(worst_difference(dilate(input, kernels[i]), dilated[i]) == 0);
    }
  }
}

TEST_CASE("dilating the negative is eroding") {
  const auto negative = [](Image image) {
    for (std::uint8_t& level : image.pixels) level = static_cast<std::uint8_t>(255 - level);
    return image;
  };
  const Image input = load_image("input_noise");
  CHECK(negative(dilate(negative(input), 3)) == erode(input, 3));
}

TEST_CASE("kernels below 1 and images without pixels are refused") {
  const Image image(2, 2, 1);
  CHECK_THROWS_AS(erode(image, 0), ArgumentError);
  CHECK_THROWS_AS(dilate(image, -3), ArgumentError);
  CHECK_THROWS_AS(erode(Image(), 3), ArgumentError);
  CHECK_THROWS_AS(dilate(Image(), 3), ArgumentError);
}
