// Tests of ErrorRate.
#include "tinyhtr/metrics/error_rate.hpp"

#include <doctest/doctest.h>

using namespace tinyhtr;

TEST_CASE("ErrorRate: micro, macro and word error rate by hand") {
  ErrorRate rate;
  rate.add("a", "b");            // 1 of 1
  rate.add("hello", "helo");     // 1 of 5
  rate.add("word", "word");      // 0 of 4
  rate.add("M Ps", "MPs");       // 1 of 4
  CHECK(rate.words == 4);
  CHECK(rate.wrong_words == 3);
  CHECK(rate.edits == 3);
  CHECK(rate.characters == 14);
  CHECK(rate.cer_micro() == doctest::Approx(3.0 / 14).epsilon(1e-15));
  CHECK(rate.cer_macro() == doctest::Approx((1.0 + 1.0 / 5 + 0 + 1.0 / 4) / 4).epsilon(1e-15));
  CHECK(rate.wer() == doctest::Approx(0.75).epsilon(1e-15));
}

TEST_CASE("ErrorRate: counts code points") {
  ErrorRate rate;
  rate.add("\xC3\xA9t\xC3\xA9", "ete");
  CHECK(rate.characters == 3);
  CHECK(rate.edits == 2);
  CHECK(rate.cer_micro() == doctest::Approx(2.0 / 3).epsilon(1e-15));
}

TEST_CASE("ErrorRate: exceeds 1 where too much is read") {
  ErrorRate rate;
  rate.add("a", "bcd");
  CHECK(rate.cer_micro() == 3);
  CHECK(rate.cer_macro() == 3);
  CHECK(rate.wer() == 1);
}

TEST_CASE("ErrorRate: empty labels") {
  ErrorRate rate;
  rate.add("", "");
  CHECK(rate.cer_micro() == 0);
  CHECK(rate.cer_macro() == 0);
  CHECK(rate.wer() == 0);
  rate.add("", "abc");
  CHECK(rate.cer_micro() == 1);
  CHECK(rate.cer_macro() == 0.5);
  CHECK(rate.wer() == 0.5);
  rate.add("abcd", "abcd");
  CHECK(rate.cer_micro() == 0.75);
  CHECK(rate.cer_macro() == doctest::Approx(1.0 / 3));
}

TEST_CASE("ErrorRate: two halves add up to the whole") {
  ErrorRate whole, first, second;
  whole.add("hello", "help");
  first.add("hello", "help");
  whole.add("you", "your");
  second.add("you", "your");
  first.add(second);
  CHECK(first.words == whole.words);
  CHECK(first.cer_micro() == whole.cer_micro());
  CHECK(first.cer_macro() == whole.cer_macro());
  CHECK(first.wer() == whole.wer());
}

TEST_CASE("ErrorRate: bad input") {
  ErrorRate rate;
  CHECK_THROWS_AS(rate.cer_micro(), ArgumentError);
  CHECK_THROWS_AS(rate.cer_macro(), ArgumentError);
  CHECK_THROWS_AS(rate.wer(), ArgumentError);
  CHECK_THROWS_AS(rate.add("a", "\xE9"), FormatError);
  CHECK_THROWS_AS(rate.add("\xE9", "a"), FormatError);
  CHECK(rate.words == 0);
}
