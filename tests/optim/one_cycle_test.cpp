// Tests of the one-cycle learning rate.
#include "tinyhtr/optim/one_cycle.hpp"

#include <doctest/doctest.h>

using namespace tinyhtr;

TEST_CASE("the rate starts low, rises in a line to the peak, falls along a cosine to nothing") {
  const OneCycle cycle{.peak = 2, .warm_up = 0.25, .start = 0.1};
  CHECK(cycle.rate(0) == doctest::Approx(0.2));
  CHECK(cycle.rate(0.125) == doctest::Approx(1.1));  // halfway up
  CHECK(cycle.rate(0.25) == doctest::Approx(2));
  CHECK(cycle.rate(0.625) == doctest::Approx(1));  // halfway down
  CHECK(cycle.rate(1) == doctest::Approx(0).epsilon(1e-12));
  for (double p = 0.25; p < 0.99; p += 0.01) CHECK(cycle.rate(p) > cycle.rate(p + 0.01));
}

TEST_CASE("without a rise it starts at the peak") {
  CHECK(OneCycle{.peak = 2, .warm_up = 0}.rate(0) == doctest::Approx(2));
}
