// Tests of places of characters on the original image: the geometry of preprocessing, boxes in order, what is fitted.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "../support/tiny_column_net.hpp"
#include "tinyhtr/io/place_prior.hpp"
#include "tinyhtr/models/fit_place_prior.hpp"
#include "tinyhtr/models/word_net_images.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

namespace {

constexpr int blank = 4;

/// White paper with a black bar for each character: class 0 is 6 pixels wide, class 1 is 18, 2 and 3 are 10; three
/// pixels of paper between bars, 20 on each side.
Image bars(const std::vector<int>& label, Index height = 40) {
  const Index widths[] = {6, 18, 10, 10};
  Index x = 20;
  for (const int number : label) x += widths[number] + 3;
  Image image(height, x + 17, 1, 255);
  x = 20;
  for (const int number : label) {
    for (Index y = 5; y < height - 5; ++y) std::fill_n(image.row(y) + x, widths[number], std::uint8_t{0});
    x += widths[number] + 3;
  }
  return image;
}

Index first_dark_column(const Image& image) {
  for (Index x = 0; x < image.width; ++x) {
    for (Index y = 0; y < image.height; ++y) {
      if (image.row(y)[x * image.channels] < 128) return x;
    }
  }
  return -1;
}

}  // namespace

TEST_CASE("step_geometry: the edges of the ink are where preprocessing brings them") {
  const WordNetOptions options = tiny_column_net();
  for (const Index height : {20, 40, 111}) {
    CAPTURE(height);
    const Image image = bars({1, 2, 1}, height);
    const StepGeometry geometry = step_geometry(options, image);
    const Image fitted = fit_image(image, images_for(options));
    CHECK(geometry.columns_per_step == 4);
    const double edge = geometry.offset + 20 * geometry.scale;
    CHECK(std::abs(edge - static_cast<double>(first_dark_column(fitted))) <= 1);
    CHECK(geometry.x_of_step(edge / 4) == doctest::Approx(20));
    CHECK(geometry.x_low >= 0);
    CHECK(geometry.x_low <= 20);
    CHECK(geometry.x_high >= 20 + 52);
    CHECK(geometry.x_high <= static_cast<double>(image.width));
  }
}

TEST_CASE("step_geometry: stretched and letterboxed images, and steps that are no columns") {
  WordNetOptions options;
  options.scan = Scan::column_maxima;
  const Image image(40, 80, 3, 255);
  StepGeometry geometry = step_geometry(options, image);  // stretched to 128
  CHECK(geometry.scale == doctest::Approx(1.6));
  CHECK(geometry.offset == 0);
  options.keep_aspect_ratio = true;  // 32 / 40 of the size, in the middle of 128 columns
  geometry = step_geometry(options, image);
  CHECK(geometry.scale == doctest::Approx(0.8));
  CHECK(geometry.offset == doctest::Approx(32));
  CHECK_THROWS_AS(step_geometry(WordNetOptions(), image), ArgumentError);
}

TEST_CASE("locate_characters: boxes on the ink, in order, with widths and without") {
  WordNet<float> network(blank + 1, 5, tiny_column_net());
  const std::vector<int> label = {1, 0, 2, 0};
  const Image image = bars(label);
  const StepGeometry geometry = step_geometry(network.options, image);
  const PlacePrior usual{.lags = {0.2, 0.3, 0.2, 0.2}, .widths = {6, 18, 10, 10}};
  for (const PlacePrior& prior : {PlacePrior{}, usual}) {
    const std::vector<CharacterBox> boxes = locate_characters(network, image, label, blank, prior);
    REQUIRE(boxes.size() == label.size());
    CHECK(boxes.front().x_begin >= geometry.x_low);
    CHECK(boxes.back().x_end <= geometry.x_high);
    for (std::size_t i = 0; i < boxes.size(); ++i) {
      CHECK(boxes[i].x_begin <= boxes[i].x_end);
      if (i == 0) continue;
      CHECK(boxes[i].x_begin >= boxes[i - 1].x_begin);
      CHECK(boxes[i].x_end >= boxes[i - 1].x_end);
    }
  }
  CHECK(locate_characters(network, image, {}, blank, usual).empty());
}

TEST_CASE("locate_characters: joined letters part a little behind the cut, no further than the next cut") {
  Image image(20, 32, 1, 0);
  const auto leave = [&image](Index column, Index rows) {
    for (Index y = rows; y < image.height; ++y) image.row(y)[column] = 255;
  };
  for (const Index column : {9, 10}) leave(column, 0);           // paper between the first two
  for (const Index column : {19, 20, 21, 22}) leave(column, 1);  // a stroke between the others
  const detail::SeenWord word{.steps = {{0, 10}, {10, 20}, {20, 22}, {22, 32}},
                              .geometry = {.columns_per_step = 1, .scale = 1, .offset = 0, .x_low = 0, .x_high = 100},
                              .ink = SlantedInk(image),
                              .left = 0};
  const std::vector<int> label = {1, 1, 0, 1};
  const PlacePrior prior{.lags = {0, 0}, .widths = {2, 10}};  // a letter: 6 columns
  const std::vector<double> places = detail::cut_places(word, label, prior, CutOptions{.joint = 0.5});
  REQUIRE(places.size() == 5);
  CHECK(places[0] == 0);
  CHECK(places[1] == 10);  // paper
  CHECK(places[2] == 22);  // the cut is at 20, but the next one at 22
  CHECK(places[3] == 25);  // the cut is at 22
  CHECK(places[4] == 32);
  const std::vector<CharacterBox> boxes = detail::cut_word(word, label, prior, CutOptions{.joint = 0.5});
  REQUIRE(boxes.size() == 4);
  CHECK(boxes[0] == CharacterBox{0, 9});  // its ink; the cut is in the middle of the paper
  CHECK(boxes[1] == CharacterBox{11, 22});
  CHECK(boxes[2] == CharacterBox{22, 25});
  CHECK(boxes[3] == CharacterBox{25, 32});
}

TEST_CASE("locate_characters: letters that lean over each other have boxes that overlap, in order") {
  Image image(40, 90, 1, 255);  // three strokes that lean by 27 degrees, each above the foot of the next
  for (const Index foot : {10, 25, 40}) {
    for (Index y = 0; y < 40; ++y) {
      for (Index i = 0; i < 6; ++i) image.row(y)[foot + (39 - y) / 2 + i] = 0;
    }
  }
  detail::SeenWord word{.steps = {{20, 25}, {35, 40}, {50, 55}},
                        .geometry = {.columns_per_step = 1, .scale = 1, .offset = 0, .x_low = 0, .x_high = 90},
                        .ink = detail::ink_to_cut(image),
                        .left = 0};
  const std::vector<int> label = {0, 0, 0};
  const PlacePrior prior{.lags = {0}, .widths = {15}};
  const std::vector<CharacterBox> boxes = detail::cut_word(word, label, prior, {});
  REQUIRE(boxes.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CAPTURE(i);
    CHECK(std::abs(boxes[i].centre() - (22.5 + 15 * static_cast<double>(i))) <= 3);
  }
  CHECK(boxes[0].x_end > boxes[1].x_begin + 4);
  word.geometry.x_low = 30;  // a box never leaves the image
  for (const CharacterBox& box : detail::cut_word(word, label, prior, {})) {
    CHECK(box.x_begin >= 30);
    CHECK(box.x_begin <= box.x_end);
  }
}

TEST_CASE(
    "locate_characters: a network that reports three pixels too early, the lags, and the paper between the bars") {
  WordNet<float> network(blank + 1, 5, tiny_column_net());
  const std::vector<int> label = {1, 0, 2, 0};
  const double middles[] = {29, 44, 55, 66};
  for (const Index height : {30, 90}) {
    CAPTURE(height);
    detail::SeenWord word = detail::see_word(network, bars(label, height), label, blank);
    for (std::size_t i = 0; i < label.size(); ++i) {
      const double column = word.geometry.offset + word.geometry.scale * (middles[i] - 3);
      word.steps[i] = {column - 1, column + 1};
    }
    const PlacePrior prior{.lags = std::vector<double>(4, 3.0 / 11), .widths = {6, 18, 10, 10}};  // a letter: 11 pixels
    const std::vector<CharacterBox> boxes = detail::cut_word(word, label, prior, {});
    REQUIRE(boxes.size() == 4);
    for (std::size_t i = 0; i < 4; ++i) {
      CAPTURE(i);
      CHECK(std::abs(boxes[i].centre() - middles[i]) <= 2);
    }
    CHECK(boxes.front().x_begin == doctest::Approx(20));
    CHECK(boxes.back().x_end == doctest::Approx(69));
  }
}

TEST_CASE("fit_place_prior: widths of the images, whatever the network's height; the same out of a file") {
  WordNet<float> network(blank + 1, 5, tiny_column_net());
  std::vector<LabelledWord> words;
  Random random(3, Purpose::user);
  for (int i = 0; i < 60; ++i) {
    std::vector<int> label;
    for (std::uint32_t k = 0; k < 2 + random.below(5); ++k) label.push_back(static_cast<int>(random.below(3)));
    words.push_back({bars(label, i % 2 == 0 ? 30 : 60), label});
  }
  const PlacePrior prior = fit_place_prior<float>(network, words, blank);
  REQUIRE(prior.widths.size() == 4);
  CHECK(prior.widths[1] - prior.widths[0] == doctest::Approx(12).epsilon(0.15));  // each has the gap beside it
  CHECK(prior.widths[2] - prior.widths[0] == doctest::Approx(4).epsilon(0.3));
  REQUIRE(prior.lags.size() == 4);
  for (const double lag : prior.lags) CHECK(std::isfinite(lag));

  std::map<std::string, std::string> metadata;
  add_place_prior(metadata, prior);
  const PlacePrior stored = place_prior_of(metadata, 4);
  for (std::size_t c = 0; c < 4; ++c) {
    CHECK(std::abs(stored.lags[c] - prior.lags[c]) <= 0.00501);
    CHECK(std::abs(stored.widths[c] - prior.widths[c]) <= 0.00501);
  }
  CHECK(place_prior_of({}, 4).widths.empty());
}

TEST_CASE("places of characters: what is refused") {
  WordNet<float> network(blank + 1, 5, tiny_column_net());
  const Image image = bars({0, 1});
  CHECK_THROWS_WITH_AS(locate_characters(network, image, std::vector<int>{0}, blank, {.lags = {}, .widths = {1, 2}}),
                       doctest::Contains("of 4 classes, found 0 and 2"), ArgumentError);
  CHECK_THROWS_AS(locate_characters(network, image, std::vector<int>(200, 1), blank), ArgumentError);
  WordNetOptions fixed_width = tiny_column_net();
  fixed_width.width = 64;
  WordNet<float> other(blank + 1, 5, fixed_width);
  CHECK_THROWS_WITH_AS(locate_characters(other, image, std::vector<int>{0}, blank), doctest::Contains("64 columns"),
                       ArgumentError);
  CHECK_THROWS_AS(fit_place_prior<float>(other, {}, blank), ArgumentError);
  CHECK_THROWS_AS(fit_place_prior<float>(network, {}, blank), ArgumentError);
  for (const char* widths : {"[1,2]", "[1,2,3,0]", "[1,2,3,\"4\"]", "7", "[1,2"}) {
    CAPTURE(widths);
    CHECK_THROWS_AS(place_prior_of({{"character_lags", "[0,0,0,0]"}, {"character_widths", widths}}, 4), FormatError);
  }
  CHECK_THROWS_AS(place_prior_of({{"character_lags", "[0,0,0,0]"}}, 4), FormatError);
}
