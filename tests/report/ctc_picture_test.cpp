// Tests of the picture of a reading.
#include "tinyhtr/report/ctc_picture.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "support/pixel.hpp"

using namespace tinyhtr;
using tinyhtr::test::pixel;

namespace {

const Vocabulary vocabulary("abc é");
constexpr int blank = 5;

/// Logits (T,1,6) that say `path`: 6 for the class of each step, 0 for the others.
Tensor<float> saying(const std::vector<int>& path) {
  Tensor<float> logits(Shape{static_cast<Index>(path.size()), 1, 6});
  for (std::size_t t = 0; t < path.size(); ++t) logits(static_cast<Index>(t), 0, path[t]) = 6;
  return logits;
}

bool has_red(const Image& image, Index top) {
  for (Index y = top; y < image.height; ++y) {
    for (Index x = 0; x < image.width; ++x) {
      if (pixel(image, y, x) == detail::picture_red) return true;
    }
  }
  return false;
}

constexpr Index cell = 20;  // as wide as a cell may be, for so few steps

/// Where the heat map begins: the image is drawn as wide as its steps.
Index map_top(const Image& input, Index steps, Index sweeps = 1) {
  const Index height = std::max<Index>(8, steps * cell / sweeps * input.height / input.width);
  return detail::picture_title + height + detail::picture_gap;
}

}  // namespace

TEST_CASE("ctc_picture: cells have the colours of their probabilities, the label's path a frame") {
  const std::vector<int> path = {blank, 1, 1, blank, 0, blank, 2, blank};
  const Tensor<float> logits = saying(path);
  const Image input(8, 32, 1, 200);
  const Image picture = ctc_picture(input, logits, 0, "ba", vocabulary);
  const Index top = map_top(input, 8);
  // Rows: b, a of the label, c of the reading, the blank.
  const std::vector<int> rows = {1, 0, 2, blank};
  CHECK(picture.height == top + 4 * detail::picture_row + detail::picture_gap);
  const double high = std::exp(6.0) / (std::exp(6.0) + 5), low = 1 / (std::exp(6.0) + 5);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::size_t t = 0; t < path.size(); ++t) {
      const Index y = top + static_cast<Index>(r) * detail::picture_row + 10;
      const Index x = detail::picture_margin + static_cast<Index>(t) * cell + 10;
      CHECK(pixel(picture, y, x) == heat_colour(path[t] == rows[r] ? high : low));
    }
  }
  const auto framed = [&](Index row, Index first, Index last) {  // at all four sides
    const Index y = top + row * detail::picture_row + 1, x = detail::picture_margin + first * cell;
    const Index bottom = top + (row + 1) * detail::picture_row - 1,
                right = detail::picture_margin + (last + 1) * cell - 1;
    return pixel(picture, y, x + 5) == detail::picture_red && pixel(picture, bottom, x + 5) == detail::picture_red &&
           pixel(picture, y + 5, x) == detail::picture_red && pixel(picture, y + 5, right) == detail::picture_red;
  };
  CHECK(framed(0, 1, 2));  // b over two steps
  CHECK(framed(1, 4, 4));  // a
  CHECK(framed(3, 0, 0));  // blanks
  CHECK(framed(3, 3, 3));
  CHECK(framed(3, 5, 7));  // also where the network says c: the label has none
  CHECK_FALSE(framed(2, 6, 6));
}

TEST_CASE("ctc_picture: without an alignment there are no frames") {
  const Image input(8, 32, 3, 200);
  const Tensor<float> logits = saying({0, 1});
  for (const char* label : {"abc", "aa", "xyz", "中文"}) {  // too long, too many repeats, unknown
    const Image picture = ctc_picture(input, logits, 0, label, vocabulary);
    CHECK_FALSE(has_red(picture, map_top(input, 2)));
  }
  CHECK(has_red(ctc_picture(input, logits, 0, "ab", vocabulary), map_top(input, 2)));
  CHECK(has_red(ctc_picture(input, logits, 0, "", vocabulary), map_top(input, 2)));  // an empty label is all blanks
  ctc_picture(input, saying({3, 4, 3}), 0, " é ", vocabulary);                       // rows with names in words
}

TEST_CASE("ctc_picture: a network that sweeps over the image has it drawn for each sweep") {
  CHECK(sweeps_of(WordNetOptions()) == 4);
  CHECK(sweeps_of(small_word_net()) == 1);
  WordNetOptions columns;
  columns.scan = Scan::columns;
  CHECK(sweeps_of(columns) == 1);

  Image input(8, 16, 1, 255);
  fill_area(input, 0, 0, 8, 4, {0, 0, 0});  // a black bar at the left, over the whole height
  const Image picture = ctc_picture(input, saying(std::vector<int>(8, blank)), 0, "a", vocabulary, 4);
  const Index each = 2 * cell, height = each * 8 / 16;
  for (Index sweep = 0; sweep < 4; ++sweep) {
    for (Index band = 0; band < 4; ++band) {
      const Index y = detail::picture_title + band * height / 4 + 2, x = detail::picture_margin + sweep * each + 3;
      CHECK(picture.at(y, x) == (band == sweep ? 0 : 190));  // clear in the rows of the sweep, else pale
      CHECK(picture.at(y, x + each / 2) >= 250);
    }
  }
}

TEST_CASE("ctc_picture: arguments that do not fit") {
  const Image input(8, 32, 1, 200);
  const Tensor<float> logits = saying({0, 1, 2});
  CHECK_THROWS_AS(ctc_picture(input, logits, 1, "a", vocabulary), ArgumentError);
  CHECK_THROWS_AS(ctc_picture(input, logits, 0, "a", Vocabulary("ab")), ArgumentError);
  CHECK_THROWS_AS(ctc_picture(input, logits, 0, "a", vocabulary, 2), ArgumentError);
  CHECK_THROWS_AS(ctc_picture(input, logits, 0, "a", vocabulary, 0), ArgumentError);
  CHECK_THROWS_AS(ctc_picture(Image(), logits, 0, "a", vocabulary), ArgumentError);
  CHECK_THROWS_AS(ctc_picture(input, Tensor<float>(Shape{0, 1, 6}), 0, "a", vocabulary), ArgumentError);
  CHECK_THROWS_AS(ctc_picture(input, Tensor<float>(Shape{3, 6}), 0, "a", vocabulary), ShapeError);
}
