// Tests of the edit distance.
#include "tinyhtr/metrics/edit_distance.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/random.hpp"

using namespace tinyhtr;

namespace {

/// The recurrence as it stands, without memory: exponential, and for short texts right.
Index by_recursion(const std::string& a, const std::string& b) {
  if (a.empty()) return static_cast<Index>(b.size());
  if (b.empty()) return static_cast<Index>(a.size());
  const std::string a_rest = a.substr(1), b_rest = b.substr(1);
  return std::min({by_recursion(a_rest, b) + 1, by_recursion(a, b_rest) + 1,
                   by_recursion(a_rest, b_rest) + (a[0] == b[0] ? 0 : 1)});
}

}  // namespace

TEST_CASE("edit_distance: known values") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("abc", "abc") == 0);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("abc", "") == 3);
  CHECK(edit_distance("kitten", "sitting") == 3);
  CHECK(edit_distance("saturday", "sunday") == 3);
  CHECK(edit_distance("ab", "ba") == 2);
  CHECK(edit_distance("abc", "abxc") == 1);
  CHECK(edit_distance("M Ps", "MPs") == 1);
}

TEST_CASE("edit_distance: counts code points, not bytes") {
  CHECK(edit_distance("caf\xC3\xA9", "cafe") == 1);
  CHECK(edit_distance("\xE2\x82\xAC", "") == 1);
  CHECK(edit_distance(U"\u20AC", U"\u00E9") == 1);
  CHECK_THROWS_AS(edit_distance("caf\xE9", "cafe"), FormatError);
}

TEST_CASE("edit_distance: over classes") {
  const std::vector<int> a{1, 2, 3}, b{1, 3, 3, 4};
  CHECK(edit_distance(std::span<const int>(a), std::span<const int>(b)) == 2);
}

TEST_CASE("edit_distance: equals the recurrence, is symmetric, obeys the triangle") {
  Random random(11);
  const auto word = [&random] {
    std::string text;
    for (std::uint32_t length = random.below(6); length > 0; --length) text += static_cast<char>('a' + random.below(3));
    return text;
  };
  for (int i = 0; i < 300; ++i) {
    const std::string a = word(), b = word(), c = word();
    CAPTURE(a);
    CAPTURE(b);
    CHECK(edit_distance(a, b) == by_recursion(a, b));
    CHECK(edit_distance(a, b) == edit_distance(b, a));
    CHECK(edit_distance(a, c) <= edit_distance(a, b) + edit_distance(b, c));
  }
}
