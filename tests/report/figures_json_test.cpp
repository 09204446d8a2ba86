// Tests of figures as JSON.
#include "tinyhtr/report/figures_json.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace tinyhtr;

namespace {

nlohmann::ordered_json figures_of(const std::vector<WordReading>& readings) {
  const std::vector<CountedWord> words = counted_words(readings);
  return figures_json(sum_of(words), report_intervals(words));
}

}  // namespace

TEST_CASE("figures_json: every figure with its intervals and what it is of") {
  const auto json = figures_of({{"", "a", "x", "abcd", "abcx", 1}, {"", "b", "y", "ab", "ab", 1}});
  CHECK(json["words"] == 2);
  CHECK(json["characters"] == 6);
  CHECK(json["writers"] == 2);
  CHECK(json["edits"] == 1);
  CHECK(json["wrong_words"] == 1);
  CHECK(json["cer_micro"]["value"].get<double>() == doctest::Approx(1.0 / 6));
  CHECK(json["cer_macro"]["value"].get<double>() == doctest::Approx(0.125));
  CHECK(json["wer"]["value"].get<double>() == 0.5);
  for (const char* rate : {"cer_micro", "cer_macro", "wer"}) {
    CAPTURE(rate);
    CHECK(json[rate]["low"].get<double>() == 0);
    CHECK(json[rate]["high"].get<double>() >= json[rate]["value"].get<double>());
    CHECK(json[rate]["low_by_writers"].get<double>() == 0);
    CHECK(json[rate]["high_by_writers"].get<double>() >= json[rate]["value"].get<double>());
  }
  CHECK(json["wer"]["high"].get<double>() == 1);
  CHECK(json["level"].get<double>() == 0.95);
  CHECK(json["resamples"] == 1000);
}

TEST_CASE("figures_json: no intervals by writers where fewer than two are known") {
  const auto unknown = figures_of({{"", "a", "", "abcd", "abcx", 1}, {"", "b", "", "ab", "ab", 1}});
  CHECK(unknown["writers"].is_null());
  CHECK_FALSE(unknown["wer"].contains("low_by_writers"));
  const auto one = figures_of({{"", "a", "x", "abcd", "abcx", 1}, {"", "b", "", "ab", "ab", 1}});
  CHECK(one["writers"] == 1);
  CHECK_FALSE(one["wer"].contains("high_by_writers"));
  CHECK_THROWS_AS(figures_json(ErrorRate{}, ReportIntervals{}), ArgumentError);
}

TEST_CASE("shared_writers_json: the counts, or null where nobody is known") {
  CHECK(shared_writers_json(SharedWriters{}).is_null());
  SharedWriters counts;
  counts.training = 3;
  counts.validation = 2;
  counts.shared = 1;
  counts.shared_words = 7;
  counts.unknown_validation = 4;
  const auto json = shared_writers_json(counts);
  CHECK(json.dump() ==
        R"({"training":3,"validation":2,"shared":1,"shared_words":7,"training_words":0,"validation_words":0,)"
        R"("unknown_training":0,"unknown_validation":4})");
}
