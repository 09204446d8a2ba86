// Tests of the words of a report.
#include "tinyhtr/report/word_reading.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace tinyhtr;

TEST_CASE("word_readings: an evaluation's predictions with their samples") {
  Evaluation evaluation;
  evaluation.predictions = {{1, "read", 0.5, 2}, {0, "", 0.25, 1}};
  const std::vector<Sample> samples = {{"a.png", "A", "a01-000u-00-00", 1}, {"b.png", "bread", "b01-000-00-00", 2}};
  const Writers writers = parse_writers("a01-000u 007", "forms.txt");
  const std::vector<WordReading> words = word_readings(evaluation, samples, writers);
  REQUIRE(words.size() == 2);
  CHECK(words[0].image == "b.png");
  CHECK(words[0].label == "bread");
  CHECK(words[0].reading == "read");
  CHECK(words[0].confidence == 0.5);
  CHECK(words[0].writer == "");
  CHECK(words[1].id == "a01-000u-00-00");
  CHECK(words[1].writer == "007");
  evaluation.predictions[0].sample = 2;
  CHECK_THROWS_AS(word_readings(evaluation, samples), ArgumentError);
  evaluation.predictions[0].sample = -1;
  CHECK_THROWS_AS(word_readings(evaluation, samples), ArgumentError);
}

TEST_CASE("counted_words: errors as ErrorRate counts them, bytes that are not UTF-8 as U+FFFD") {
  std::vector<WordReading> words(2);
  words[0].label = "word";
  words[0].reading = "ward";
  words[1].label = "a\xFF";
  words[1].reading = "a";
  const std::vector<CountedWord> counted = counted_words(words);
  CHECK(counted[1].label == "a\xEF\xBF\xBD");
  CHECK(counted[1].errors.edits == 1);
  const ErrorRate sum = sum_of(counted);
  CHECK(sum.words == 2);
  CHECK(sum.edits == 2);
  CHECK(sum.characters == 6);
}

TEST_CASE("numbers of a report") {
  CHECK(detail::grouped(0) == "0");
  CHECK(detail::grouped(999) == "999");
  CHECK(detail::grouped(1000) == "1,000");
  CHECK(detail::grouped(1234567) == "1,234,567");
  CHECK(detail::grouped(-1234) == "-1,234");
  CHECK(detail::html_percent(0.125) == "<data value=\"0.125\">12.50%</data>");
}
