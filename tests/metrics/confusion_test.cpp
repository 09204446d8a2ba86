// Tests of the counts of confusions.
#include "tinyhtr/metrics/confusion.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "tinyhtr/core/error.hpp"

using namespace tinyhtr;

TEST_CASE("ConfusionCounts: counts every step, the most frequent first") {
  ConfusionCounts counts;
  counts.add("cat", "cut");
  counts.add("hat", "hut");
  counts.add("then", "ten");
  counts.add("ten", "tien");
  counts.add("word", "word");
  CHECK(counts.edits() == 4);
  CHECK(counts.count(EditKind::substitution, 'a', 'u') == 2);
  CHECK(counts.count(EditKind::deletion, 'h', 0) == 1);
  CHECK(counts.count(EditKind::insertion, 0, 'i') == 1);
  CHECK(counts.count(EditKind::match, 'w', 'w') == 1);
  CHECK(counts.count(EditKind::substitution, 'u', 'a') == 0);
  CHECK(counts.occurrences('t') == 4);
  CHECK(counts.occurrences('a') == 2);
  CHECK(counts.occurrences('i') == 0);
  CHECK(counts.sorted() == std::vector<Confusion>{{EditKind::substitution, 'a', 'u', 2},
                                                  {EditKind::insertion, 0, 'i', 1},
                                                  {EditKind::deletion, 'h', 0, 1}});
}

TEST_CASE("ConfusionCounts: nothing wrong, nothing added, invalid UTF-8") {
  ConfusionCounts counts;
  CHECK(counts.sorted().empty());
  CHECK(counts.edits() == 0);
  CHECK_THROWS_AS(counts.add("a", "\xFF"), FormatError);
  CHECK(counts.occurrences('a') == 0);
  counts.add("a", "a");
  CHECK(counts.sorted().empty());
  CHECK(counts.occurrences('a') == 1);
}
