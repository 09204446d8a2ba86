// Tests of the bootstrap intervals.
#include "tinyhtr/metrics/bootstrap.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

using namespace tinyhtr;

namespace {

/// A word of one letter: its three error rates are 0 or 1.
ErrorRate letter(bool wrong) {
  ErrorRate word;
  word.add("a", wrong ? "b" : "a");
  return word;
}

bool equal(const Interval& a, const Interval& b) { return a.low == b.low && a.high == b.high; }

bool holds(const Interval& interval, double value) { return interval.low <= value && value <= interval.high; }

}  // namespace

TEST_CASE("bootstrap_intervals: all right and all wrong have no width") {
  const std::vector<ErrorRate> right(50, letter(false)), wrong(50, letter(true));
  for (const auto& [units, rate] : {std::pair(right, 0.0), std::pair(wrong, 1.0)}) {
    const ErrorIntervals intervals = bootstrap_intervals(units);
    for (const Interval& interval : {intervals.cer_micro, intervals.cer_macro, intervals.wer}) {
      CHECK(interval.low == rate);
      CHECK(interval.high == rate);
    }
    CHECK(intervals.units == 50);
    CHECK(intervals.level == 0.95);
  }
}

TEST_CASE("bootstrap_intervals: two words, known by hand") {
  // Both words twice with probability 1/4 each: the 95% interval goes from the one to the other.
  std::vector<ErrorRate> words(2);
  words[0].add("ab", "ab");
  words[1].add("abcd", "abxy");
  const ErrorIntervals intervals = bootstrap_intervals(words);
  CHECK(equal(intervals.cer_micro, {0, 0.5}));
  CHECK(equal(intervals.cer_macro, {0, 0.5}));
  CHECK(equal(intervals.wer, {0, 1}));
  // The middle 30% of the resamples hold each word once: 2 edits of 6 characters.
  const ErrorIntervals narrow = bootstrap_intervals(words, {.level = 0.3});
  CHECK(equal(narrow.cer_micro, {2.0 / 6, 2.0 / 6}));
  CHECK(equal(narrow.cer_macro, {0.25, 0.25}));
  CHECK(equal(narrow.wer, {0.5, 0.5}));
}

TEST_CASE("bootstrap_intervals: the width is that of the binomial distribution") {
  std::vector<ErrorRate> words;
  for (int i = 0; i < 1000; ++i) words.push_back(letter(i < 200));
  const Interval wer = bootstrap_intervals(words, {.resamples = 20'000}).wer;
  const double deviation = std::sqrt(0.2 * 0.8 / 1000);
  // The edges of 20,000 resamples are known to 0.03 deviations (their own standard error is 0.02); a step is 0.08.
  CHECK(std::abs(wer.low - (0.2 - 1.96 * deviation)) < 0.1 * deviation);
  CHECK(std::abs(wer.high - (0.2 + 1.96 * deviation)) < 0.1 * deviation);
}

TEST_CASE("bootstrap_intervals: 95% intervals hold the true rate about 95 times in 100") {
  int wer_held = 0, micro_held = 0;
  constexpr int trials = 400;
  for (int trial = 0; trial < trials; ++trial) {
    Random random(7, Purpose::user, 1, static_cast<std::uint32_t>(trial));
    std::vector<ErrorRate> words(150);
    for (ErrorRate& word : words) {  // long words have a third of the errors per letter that short ones have
      const bool is_long = random.chance(0.5);
      const Index length = is_long ? 6 : 2;
      word = {.words = 1, .characters = length};
      for (Index i = 0; i < length; ++i) word.edits += random.chance(is_long ? 0.1 : 0.3) ? 1 : 0;
      word.wrong_words = word.edits > 0 ? 1 : 0;
    }
    const ErrorIntervals intervals = bootstrap_intervals(words, {.resamples = 400});
    const double wer = 0.5 * (1 - std::pow(0.9, 6)) + 0.5 * (1 - 0.7 * 0.7), micro = (6 * 0.1 + 2 * 0.3) / 8;
    wer_held += holds(intervals.wer, wer) ? 1 : 0;
    micro_held += holds(intervals.cer_micro, micro) ? 1 : 0;
  }
  // 0.95 with a standard error of 0.011; percentile intervals are known to be a little short.
  for (const int held : {wer_held, micro_held}) {
    CHECK(held > 0.915 * trials);
    CHECK(held < 0.985 * trials);
  }
}

TEST_CASE("bootstrap_intervals: where words of a writer go wrong together, only the draw by writers holds the rate") {
  constexpr int trials = 200;
  int by_words = 0, by_writers = 0;
  for (int trial = 0; trial < trials; ++trial) {
    Random random(8, Purpose::user, 2, static_cast<std::uint32_t>(trial));
    std::vector<ErrorRate> words;
    std::vector<std::string> writers;
    for (int writer = 0; writer < 40; ++writer) {
      const double rate = random.chance(0.5) ? 0.1 : 0.5;
      for (int i = 0; i < 30; ++i) {
        words.push_back(letter(random.chance(rate)));
        writers.push_back("w" + std::to_string(writer));
      }
    }
    by_words += holds(bootstrap_intervals(words, {.resamples = 200}).wer, 0.3) ? 1 : 0;
    const std::vector<ErrorRate> units = by_writer(words, writers);
    REQUIRE(units.size() == 40);
    by_writers += holds(bootstrap_intervals(units, {.resamples = 200}).wer, 0.3) ? 1 : 0;
  }
  CHECK(by_words < 0.75 * trials);
  CHECK(by_writers > 0.88 * trials);
}

TEST_CASE("bootstrap_intervals: the same on any number of threads, other with another seed") {
  std::vector<ErrorRate> words;
  for (int i = 0; i < 300; ++i) words.push_back(letter(i % 7 == 0));
  const int threads = thread_count();
  set_thread_count(1);
  const ErrorIntervals one = bootstrap_intervals(words);
  set_thread_count(3);
  const ErrorIntervals three = bootstrap_intervals(words);
  set_thread_count(threads);
  CHECK(equal(one.wer, three.wer));
  CHECK(equal(one.cer_micro, three.cer_micro));
  CHECK(equal(one.cer_macro, three.cer_macro));
  CHECK_FALSE(equal(one.wer, bootstrap_intervals(words, {.seed = 2}).wer));
}

TEST_CASE("bootstrap_intervals: 20,000 words take little time") {
  std::vector<ErrorRate> words;
  for (int i = 0; i < 20'000; ++i) words.push_back(letter(i % 10 == 0));
  const auto start = std::chrono::steady_clock::now();
  bootstrap_intervals(words);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  MESSAGE("1,000 resamples of 20,000 words: " << seconds << " s");
  CHECK(seconds < 60);  // without optimisation, on a busy machine; 0.2 s else
}

TEST_CASE("by_writer: adds up, and lets words without a writer stand alone") {
  const std::vector<ErrorRate> words{letter(true), letter(false), letter(true), letter(true), letter(false)};
  const std::vector<std::string> writers{"b", "a", "", "b", ""};
  const std::vector<ErrorRate> units = by_writer(words, writers);
  REQUIRE(units.size() == 4);
  CHECK(units[0].words == 1);  // a
  CHECK(units[0].wrong_words == 0);
  CHECK(units[1].words == 2);  // b
  CHECK(units[1].wrong_words == 2);
  CHECK(units[2].wrong_words == 1);
  CHECK(units[3].wrong_words == 0);
  CHECK_THROWS_AS(by_writer(words, std::vector<std::string>(4)), ArgumentError);
}

TEST_CASE("bootstrap_intervals: bad input") {
  const std::vector<ErrorRate> words(3, letter(true));
  CHECK_THROWS_AS(bootstrap_intervals(std::vector<ErrorRate>{}), ArgumentError);
  CHECK_THROWS_AS(bootstrap_intervals(words, {.resamples = 0}), ArgumentError);
  CHECK_THROWS_AS(bootstrap_intervals(words, {.resamples = -1}), ArgumentError);
  for (const double level : {0.0, 1.0, -0.5, std::nan("")}) {
    CHECK_THROWS_AS(bootstrap_intervals(words, {.level = level}), ArgumentError);
  }
  CHECK(equal(bootstrap_intervals(words, {.resamples = 1}).wer, {1, 1}));
}
