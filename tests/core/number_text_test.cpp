// Tests of numbers as people read them.
#include "tinyhtr/core/number_text.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>

using namespace tinyhtr;

TEST_CASE("a fixed number of digits") {
  CHECK(fixed(2.0 / 3, 3) == "0.667");
  CHECK(fixed(-1, 0) == "-1");
}

TEST_CASE("the shortest text reads back to the same bits") {
  CHECK(shortest(0) == "0");
  CHECK(shortest(5e-4) == "0.0005");
  CHECK(shortest(16) == "16");
  CHECK(shortest(1e-7) == "1.0e-07");
  CHECK(shortest(1.5e-7) == "1.5e-07");
  CHECK(shortest(1e20) == "1.0e+20");
  for (const double value : {1.0 / 3, -2.0 / 7, 1e15, 123456789012345.67, 1e-5, 9.999e-6, 2.2250738585072014e-308,
                             std::numeric_limits<double>::max(), -std::numeric_limits<double>::epsilon()}) {
    CHECK(std::stod(shortest(value)) == value);
  }
  CHECK(shortest(std::numeric_limits<double>::infinity()) == "inf");
}

TEST_CASE("times") {
  CHECK(clock_time(0) == "00:00");
  CHECK(clock_time(61.6) == "01:02");
  CHECK(clock_time(3723) == "1:02:03");
  CHECK(clock_time(std::numeric_limits<double>::quiet_NaN()) == "00:00");
}
