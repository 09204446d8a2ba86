// Tests of fitting a word to a height.
#include "tinyhtr/image/fit_height.hpp"

#include <doctest/doctest.h>

#include <utility>

#include "support/image.hpp"
#include "tinyhtr/core/error.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

TEST_CASE("a free width follows the word") {
  const FitHeight fit;
  const FitSize size = fit_size(fit, 64, 200);
  CHECK(size.word_height == 32);
  CHECK(size.word_width == 100);
  CHECK(size.height == 32);
  CHECK(size.width == 108);
  CHECK(size.left == 4);
  CHECK(size.top == 0);
  CHECK(size.scale_y == 0.5);
  CHECK(size.scale_x == 0.5);
  CHECK(fit_size(fit, 64, 201).width == 112);  // 101 + 8, rounded up to a multiple of 4
  CHECK(fit_size(fit, 64, 201).left == 5);
}

TEST_CASE("a small image stays small, in the middle") {
  const FitSize stop = fit_size(FitHeight(), 7, 5);
  CHECK(stop.word_height == 7);
  CHECK(stop.word_width == 5);
  CHECK(stop.top == 12);
  CHECK(stop.width == 16);
  CHECK(stop.left == 5);
  CHECK(fit_size(FitHeight{.magnify_at_most = 100}, 7, 5).word_height == 32);
  CHECK(fit_size(FitHeight{.magnify_at_most = 2}, 7, 5).word_height == 14);
}

TEST_CASE("a fixed width is letterboxed, a word too wide is shrunk") {
  const FitHeight fixed{.width = 128};
  CHECK(fit_size(fixed, 64, 100).width == 128);
  CHECK(fit_size(fixed, 64, 100).word_width == 50);
  CHECK(fit_size(fixed, 64, 100).left == 39);
  const FitSize wide = fit_size(fixed, 64, 480);
  CHECK(wide.width == 128);
  CHECK(wide.word_width == 120);
  CHECK(wide.word_height == 16);
  CHECK(wide.top == 8);
  const FitSize widest = fit_size(FitHeight(), 32, 1 << 20);
  CHECK(widest.width == 2048);
  CHECK(widest.word_height == 1);
  for (Index height = 1; height < 90; height += 7) {
    for (Index width = 1; width < 5000; width = 2 * width + 3) {
      for (const FitHeight& fit : {fixed, FitHeight(), FitHeight{.margin = 0, .width_multiple = 7, .max_width = 100}}) {
        const FitSize size = fit_size(fit, height, width);
        CHECK(size.left >= fit.margin);
        CHECK(size.width - size.left - size.word_width >= fit.margin);
        CHECK(size.top >= 0);
        CHECK(size.top + size.word_height <= size.height);
        if (fit.width == 0) CHECK(size.width % fit.width_multiple == 0);
        if (fit.width == 0) CHECK(size.width <= fit.max_width);
      }
    }
  }
}

TEST_CASE("stretched, every word fills the width") {
  const FitHeight stretched{.width = 128, .stretch = true};
  for (const auto& [height, width] : {std::pair<Index, Index>{64, 100}, {7, 5}, {30, 900}}) {
    const FitSize size = fit_size(stretched, height, width);
    CHECK(size.height == 32);
    CHECK(size.word_height == 32);
    CHECK(size.top == 0);
    CHECK(size.width == 128);
    CHECK(size.word_width == 120);
    CHECK(size.left == 4);
    CHECK(size.scale_y == doctest::Approx(32.0 / static_cast<double>(height)));
    CHECK(size.scale_x == doctest::Approx(120.0 / static_cast<double>(width)));
  }
  CHECK_THROWS_WITH_AS(fit_size(FitHeight{.stretch = true}, 5, 5), doctest::Contains("fixed width"), ArgumentError);
}

TEST_CASE("fit_image puts the resized word on paper") {
  Image image(64, 100, 1, 7);
  const FitHeight fit;
  const Image result = fit_image(fit, image);
  const FitSize size = fit_size(fit, 64, 100);
  CHECK(result.height == 32);
  CHECK(result.width == size.width);
  for (Index x = 0; x < result.width; ++x) {
    CHECK(result.at(13, x) == (x >= size.left && x < size.left + size.word_width ? 7 : 255));
  }
  const Image noise = load_image("input_noise");
  CHECK(channel(fit_image(fit, noise), 1) == fit_image(fit, channel(noise, 1)));
}

TEST_CASE("parameters between which no word fits are refused") {
  CHECK_THROWS_AS(fit_size(FitHeight(), 0, 5), ArgumentError);
  CHECK_THROWS_AS(fit_size(FitHeight{.height = 0}, 5, 5), ArgumentError);
  CHECK_THROWS_AS(fit_size(FitHeight{.magnify_at_most = -1}, 5, 5), ArgumentError);
  CHECK_THROWS_WITH_AS(fit_size(FitHeight{.width = 8}, 5, 5), doctest::Contains("no room"), ArgumentError);
  CHECK_THROWS_AS(fit_size(FitHeight{.width_multiple = 0}, 5, 5), ArgumentError);
  CHECK_THROWS_WITH_AS(fit_size(FitHeight{.min_width = 3000}, 5, 5), doctest::Contains("min_width"), ArgumentError);
  CHECK_THROWS_AS(fit_image(FitHeight(), Image()), ArgumentError);
}
