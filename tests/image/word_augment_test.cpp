// Tests of the augmentation of words as a whole, and of where words are placed.
#include "tinyhtr/image/word_augment.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "support/image.hpp"
#include "tinyhtr/core/error.hpp"
#include "tinyhtr/image/draw.hpp"
#include "tinyhtr/image/fit_height.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

namespace {

/// Something like a word: strokes that go from the top to the bottom and from end to end, `border` pixels of paper.
Image drawn_word(Index height, Index width, Index border) {
  Image image(height, width, 1, 255);
  const Index thick = std::max<Index>(1, height / 12), inner = height - 2 * border, end = width - border;
  for (Index x = border, i = 0; x + thick <= end; x += 3 * thick, ++i) {
    fill_area(image, border + (i % 3) * inner / 4, x, inner - (i % 2) * inner / 3 - (i % 3) * inner / 4, thick, {0});
  }
  fill_area(image, border + inner / 2, border, thick, width - 2 * border, {0});
  fill_area(image, border, end - thick, inner, thick, {0});
  return image;
}

std::vector<FitHeight> fits() {
  std::vector<FitHeight> all(5);
  all[1].width = 128;
  all[2].height = 48, all[2].width_multiple = 8, all[2].margin = 0;
  all[3].max_width = 90;
  all[4].magnify_at_most = 4;
  return all;
}

double darkness(const Image& image) {
  double sum = 0;
  for (const std::uint8_t level : image.pixels) sum += 255 - level;
  return sum;
}

WordAugmentOptions only(double WordAugmentOptions::*kind) {
  WordAugmentOptions options = WordAugmentOptions::none();
  options.*kind = 1;
  return options;
}

}  // namespace

TEST_CASE("without any augmentation the result is that of the evaluation") {
  for (const FitHeight& fit : fits()) {
    for (const auto& size : {Shape{70, 190}, Shape{31, 47}, Shape{12, 9}, Shape{211, 640}, Shape{64, 1}, Shape{1, 1}}) {
      CAPTURE(fit.height);
      CAPTURE(fit.width);
      CAPTURE(size[0]);
      CAPTURE(size[1]);
      const Image word = size[1] > 8 ? drawn_word(size[0], size[1], 2) : Image(size[0], size[1], 1, 255);
      Random random(1);
      CHECK(worst_difference(augment_word(word, fit, WordAugmentOptions::none(), random), fit_image(fit, word)) <= 2);
    }
  }
}

TEST_CASE("an affine map that changes nothing is the plain fit") {
  WordAugmentOptions options = only(&WordAugmentOptions::affine);
  options.scale_low = options.scale_high = options.aspect_low = options.aspect_high = 1;
  options.shear = options.rotate_degrees = options.shift_y = options.shift_x = options.extra_width = 0;
  Random random(1);
  const Image word = drawn_word(64, 192, 2);  // fits without a rest: 32 x 96
  CHECK(worst_difference(augment_word(word, FitHeight(), options, random), fit_image(FitHeight(), word)) <= 2);
}

TEST_CASE("the result depends on the stream alone, has the height and a width of the fit, and never cuts ink off") {
  for (const FitHeight& fit : fits()) {
    for (const auto& size : {Shape{70, 190}, Shape{40, 30}, Shape{60, 600}}) {
      const Image word = drawn_word(size[0], size[1], 2);
      for (std::uint32_t sample = 0; sample < 40; ++sample) {
        CAPTURE(fit.height);
        CAPTURE(fit.width);
        CAPTURE(size[1]);
        CAPTURE(sample);
        Random random(7, Purpose::augment, 3, sample), again(7, Purpose::augment, 3, sample);
        WordAugmentOptions options;
        const Image full = augment_word(word, fit, options, random);
        CHECK(full == augment_word(word, fit, options, again));
        CHECK(full.height == fit.height);
        if (fit.width > 0) CHECK(full.width == fit.width);
        CHECK(full.width % fit.width_multiple == 0);
        CHECK(full.width >= fit.min_width);
        CHECK(full.width <= fit.max_width);

        options = only(&WordAugmentOptions::affine);
        options.grid_warp = options.elastic = 0.5;
        Random other(8, Purpose::augment, 3, sample);
        const Image bent = augment_word(word, fit, options, other);
        int darkest = 255;  // the word's first and last strokes are black; a column that is cut would be dark
        for (Index y = 0; y < bent.height; ++y) {
          darkest = std::min<int>({darkest, bent.at(y, 0), bent.at(y, bent.width - 1)});
        }
        CHECK(darkest >= 140);
      }
    }
  }
}

TEST_CASE("place_word keeps the ink on the canvas for every shape, also thickened, and gives free widths room") {
  Random random(5);
  for (const FitHeight& fit : fits()) {
    for (int i = 0; i < 300; ++i) {
      InkOutline ink = ink_outline(drawn_word(30 + i % 50, 20 + (i * 37) % 500, i % 4));
      ink.grown = i % 3;
      WordShape shape{random.uniform(0.5, 1.5),  random.uniform(0.5, 2), random.uniform(-1, 1),
                      random.uniform(-0.3, 0.3), random.uniform(-1, 1),  random.uniform(-1, 1),
                      random.uniform(0, 20)};
      const WordPlacement placed = place_word(ink, fit, shape);
      const Box box = mapped_box(ink, placed.to_canvas);
      CAPTURE(i);
      CAPTURE(fit.width);
      CAPTURE(placed.width);
      CHECK(box.top >= -1e-6);
      CHECK(box.bottom <= static_cast<double>(fit.height) + 1e-6);
      CHECK(box.left >= -1e-6);
      CHECK(box.right <= static_cast<double>(placed.width) + 1e-6);
    }
  }
}

TEST_CASE("each kind alone does what it says") {
  const Image word = drawn_word(64, 180, 4), fitted = fit_image(FitHeight(), word);
  for (const WordAugmentKind& kind : word_augment_kinds) {
    CAPTURE(std::string(kind.name));
    int changed = 0;
    for (std::uint32_t sample = 0; sample < 20; ++sample) {
      Random random(1, Purpose::augment, 0, sample);
      changed += augment_word(word, FitHeight(), only(kind.probability), random) != fitted;
    }
    CHECK(changed >= 18);
  }
  int thicker = 0, thinner = 0;
  for (std::uint32_t sample = 0; sample < 40; ++sample) {
    Random random(1, Purpose::augment, 0, sample);
    const double ratio =
        darkness(augment_word(word, FitHeight(), only(&WordAugmentOptions::morphology), random)) / darkness(fitted);
    thicker += ratio > 1.2, thinner += ratio < 0.8;
  }
  CHECK(thicker + thinner == 40);
  CHECK(thicker > 8);
  CHECK(thinner > 8);
}

TEST_CASE("contrast and gamma are the formula, and leave paper as it is") {
  Image image(1, 3, 1);
  image.pixels = {255, 155, 0};
  Image darker = image, bent = image;
  detail::change_darkness(darker, 1.3, 1);
  CHECK(darker.pixels == std::vector<std::uint8_t>{255, 125, 0});
  detail::change_darkness(bent, 0.6, 2);
  CHECK(static_cast<int>(bent.pixels[1]) == std::lrint(255 - 255 * 0.6 * std::pow(100 / 255.0, 2)));
  CHECK(static_cast<int>(bent.pixels[2]) == std::lrint(255 - 255 * 0.6));
}

TEST_CASE("images of one pixel, without ink, all ink, long and thin go through") {
  WordAugmentOptions all;
  for (const WordAugmentKind& kind : word_augment_kinds) all.*kind.probability = 1;
  for (const FitHeight& fit : fits()) {
    for (const auto& size : {Shape{1, 1}, Shape{1, 300}, Shape{300, 1}, Shape{32, 32}, Shape{3, 3000}}) {
      for (const std::uint8_t level : {std::uint8_t{0}, std::uint8_t{255}}) {
        for (std::uint32_t sample = 0; sample < 4; ++sample) {
          Random random(2, Purpose::augment, 0, sample);
          CHECK(augment_word(Image(size[0], size[1], 1, level), fit, all, random).height == fit.height);
        }
      }
    }
  }
}

TEST_CASE("bad options are refused by name, bad images too") {
  const Image word(20, 40, 1, 255);
  const auto message = [&word](auto change) {
    WordAugmentOptions options;
    change(options);
    Random random(1);
    try {
      augment_word(word, FitHeight(), options, random);
    } catch (const ArgumentError& error) {
      return std::string(error.what());
    }
    return std::string("nothing");
  };
  const auto names = [](const std::string& text, const char* name) { return text.find(name) != std::string::npos; };
  CHECK(names(message([](auto& o) { o.affine = 1.5; }), "affine is 1.5"));
  CHECK(names(message([](auto& o) { o.elastic = std::nan(""); }), "elastic is nan"));
  CHECK(names(message([](auto& o) { o.scale_low = 2; }), "scale_low is 2.0"));
  CHECK(names(message([](auto& o) { o.gamma_high = 0.1; }), "gamma_high"));
  CHECK(names(message([](auto& o) { o.occlusion_most = 0; }), "occlusion_most is 0"));
  CHECK(names(message([](auto& o) { o.shear = std::numeric_limits<double>::infinity(); }), "shear is inf"));
  int fields = 0;
  WordAugmentOptions every;
  visit_parameters(every, [&](const char* name, auto& value, auto, auto highest) {  // each field is looked at
    const auto before = value;
    value = highest + 1;
    CAPTURE(std::string(name));
    try {
      check_options(every);
      FAIL_CHECK("not refused");
    } catch (const ArgumentError& error) {
      CHECK(names(error.what(), name));
    }
    value = before;
    ++fields;
  });
  CHECK(fields == 33);
  Random random(1);
  CHECK_THROWS_AS(augment_word(Image(4, 4, 3), FitHeight(), every, random), ArgumentError);
  CHECK_THROWS_AS(augment_word(Image(), FitHeight(), every, random), ArgumentError);
}
