// Tests of the lengths of padded samples.
#include "tinyhtr/core/lengths.hpp"

#include <doctest/doctest.h>

using namespace tinyhtr;

TEST_CASE("without lengths every sample has all") {
  CHECK(length_of({}, 3, 7) == 7);
  CHECK(length_of({1, 2, 5}, 2, 7) == 5);
}

TEST_CASE("strided lengths are rounded up, and strides one after the other are their product at once") {
  CHECK(strided_lengths({}, 4).empty());
  CHECK(strided_lengths({1, 2, 3, 4, 5, 8}, 1) == Lengths{1, 2, 3, 4, 5, 8});
  CHECK(strided_lengths({1, 2, 3, 4, 5, 8}, 4) == Lengths{1, 1, 1, 1, 2, 2});
  for (Index length = 1; length < 40; ++length) {
    CHECK(strided_lengths(strided_lengths({length}, 2), 3) == strided_lengths({length}, 6));
  }
}

TEST_CASE("lengths that are all full are none") {
  CHECK(without_full_lengths({5, 5}, 5).empty());
  CHECK(without_full_lengths({5, 4}, 5) == Lengths{5, 4});
  CHECK(without_full_lengths({}, 5).empty());
}

TEST_CASE("lengths that fit no batch are errors that name them") {
  CHECK_NOTHROW(check_lengths("here", {}, 3, 5));
  CHECK_NOTHROW(check_lengths("here", {1, 5}, 2, 5));
  CHECK_THROWS_WITH_AS(check_lengths("here", {1, 5}, 3, 5), "here: expected a length for each of 3 samples, found 2",
                       ShapeError);
  CHECK_THROWS_WITH_AS(check_lengths("here", {1, 6}, 2, 5), "here: expected lengths from 1 to 5, found 6 for sample 1",
                       ShapeError);
  CHECK_THROWS_WITH_AS(check_lengths("here", {0, 5}, 2, 5), "here: expected lengths from 1 to 5, found 0 for sample 0",
                       ShapeError);
  CHECK_THROWS_AS(check_lengths("here", {-1}, 1, 5), ShapeError);
}
