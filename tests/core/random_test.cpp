// Tests of Philox against its published numbers, and of the streams made from it.
#include "tinyhtr/core/random.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <set>
#include <vector>

using namespace tinyhtr;

using Words = std::array<std::uint32_t, 4>;

namespace {

/// Pearson's measure of how unevenly the bins are filled: the sum of (found - expected)^2 / expected.
template <std::size_t bins>
double chi_squared(const std::array<int, bins>& histogram) {
  const double expected = std::accumulate(histogram.begin(), histogram.end(), 0) / static_cast<double>(bins);
  double sum = 0;
  for (const int found : histogram) sum += (found - expected) * (found - expected) / expected;
  return sum;
}

}  // namespace

TEST_CASE("philox gives the numbers published with Random123 (kat_vectors, philox4x32 10)") {
  CHECK(philox({0, 0, 0, 0}, {0, 0}) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
        Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("a stream is philox of its name, block after block") {
  Random stream(0x123456789abcdef0u, Purpose::dropout, 3, 4);
  for (std::uint32_t number = 0; number < 5; ++number) {
    const Words block =
        philox({number, 4, 3, static_cast<std::uint32_t>(Purpose::dropout)}, {0x9abcdef0u, 0x12345678u});
    for (const std::uint32_t word : block) CHECK(stream.next() == word);
  }
}

TEST_CASE("blocks() gives the words of the stream from any place on, and does not move it") {
  const Random name(0x123456789abcdef0u, Purpose::augment, 5, 6);
  Random stream = name;
  std::vector<std::uint32_t> in_order(4 * 40);
  for (std::uint32_t& word : in_order) word = stream.next();
  for (const std::uint32_t first : {0u, 1u, 7u, 16u, 24u}) {
    std::array<std::uint32_t, 64> words{};
    name.blocks(first, words);
    CAPTURE(first);
    CHECK(std::equal(words.begin(), words.end(), in_order.begin() + 4 * static_cast<std::ptrdiff_t>(first)));
  }
  Random not_moved = name;
  CHECK(not_moved.next() == in_order[0]);
}

TEST_CASE("equal names give equal numbers; seed, purpose, epoch and sample each give others") {
  const std::vector<Random> streams{Random(1),
                                    Random(2),
                                    Random(std::uint64_t{1} << 32),
                                    Random(1, Purpose::init),
                                    Random(1, Purpose::shuffle),
                                    Random(1, Purpose::split),
                                    Random(1, Purpose::augment),
                                    Random(1, Purpose::dropout),
                                    Random(1, Purpose::user, 1),
                                    Random(1, Purpose::user, 0, 1)};
  std::set<std::uint32_t> seen;
  for (const Random& stream : streams) {
    Random first = stream, second = stream;
    for (int i = 0; i < 100; ++i) {
      const std::uint32_t word = first.next();
      REQUIRE(second.next() == word);
      seen.insert(word);
    }
  }
  // 1,000 words of 32 bits: that two of them meet by chance is expected once in 8,600 seeds.
  CHECK(seen.size() == 100 * streams.size());
}

TEST_CASE("uniform stays in [0, 1) and fills it evenly") {
  Random random(7);
  constexpr int count = 200000, bins = 20;
  std::array<int, bins> histogram{};
  double sum = 0, sum_of_squares = 0;
  for (int i = 0; i < count; ++i) {
    const double u = random.uniform();
    REQUIRE(u >= 0);
    REQUIRE(u < 1);
    ++histogram[static_cast<std::size_t>(u * bins)];
    sum += u;
    sum_of_squares += u * u;
  }
  const double mean = sum / count;
  const double variance = sum_of_squares / count - mean * mean;
  CHECK(std::abs(mean - 0.5) < 4 * std::sqrt(1.0 / 12 / count));  // four standard deviations of the mean
  CHECK(std::abs(variance - 1.0 / 12) < 4 * std::sqrt(1.0 / 180 / count));
  CHECK(chi_squared(histogram) < 43.8);  // the 99.9th percentile for 19 degrees of freedom
}

TEST_CASE("uniform(low, high) stays between its bounds") {
  Random random(8);
  for (int i = 0; i < 1000; ++i) {
    const double u = random.uniform(-3, -2);
    REQUIRE(u >= -3);
    REQUIRE(u < -2);
  }
}

TEST_CASE("normal has the mean, the deviation and the tails it is asked for") {
  Random random(9);
  constexpr int count = 200000;
  double sum = 0, sum_of_squares = 0;
  int beyond_two = 0;
  for (int i = 0; i < count; ++i) {
    const double z = (random.normal(5, 3) - 5) / 3;
    REQUIRE(std::isfinite(z));
    sum += z;
    sum_of_squares += z * z;
    if (std::abs(z) > 2) ++beyond_two;
  }
  CHECK(std::abs(sum / count) < 4 / std::sqrt(count));
  CHECK(std::abs(sum_of_squares / count - 1) < 4 * std::sqrt(2.0 / count));
  const double share = 0.04550026389635842;  // of a normal distribution beyond two deviations
  CHECK(std::abs(beyond_two - share * count) < 4 * std::sqrt(count * share * (1 - share)));
}

TEST_CASE("below gives every number under its bound equally often") {
  Random random(10);
  constexpr int count = 60000;
  constexpr std::uint32_t bound = 6;
  std::array<int, bound> histogram{};
  for (int i = 0; i < count; ++i) {
    const std::uint32_t number = random.below(bound);
    REQUIRE(number < bound);
    ++histogram[number];
  }
  CHECK(chi_squared(histogram) < 20.5);  // the 99.9th percentile for 5 degrees of freedom
}

TEST_CASE("below has no bias where a plain remainder would have one of a half") {
  // For 3 * 2^30, a plain remainder would give the lowest third half of all draws instead of a third.
  Random random(11);
  constexpr int count = 30000;
  int low = 0;
  for (int i = 0; i < count; ++i) {
    const std::uint32_t number = random.below(3u << 30);
    REQUIRE(number < (3u << 30));
    if (number < (1u << 30)) ++low;
  }
  CHECK(std::abs(low - count / 3.0) < 4 * std::sqrt(count * (1.0 / 3) * (2.0 / 3)));
}

TEST_CASE("below at its ends: 1 gives only 0, the largest bound works, 0 is an error") {
  Random random(12);
  for (int i = 0; i < 10; ++i) CHECK(random.below(1) == 0);
  CHECK(random.below(0xffffffffu) < 0xffffffffu);
  CHECK_THROWS_WITH_AS(random.below(0), "Random::below: the bound has to be positive", ArgumentError);
}

TEST_CASE("chance is never at 0, always at 1, and a quarter at 0.25") {
  Random random(13);
  int hits = 0;
  for (int i = 0; i < 40000; ++i) {
    REQUIRE(!random.chance(0));
    REQUIRE(random.chance(1));
    if (random.chance(0.25)) ++hits;
  }
  CHECK(std::abs(hits - 10000) < 4 * std::sqrt(40000 * 0.25 * 0.75));
}

TEST_CASE("shuffle is a permutation, the same for the same name") {
  std::vector<int> items(1000);
  std::iota(items.begin(), items.end(), 0);
  const std::vector<int> ordered = items;
  Random(14, Purpose::shuffle, 1).shuffle(items);
  CHECK(items != ordered);
  CHECK(std::is_permutation(items.begin(), items.end(), ordered.begin()));

  std::vector<int> again = ordered, other = ordered;
  Random(14, Purpose::shuffle, 1).shuffle(again);
  Random(14, Purpose::shuffle, 2).shuffle(other);
  CHECK(again == items);
  CHECK(other != items);
}

TEST_CASE("shuffle gives every order of three items equally often, and takes none or one") {
  constexpr int count = 60000;
  Random random(15);
  std::array<int, 6> histogram{};
  for (int i = 0; i < count; ++i) {
    std::vector<int> items{0, 1, 2};
    random.shuffle(items);
    ++histogram[static_cast<std::size_t>(items[0] * 2 + (items[1] > items[2] ? 1 : 0))];
  }
  for (const int found : histogram) CHECK(std::abs(found - count / 6.0) < 4 * std::sqrt(count * (1.0 / 6) * (5.0 / 6)));

  std::vector<int> nothing, one{4};
  random.shuffle(nothing);
  random.shuffle(one);
  CHECK(nothing.empty());
  CHECK(one == std::vector<int>{4});
}
