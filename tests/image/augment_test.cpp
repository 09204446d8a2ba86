// Tests of the random augmentations: what is drawn, how often, from which stream.
#include "tinyhtr/image/augment.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "support/image.hpp"
#include "tinyhtr/core/error.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

namespace {

Random stream(std::uint32_t sample) { return Random(3, Purpose::augment, 1, sample); }

AugmentOptions always() {
  AugmentOptions options;
  options.probability = 1;
  options.erode_dilate_kernel = 3;
  return options;
}

using Augmentation = Image (*)(Image, const AugmentOptions&, Random&);
const std::vector<Augmentation> all_four = {random_brightness, random_erode_dilate, random_sharpen, random_rotate};

}  // namespace

TEST_CASE("the same stream gives the same image, another stream another") {
  const Image input = load_image("input_colour");
  for (std::size_t i = 0; i < all_four.size(); ++i) {
    CAPTURE(i);
    Random first = stream(4), second = stream(4);
    CHECK(all_four[i](input, always(), first) == all_four[i](input, always(), second));
  }
  std::set<std::vector<std::uint8_t>> different;
  for (std::uint32_t sample = 0; sample < 50; ++sample) {
    Random first = stream(sample), second = stream(sample);
    const Image image = augment(input, always(), first);
    CHECK(image == augment(input, always(), second));
    different.insert(image.pixels);
  }
  CHECK(different.size() == 50);
}

TEST_CASE("each is applied as often as the probability says, apart from the others") {
  const Image input = load_image("input_colour");
  AugmentOptions options = always();
  options.probability = 0.5;
  for (std::size_t i = 0; i < all_four.size(); ++i) {
    int changed = 0;
    for (std::uint32_t sample = 0; sample < 1000; ++sample) {
      Random random = stream(sample);
      changed += all_four[i](input, options, random) == input ? 0 : 1;
    }
    CAPTURE(i);
    CHECK(changed > 420);  // 500 expected, deviation 16
    CHECK(changed < 580);
  }
  int untouched = 0;
  for (std::uint32_t sample = 0; sample < 2000; ++sample) {
    Random random = stream(sample);
    untouched += augment(input, options, random) == input ? 1 : 0;
  }
  CHECK(untouched > 80);  // 2000 / 16 = 125 expected, deviation 11
  CHECK(untouched < 170);
  options.probability = 0;
  Random random = stream(0);
  CHECK(augment(input, options, random) == input);
}

TEST_CASE("erode and dilate come equally often; a kernel of 1 does nothing") {
  const Image input = load_image("input_word");
  const Image eroded = erode(input, 3), dilated = dilate(input, 3);
  int eroded_count = 0, dilated_count = 0;
  for (std::uint32_t sample = 0; sample < 1000; ++sample) {
    Random random = stream(sample);
    const Image image = random_erode_dilate(input, always(), random);
    eroded_count += image == eroded ? 1 : 0;
    dilated_count += image == dilated ? 1 : 0;
  }
  CHECK(eroded_count + dilated_count == 1000);
  CHECK(eroded_count > 420);
  CHECK(dilated_count > 420);
  AugmentOptions options = always();
  options.erode_dilate_kernel = 1;
  Random random = stream(0);
  CHECK(random_erode_dilate(input, options, random) == input);
}

TEST_CASE("brightness factors stay within 1 +- delta / 255, and reach towards both ends") {
  int darkest = 255, brightest = 0;
  for (std::uint32_t sample = 0; sample < 1000; ++sample) {
    Random random = stream(sample);
    const int level = random_brightness(Image(1, 1, 1, 100), always(), random).at(0, 0);
    darkest = std::min(darkest, level);
    brightest = std::max(brightest, level);
  }
  CHECK(darkest >= 60);  // 100 (1 - 100/255) = 60.8
  CHECK(darkest <= 62);
  CHECK(brightest >= 137);
  CHECK(brightest <= 139);
}

TEST_CASE("rotation angles stay within their limit; border channels are drawn one by one, or as one") {
  AugmentOptions options = always();
  const Image input(40, 100, 3, 255);
  bool coloured = false;
  Index highest = 0;
  for (std::uint32_t sample = 0; sample < 200; ++sample) {
    Random random = stream(sample);
    const Image image = random_rotate(input, options, random);
    coloured = coloured || image.at(0, 0, 0) != image.at(0, 0, 1);
    highest = std::max(highest, image.height);
  }
  CHECK(coloured);
  CHECK(highest <= 56);  // 40 cos 10 + 100 sin 10 = 56.8
  CHECK(highest >= 54);
  options.grey_border = true;
  for (std::uint32_t sample = 0; sample < 50; ++sample) {
    Random random = stream(sample);
    const Image image = random_rotate(input, options, random);
    CHECK(channel(image, 0) == channel(image, 1));
    CHECK(channel(image, 0) == channel(image, 2));
  }
}

TEST_CASE("augment is the four in the tutorial's order, from one stream; each can be left out") {
  const Image input = load_image("input_colour");
  for (std::uint32_t sample = 0; sample < 20; ++sample) {
    Random together = stream(sample), apart = stream(sample);
    Image expected = input;
    for (const Augmentation& augmentation : all_four) expected = augmentation(expected, always(), apart);
    CHECK(augment(input, always(), together) == expected);
  }
  AugmentOptions options = always();
  options.brightness = options.erode_dilate = options.rotate = false;
  Random only = stream(9), alone = stream(9);
  CHECK(augment(input, options, only) == random_sharpen(input, always(), alone));
}

TEST_CASE("one pixel survives everything, grey and coloured") {
  for (const Image& pixel : {Image(1, 1, 1, 77), load_image("input_pixel")}) {
    for (std::uint32_t sample = 0; sample < 100; ++sample) {
      Random random = stream(sample);
      const Image image = augment(pixel, always(), random);
      CHECK(image.channels == pixel.channels);
      CHECK(image.height >= 1);
      CHECK(image.width >= 1);
    }
  }
}

TEST_CASE("options outside their ranges, and images without pixels, are refused") {
  const Image image(2, 2, 1);
  const auto refused = [&](auto change) {
    AugmentOptions options;
    change(options);
    Random random = stream(0);
    CHECK_THROWS_AS(augment(image, options, random), ArgumentError);
    for (const Augmentation& one : all_four) CHECK_THROWS_AS(one(image, options, random), ArgumentError);
  };
  refused([](AugmentOptions& options) { options.probability = 1.5; });
  refused([](AugmentOptions& options) { options.probability = std::numeric_limits<double>::quiet_NaN(); });
  refused([](AugmentOptions& options) { options.brightness_delta = 256; });
  refused([](AugmentOptions& options) { options.erode_dilate_kernel = 0; });
  refused([](AugmentOptions& options) { options.sharpen_lightness_low = 3; });
  refused([](AugmentOptions& options) { options.sharpen_alpha_low = 2; });
  refused([](AugmentOptions& options) { options.rotate_degrees = -1; });
  Random random = stream(0);
  CHECK_THROWS_AS(augment(Image(), AugmentOptions(), random), ArgumentError);
}
