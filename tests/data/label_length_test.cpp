// Tests of the time steps that a label needs.
#include "tinyhtr/data/label_length.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace tinyhtr;

TEST_CASE("time_steps_needed: characters and doubled letters") {
  CHECK(time_steps_needed("") == 0);
  CHECK(time_steps_needed("a") == 1);
  CHECK(time_steps_needed("abc") == 3);
  CHECK(time_steps_needed("hello") == 6);
  CHECK(time_steps_needed("aaa") == 5);
  CHECK(time_steps_needed("committee") == 12);
  CHECK(time_steps_needed("\xC3\xA9\xC3\xA9") == 3);
  CHECK(time_steps_needed("\xC3\xA9\xC3\xA8") == 2);  // the bytes C3 repeat, the characters do not
  CHECK_THROWS_AS(time_steps_needed("\xC3"), FormatError);
}

TEST_CASE("drop_long_labels: keeps what fits exactly, names what does not") {
  std::vector<Sample> samples{{"a.png", "abcdef", "w1", 4}, {"b.png", "hello", "w2", 5}, {"c.png", "helloo", "w3", 6}};
  DataReport report;
  report.source = "words.txt";
  drop_long_labels(samples, 6, report);
  REQUIRE(samples.size() == 2);
  CHECK(samples[0].id == "w1");
  CHECK(samples[1].id == "w2");
  CHECK(report.too_long == 1);
  REQUIRE(report.dropped.size() == 1);
  CHECK(report.dropped[0].to_string() ==
        "words.txt:6: w3: label too long: 'helloo' needs 8 time steps, there are 6");
  CHECK_THROWS_AS(drop_long_labels(samples, 0, report), ArgumentError);
  CHECK(samples.size() == 2);
}
