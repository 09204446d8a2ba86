// Tests of histogram_of.
#include "tinyhtr/io/histogram.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <vector>

using namespace tinyhtr;

namespace {

std::vector<HistogramBucket> of(const std::vector<double>& values, Index buckets) {
  return histogram_of(std::span<const double>(values), buckets);
}

}  // namespace

TEST_CASE("values are counted where they lie, the largest in the last bucket") {
  const auto histogram = of({0, 0.5, 1, 1.5, 3.9, 4}, 4);
  REQUIRE(histogram.size() == 4);
  const std::vector<Index> counts = {2, 2, 0, 2};
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(histogram[i].left == static_cast<double>(i));
    CHECK(histogram[i].right == static_cast<double>(i + 1));
    CHECK(histogram[i].count == counts[i]);
  }
}

TEST_CASE("equal values, none, such that are no number") {
  const auto equal = of({2, 2, 2}, 3);
  CHECK(equal[0].count == 0);
  CHECK(equal[2].count == 3);
  CHECK(equal[0].left == 2);
  CHECK(equal[2].right == 2);
  CHECK(of({}, 5).size() == 5);
  CHECK(of({}, 5)[4].count == 0);
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  const auto some = of({nan, 1, infinity, 3, -infinity}, 2);
  CHECK(some[0].left == 1);
  CHECK(some[1].right == 3);
  CHECK(some[0].count + some[1].count == 2);
  CHECK(of({nan}, 2)[1].count == 0);
  CHECK_THROWS_AS(of({1}, 0), ArgumentError);
}

TEST_CASE("every value is in one bucket, however far or close the values are") {
  constexpr double largest = std::numeric_limits<double>::max(), smallest = std::numeric_limits<double>::denorm_min();
  for (const std::vector<double>& values :
       {std::vector<double>{-largest, 0, largest}, {0, smallest, 2 * smallest}, {1, 1 + 1e-15, 1 + 2e-15}, {-5, 1e9}}) {
    const auto histogram = of(values, 30);
    Index count = 0;
    double left = values.front();
    for (const HistogramBucket& bucket : histogram) {
      CHECK(bucket.left >= left);
      CHECK(bucket.right >= bucket.left);
      left = bucket.left;
      count += bucket.count;
    }
    CHECK(count == static_cast<Index>(values.size()));
    CHECK(histogram.front().left == values.front());
    CHECK(histogram.back().right == values.back());
  }
}
