// Tests of ink along slanted lines: columns by hand, leaning bars, the sum of the ink, what is refused.
#include "tinyhtr/image/slanted_ink.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

#include "tinyhtr/core/random.hpp"

using namespace tinyhtr;
using Numbers = std::vector<double>;

namespace {

/// Paper of 20 rows and 60 columns with bars 4 pixels wide that lean to the right by `lean` columns a row; `feet`:
/// their columns in the lowest row.
Image leaning_bars(const std::vector<Index>& feet, double lean) {
  Image image(20, 60, 1, 255);
  for (const Index foot : feet) {
    for (Index y = 0; y < 20; ++y) {
      const Index x = foot + static_cast<Index>(lean * static_cast<double>(19 - y));
      for (Index i = 0; i < 4; ++i) image.row(y)[x + i] = 0;
    }
  }
  return image;
}

double sum_of(std::span<const double> list) { return std::accumulate(list.begin(), list.end(), 0.0); }

}  // namespace

TEST_CASE("SlantedInk: upright lines are columns, greys count in part, the lightest quarter is paper") {
  Image image(3, 4, 1, 255);
  image.row(0)[1] = image.row(1)[1] = image.row(2)[1] = 0;
  image.row(1)[2] = 255 - 255 / 2;  // half dark: a third of the way from a quarter to black
  image.row(2)[3] = 200;            // paper
  const SlantedInk ink(image);
  CHECK(ink.margin() == 0);
  REQUIRE(ink.of_lines().size() == 4);
  CHECK(ink.of_lines()[0] == 0);
  CHECK(ink.of_lines()[1] == 3);
  CHECK(ink.of_lines()[2] == doctest::Approx(1.0 / 3).epsilon(0.01));
  CHECK(ink.of_lines()[3] == 0);
}

TEST_CASE("SlantedInk: a leaning bar stands on four or five lines, at its middle") {
  const SlantedInk upright(leaning_bars({10}, 1)), leaning(leaning_bars({10}, 1), -1);
  CHECK(sum_of(upright.of_lines()) == doctest::Approx(80));
  CHECK(sum_of(leaning.of_lines()) == doctest::Approx(80));
  CHECK(leaning.margin() == 20);
  for (std::size_t line = 0; line < leaning.of_lines().size(); ++line) {
    CAPTURE(line);
    const double place = static_cast<double>(line) - 20;  // the middle row is 9.5, where the bar is at 19.5 to 23.5
    const bool is_inside = place > 19 && place < 23, is_edge = place == 19 || place == 23;
    CHECK(leaning.of_lines()[line] == doctest::Approx(is_inside ? 20 : is_edge ? 10 : 0));
  }
}

TEST_CASE("SlantedInk: the ink between two lines, over columns that overlap") {
  const Image image = leaning_bars({5, 12, 25}, 1);
  const SlantedInk ink(image, -1);
  const std::vector<InkExtent> extents = ink.extents_between(Numbers{0, 20, 30, 45, 58});
  REQUIRE(extents.size() == 4);
  CHECK(extents[0] == InkExtent{5, 28});
  CHECK(extents[1] == InkExtent{12, 35});  // begins below the first bar's head
  CHECK(extents[2] == InkExtent{25, 48});
  CHECK(extents[3] == InkExtent{45, 58});                                           // no ink: the places themselves
  CHECK(SlantedInk(image).extents_between(Numbers{0, 20})[0] == InkExtent{5, 20});  // upright, the bars are cut
  CHECK(ink.extents_between(Numbers{}).empty());
  CHECK(ink.extents_between(Numbers{3}).empty());
}

TEST_CASE("SlantedInk: no shear loses ink or leaves its lines, of any size of image") {
  Random random(5, Purpose::user);
  for (int round = 0; round < 200; ++round) {
    const auto height = static_cast<Index>(1 + random.below(9)), width = static_cast<Index>(1 + random.below(9));
    Image image(height, width, 1, 255);
    double sum = 0;
    for (std::uint8_t& pixel : image.pixels) {
      pixel = static_cast<std::uint8_t>(random.below(256));
      sum += ink_of_pixel(pixel);
    }
    const double shear = (static_cast<double>(random.below(65)) - 32) / 8;
    CAPTURE(shear);
    CHECK(sum_of(SlantedInk(image, shear).of_lines()) == doctest::Approx(sum));
  }
}

TEST_CASE("SlantedInk: what is refused") {
  CHECK_THROWS_AS(SlantedInk(Image(4, 4, 3, 255)), ArgumentError);
  CHECK_THROWS_AS(SlantedInk(Image(4, 4, 1, 255), 17), ArgumentError);
  CHECK_THROWS_AS(SlantedInk(Image(4, 4, 1, 255), std::numeric_limits<double>::quiet_NaN()), ArgumentError);
  CHECK_THROWS_AS(SlantedInk(Image(4, 4, 1, 255)).extents_between(Numbers{1, 0}), ArgumentError);
}
