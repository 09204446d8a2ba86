// Tests of telling light ink on dark paper from dark ink on light paper.
#include "tinyhtr/image/normalise_polarity.hpp"

#include <doctest/doctest.h>

#include <cstdint>

#include "support/image.hpp"
#include "support/ink.hpp"
#include "tinyhtr/core/error.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

namespace {

Image negative(Image image) {
  for (std::uint8_t& level : image.pixels) level = static_cast<std::uint8_t>(255 - level);
  return image;
}

}  // namespace

TEST_CASE("a negative is turned back, a word stays as it is") {
  const Image word = written(60, 140);
  CHECK(NormalisePolarity()(word) == word);
  CHECK(NormalisePolarity()(negative(word)) == word);
}

TEST_CASE("a full stop and a dash that fill their image are no negatives") {
  Image stop(11, 11, 1, 230);
  draw_stroke(stop, 5, 5, 5, 5, 11);
  CHECK(NormalisePolarity()(stop) == stop);
  Image dash(9, 30, 1, 230);
  draw_stroke(dash, 4, 4, 4, 25, 9);
  CHECK(NormalisePolarity()(dash) == dash);
}

TEST_CASE("an empty image becomes light") {
  CHECK(NormalisePolarity()(Image(5, 9, 1, 20)) == Image(5, 9, 1, 235));
  CHECK(NormalisePolarity()(Image(5, 9, 1, 200)) == Image(5, 9, 1, 200));
  CHECK_THROWS_AS(NormalisePolarity()(Image(5, 9, 3)), ArgumentError);
}
