// Tests of the learning rate that falls along a cosine.
#include "tinyhtr/optim/cosine.hpp"

#include <doctest/doctest.h>

using namespace tinyhtr;

TEST_CASE("the rate falls from the first to the last, fastest in the middle") {
  const Cosine cosine{.first = 3, .last = 1};
  CHECK(cosine.rate(0) == doctest::Approx(3));
  CHECK(cosine.rate(0.5) == doctest::Approx(2));
  CHECK(cosine.rate(1.0 / 3) == doctest::Approx(2.5));  // cos 60 degrees
  CHECK(cosine.rate(1) == doctest::Approx(1));
  CHECK(cosine.rate(0) - cosine.rate(0.1) < cosine.rate(0.45) - cosine.rate(0.55));
}
