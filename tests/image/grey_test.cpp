// Tests of turning images grey.
#include "tinyhtr/image/grey.hpp"

#include <doctest/doctest.h>

#include "support/image.hpp"
#include "tinyhtr/core/error.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

TEST_CASE("ToGrey weighs the channels as decode_image does") {
  Image image(1, 3, 3);
  for (Index i = 0; i < 3; ++i) image.at(0, i, i) = 255;
  const Image grey = ToGrey()(image);
  CHECK(grey.channels == 1);
  CHECK(grey.at(0, 0) == 76);
  CHECK(grey.at(0, 1) == 150);
  CHECK(grey.at(0, 2) == 29);
  CHECK(ToGrey()(grey) == grey);
  CHECK(ToGrey()(in_three_channels(grey)) == grey);
  CHECK_THROWS_AS(ToGrey()(Image()), ArgumentError);
}
