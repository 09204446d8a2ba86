// Tests of calibration: tables by hand, ends, ties, readings that are calibrated by construction.
#include "tinyhtr/metrics/calibration.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "tinyhtr/core/random.hpp"

using namespace tinyhtr;
using Readings = std::vector<RatedReading>;

TEST_CASE("calibration: a table by hand, bins of equal width") {
  const Readings readings = {{0.1, false}, {0.2, true}, {0.9, true}, {0.8, true}, {0.7, false}, {1.0, true}};
  const Calibration found = calibration(readings, 2);
  REQUIRE(found.bins.size() == 2);
  CHECK(found.bins[0].count == 2);
  CHECK(found.bins[0].mean_confidence == doctest::Approx(0.15));
  CHECK(found.bins[0].accuracy == 0.5);
  CHECK(found.bins[1].count == 4);
  CHECK(found.bins[1].mean_confidence == doctest::Approx(0.85));
  CHECK(found.bins[1].accuracy == 0.75);
  CHECK(found.expected_error == doctest::Approx(2.0 / 6 * 0.35 + 4.0 / 6 * 0.1));
  CHECK(found.maximum_error == doctest::Approx(0.35));
  CHECK(found.accuracy == doctest::Approx(4.0 / 6));
  CHECK(found.mean_confidence == doctest::Approx(3.7 / 6));
  CHECK(found.count == 6);
}

TEST_CASE("calibration: both ends and the borders belong to a bin, empty bins stay in the table") {
  const Readings readings = {{0, false}, {0.25, false}, {0.2500001, true}, {1, true}};
  const Calibration found = calibration(readings, 4);
  REQUIRE(found.bins.size() == 4);
  CHECK(found.bins[0].count == 2);
  CHECK(found.bins[1].count == 1);
  CHECK(found.bins[2].count == 0);
  CHECK(found.bins[2].low == 0.5);
  CHECK(found.bins[2].high == 0.75);
  CHECK(found.bins[3].count == 1);
  CHECK(calibration(Readings{{1, true}, {0, false}}).expected_error == 0);
  CHECK(calibration(Readings{{1, false}, {0, true}}).expected_error == 1);
}

TEST_CASE("calibration: bins of equal mass hold as many, and keep equal confidences together") {
  Readings readings;
  for (int i = 0; i < 10; ++i) readings.push_back({0.01 * i * i, i % 2 == 0});
  const Calibration even = calibration(readings, 5, Binning::equal_mass);
  REQUIRE(even.bins.size() == 5);
  for (const CalibrationBin& bin : even.bins) CHECK(bin.count == 2);
  CHECK(even.bins[1].low == doctest::Approx(0.04));
  CHECK(even.bins[1].high == doctest::Approx(0.09));
  CHECK(even.bins[1].gap() == doctest::Approx(0.5 - 0.065));

  Readings ties(7, {0.5, true});
  ties.push_back({0.9, true});
  ties.push_back({0.5, false});
  ties.push_back({0.1, false});
  const Calibration found = calibration(ties, 5, Binning::equal_mass);
  std::reverse(ties.begin(), ties.end());
  const Calibration other = calibration(ties, 5, Binning::equal_mass);
  Index count = 0;
  REQUIRE(found.bins.size() == other.bins.size());
  for (std::size_t b = 0; b < found.bins.size(); ++b) {
    count += found.bins[b].count;
    CHECK(found.bins[b].count == other.bins[b].count);
    CHECK(found.bins[b].accuracy == other.bins[b].accuracy);
    if (b > 0) CHECK(found.bins[b].low > found.bins[b - 1].high);
  }
  CHECK(count == 10);
  CHECK(calibration(Readings(9, {1, true}), 3, Binning::equal_mass).bins.size() == 1);
}

TEST_CASE("calibration: readings that are right as often as they say have a small error, overconfident ones not") {
  Random random(3);
  Readings honest, proud;
  for (int i = 0; i < 20000; ++i) {
    const double p = random.uniform();
    honest.push_back({p, random.chance(p)});
    proud.push_back({std::sqrt(p), honest.back().is_right});
  }
  for (const Binning binning : {Binning::equal_width, Binning::equal_mass}) {
    CHECK(calibration(honest, 15, binning).expected_error < 0.015);
    CHECK(calibration(honest, 15, binning).maximum_error < 0.06);
    CHECK(calibration(proud, 15, binning).expected_error ==
          doctest::Approx(1.0 / 6).epsilon(0.05));  // mean of sqrt p - p
  }
}

TEST_CASE("calibration: what it refuses") {
  CHECK_THROWS_AS(calibration(Readings{}), ArgumentError);
  CHECK_THROWS_AS(calibration(Readings{{0.5, true}}, 0), ArgumentError);
  for (const double bad : {-0.1, 1.1, std::nan("")}) {
    CHECK_THROWS_WITH_AS(calibration(Readings{{0.5, true}, {bad, true}}), doctest::Contains("place 1"), ArgumentError);
  }
}
