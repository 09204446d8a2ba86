// Tests of preprocessing as a whole: the order of steps, what they refuse, fitting.
#include "tinyhtr/image/preprocessing.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <limits>

#include "support/image.hpp"
#include "support/ink.hpp"
#include "tinyhtr/core/error.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

TEST_CASE("one word on other papers, inks and light comes out alike") {
  const Preprocessing preprocessing = Preprocessing::standard();
  const Image word = written(60, 140), expected = preprocessing(word);
  CHECK(expected.height == 32);
  CHECK(*std::min_element(expected.pixels.begin(), expected.pixels.end()) < 20);
  CHECK(expected.at(0, 0) == 255);

  const auto changed = [&word](const auto& level) {
    Image image(word.height, word.width, 1);
    for (Index y = 0; y < word.height; ++y) {
      for (Index x = 0; x < word.width; ++x) {
        image.at(y, x) = static_cast<std::uint8_t>(level(static_cast<double>(word.at(y, x)), y, x));
      }
    }
    return image;
  };
  const Image faint = changed([](double v, Index, Index) { return 150 + v / 5; });
  const Image negative = changed([](double v, Index, Index) { return 255 - v; });
  const Image dark_negative = changed([](double v, Index, Index) { return 140 - v / 2; });
  const Image shaded = changed([](double v, Index y, Index x) {
    return 60 + v * 0.5 + 0.25 * static_cast<double>(x) + 0.2 * static_cast<double>(y);
  });
  CHECK(worst_difference(preprocessing(faint), expected) <= 8);
  CHECK(worst_difference(preprocessing(negative), expected) <= 2);
  CHECK(worst_difference(preprocessing(dark_negative), expected) <= 4);
  CHECK(worst_difference(preprocessing(shaded), expected) <= 24);
  CHECK(preprocessing(in_three_channels(word)) == expected);
}

TEST_CASE("prepare is the steps one after the other, fitting comes last") {
  const Image word = written(60, 140);
  Preprocessing preprocessing = Preprocessing::standard();
  const Image prepared = CropToInk()(NormaliseContrast()(NormalisePolarity()(word)));
  CHECK(preprocessing.prepare(word) == prepared);
  CHECK(preprocessing(word) == fit_image(preprocessing.fit, prepared));
  preprocessing.steps = {};
  CHECK(preprocessing.prepare(word) == word);
  CHECK(preprocessing.prepare(in_three_channels(word)) == word);
  CHECK(step_name(PreprocessingStep(CropToInk())) == "crop_to_ink");
}

TEST_CASE("any picture goes through, with noise, with one pixel, with nothing on it") {
  Preprocessing preprocessing = Preprocessing::standard();
  preprocessing.steps.push_back(Deslant());
  CHECK(preprocessing(Image(1, 1, 1, 0)) == Image(32, 16, 1, 255));
  CHECK(preprocessing(Image(40, 90, 3, 130)) == preprocessing(Image(40, 90, 3, 255)));
  CHECK(preprocessing(load_image("input_noise")).height == 32);
  CHECK(preprocessing(Image(1, 5000, 1, 90)).height == 32);
  CHECK(preprocessing(Image(5000, 1, 1, 90)).width == 16);
}

TEST_CASE("steps refuse coloured images, and parameters out of range") {
  Preprocessing preprocessing;
  const Image image(9, 9, 3, 200);
  preprocessing.steps = {CropToInk()};
  CHECK_THROWS_WITH_AS(preprocessing(image), doctest::Contains("crop_to_ink: expected a grey image"), ArgumentError);
  CHECK_THROWS_AS(preprocessing(Image()), ArgumentError);
  preprocessing.steps = {ToGrey(), CropToInk{.faintness = std::numeric_limits<double>::quiet_NaN()}};
  CHECK_THROWS_WITH_AS(preprocessing(image), doctest::Contains("crop_to_ink: faintness is nan"), ArgumentError);
  preprocessing.steps = {ToGrey(), Deslant{.max_shear = 1000}};
  CHECK_THROWS_WITH_AS(preprocessing(image), doctest::Contains("deslant: max_shear is 1000"), ArgumentError);
}
