// Tests of cutting words: by hand, against every possible cut, words without ink or room.
#include "tinyhtr/decode/cut_characters.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "tinyhtr/core/random.hpp"

using namespace tinyhtr;
using Columns = std::vector<Index>;
using Numbers = std::vector<double>;

namespace {

/// What cut_characters minimises, written once more.
double cost_of(const Columns& cuts, const Numbers& ink, const Numbers& centres, const Numbers& widths, double letter,
               const CutOptions& options) {
  double sum = 0, cost = 0;
  for (const double width : widths) sum += width;
  const auto ink_in = [&](Index x) {
    return x < 0 || x >= static_cast<Index>(ink.size()) ? 0.0 : ink[static_cast<std::size_t>(x)];
  };
  for (std::size_t i = 0; i < widths.size(); ++i) {
    const double expected = std::max(widths[i] * static_cast<double>(cuts.back() - cuts.front()) / sum, 1.0) / letter;
    const double middle = static_cast<double>(cuts[i] + cuts[i + 1]) / 2,
                 width = static_cast<double>(cuts[i + 1] - cuts[i]);
    cost += std::pow((middle - centres[i]) / letter / options.centre_deviation, 2);
    cost += std::pow((width / letter - expected) / options.width_deviation, 2) / expected;
    if (i == 0) continue;
    const double through = std::min(ink_in(cuts[i] - 1), ink_in(cuts[i])) / letter;
    cost += options.ink_weight * std::min(through, options.most_ink);
  }
  return cost;
}

}  // namespace

TEST_CASE("cut_characters: the gap decides, not the network's half step or the usual width") {
  //                   0  1  2  3  4  5  6  7  8  9  10 11
  const Numbers ink = {0, 3, 8, 9, 4, 0, 2, 7, 9, 8, 5, 0};
  CHECK(cut_characters(ink, Numbers{3.5, 8.5}, Numbers{1, 1}, 5) == Columns{1, 6, 11});
  CHECK(cut_characters(ink, Numbers{4.5, 9}, Numbers{1.6, 1}, 5) == Columns{1, 6, 11});
  CHECK(cut_characters(ink, Numbers{6}, Numbers{1}, 5) == Columns{1, 11});
  CHECK(cut_characters(ink, Numbers{}, Numbers{}, 5).empty());
}

TEST_CASE("cut_characters: where all is ink, centres and widths decide") {
  const Numbers ink(30, 9.0);
  CHECK(cut_characters(ink, Numbers{5, 20}, Numbers{1, 2}, 10) == Columns{0, 10, 30});
  CutOptions by_widths;
  by_widths.centre_deviation = std::numeric_limits<double>::infinity();
  CHECK(cut_characters(ink, Numbers{0, 0, 0}, Numbers{5, 1, 4}, 10, by_widths) == Columns{0, 15, 18, 30});
}

TEST_CASE("cut_characters: the least cost of all cuts, tried one by one") {
  for (std::uint32_t round = 0; round < 60; ++round) {
    Random random(11, Purpose::user, 0, round);
    Numbers ink, centres, widths;
    for (int x = 0; x < 14; ++x) ink.push_back(random.chance(0.3) ? 0 : random.uniform(0, 9));
    ink[2] = ink[12] = 5;
    for (int i = 0; i < 3; ++i) {
      centres.push_back(random.uniform(0, 14));
      widths.push_back(random.uniform(1, 5));
    }
    const CutOptions options;
    const double letter = 14;  // all columns are within reach
    const Columns found = cut_characters(ink, centres, widths, letter, options);
    REQUIRE(found.size() == 4);
    double least = std::numeric_limits<double>::infinity();
    for (Index a = found[0]; a <= found[3]; ++a) {
      for (Index b = a; b <= found[3]; ++b) {
        least = std::min(least, cost_of({found[0], a, b, found[3]}, ink, centres, widths, letter, options));
      }
    }
    CAPTURE(round);
    CHECK(cost_of(found, ink, centres, widths, letter, options) == doctest::Approx(least).epsilon(1e-12));
  }
}

TEST_CASE("cut_characters: no ink, no columns, more characters than columns, centres far outside") {
  CHECK(cut_characters(Numbers(10, 0.0), Numbers{2, 8}, Numbers{1, 1}, 5) == Columns{0, 5, 10});
  CHECK(cut_characters(Numbers{}, Numbers{2, 8}, Numbers{1, 1}, 5) == Columns{0, 0, 0});
  for (const double far : {-1e6, 1e6}) {
    const Columns cuts = cut_characters(Numbers(4, 3.0), Numbers(9, far), Numbers(9, 1.0), 1);
    REQUIRE(cuts.size() == 10);
    CHECK(cuts.front() == 0);
    CHECK(cuts.back() == 4);
    for (std::size_t i = 0; i < 9; ++i) CHECK(cuts[i] <= cuts[i + 1]);
  }
}

TEST_CASE("cut_characters: what it refuses") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Numbers ink(10, 1.0);
  CHECK_THROWS_WITH_AS(cut_characters(ink, Numbers{1, 2}, Numbers{1}, 5), doctest::Contains("found 2 and 1"),
                       ArgumentError);
  CHECK_THROWS_WITH_AS(cut_characters(ink, Numbers{1, 2}, Numbers{1, 0}, 5), doctest::Contains("for character 1"),
                       ArgumentError);
  CHECK_THROWS_WITH_AS(cut_characters(ink, Numbers{1}, Numbers{1}, 0), doctest::Contains("a letter"), ArgumentError);
  CHECK_THROWS_AS(cut_characters(ink, Numbers{nan}, Numbers{1}, 5), ArgumentError);
  CHECK_THROWS_AS(cut_characters(ink, Numbers{1}, Numbers{nan}, 5), ArgumentError);
}
