// Tests of Lexicon.
#include "tinyhtr/language/lexicon.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace tinyhtr;

TEST_CASE("Lexicon: holds its words, and no others") {
  const Vocabulary vocabulary("abcdeABC'-1.");
  const Lexicon lexicon({"abc", "ab", "bad", "a'c", "Bad", "ab"}, vocabulary, false);
  const auto has = [&](const char* word) { return lexicon.contains(vocabulary.encode(word)); };
  for (const char* word : {"abc", "ab", "bad", "a'c", "Bad"}) CHECK(has(word));
  for (const char* word : {"a", "ba", "abcd", "Abc", "a'", "cab", "b"}) CHECK(!has(word));
  CHECK(lexicon.words() == 5);
  CHECK(lexicon.left_out() == 0);
  CHECK(lexicon.size() == vocabulary.size());
}

TEST_CASE("Lexicon: text without letters is never outside") {
  const Vocabulary vocabulary("abA'1.é");
  const Lexicon lexicon({"ab", "'a", "1b"}, vocabulary);
  const auto has = [&](const char* word) { return lexicon.contains(vocabulary.encode(word)); };
  for (const char* word : {"1", "11.1", ".", "'", "1'", "'a", "1b"}) CHECK(has(word));
  for (const char* word : {"1a", "11b", "'ab", "é", "1é"}) CHECK(!has(word));
  CHECK(!lexicon.contains({}));
}

TEST_CASE("Lexicon: capitals at the start of a sentence") {
  const Vocabulary vocabulary("abAB");
  const Lexicon lexicon({"ab", "Ba"}, vocabulary);
  CHECK(lexicon.words() == 3);
  CHECK(lexicon.contains(vocabulary.encode("Ab")));
  CHECK(!lexicon.contains(vocabulary.encode("AB")));
  CHECK(!lexicon.contains(vocabulary.encode("ba")));
}

TEST_CASE("Lexicon: words that cannot be written are counted") {
  const Vocabulary vocabulary("ab");
  const Lexicon lexicon({"ab", "abz", "", "é"}, vocabulary);
  CHECK(lexicon.words() == 1);
  CHECK(lexicon.left_out() == 3);
  CHECK_THROWS_AS(Lexicon({"z"}, vocabulary), ArgumentError);
  CHECK_THROWS_AS(Lexicon({}, vocabulary), ArgumentError);
  CHECK_THROWS_AS(Lexicon({"\xFF"}, vocabulary), FormatError);
}
