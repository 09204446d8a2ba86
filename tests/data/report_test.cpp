// Tests of DataReport.
#include "tinyhtr/data/report.hpp"

#include <doctest/doctest.h>

using namespace tinyhtr;

TEST_CASE("DataReport: counts and names what is dropped") {
  DataReport report;
  const DataReport& counts = report;  // to count takes no right to change
  report.source = "words.txt";
  CHECK(report.summary() == "nothing dropped");
  report.drop(17, "a01-117-05-02", DropReason::broken, "not a PNG");
  report.drop(3, "", DropReason::malformed, "2 of 9 fields");
  report.drop(18, "a01-117-05-03", DropReason::broken, "");
  CHECK(report.broken == 2);
  CHECK(counts.count(DropReason::broken) == 2);
  CHECK(report.malformed == 1);
  CHECK(report.missing == 0);
  CHECK(report.summary() == "1 malformed row, 2 broken image");
  CHECK(report.dropped[0].to_string() == "words.txt:17: a01-117-05-02: broken image: not a PNG");
  CHECK(report.dropped[1].to_string() == "words.txt:3: malformed row: 2 of 9 fields");
  CHECK(report.dropped[2].to_string() == "words.txt:18: a01-117-05-03: broken image");
}

TEST_CASE("DataReport: each reason has a counter of its own") {
  DataReport report;
  for (const DropReason reason : all_drop_reasons) {
    CHECK(report.count(reason) == 0);
    report.drop(1, "id", reason, "");
    CHECK(report.count(reason) == 1);
  }
  CHECK(report.dropped.size() == 7);
}

TEST_CASE("DataReport: a folder has no lines") {
  DataReport report;
  report.source = "images";
  report.drop(0, "a/1.png", DropReason::no_text, "expected a/1.gt.txt");
  CHECK(report.dropped[0].to_string() == "images: a/1.png: image without text: expected a/1.gt.txt");
}
