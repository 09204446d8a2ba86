// Tests of the classes of characters and their errors.
#include "tinyhtr/metrics/character_class.hpp"

#include <doctest/doctest.h>

#include <string>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/utf8.hpp"
#include "tinyhtr/metrics/error_rate.hpp"

using namespace tinyhtr;

TEST_CASE("character_class: ASCII and the letters of Europe") {
  const auto all_are = [](const std::u32string& characters, CharacterClass expected) {
    for (const char32_t c : characters) {
      CAPTURE(describe_character(c));
      CHECK(character_class(c) == expected);
    }
  };
  all_are(U"abcxyz\u00E9\u00DF\u00FF\u0101\u0138\u013A\u0148\u0149\u017A\u017E\u03B1\u044F",
          CharacterClass::lower_case);
  all_are(U"ABCXYZ\u00C9\u00DE\u0100\u0139\u0147\u0178\u0179\u017D\u0391\u042F", CharacterClass::capital);
  all_are(U"0123456789", CharacterClass::digit);
  all_are(U"!\"#&'()*+,-./:;?@[]_`{|}~\u00A3\u00D7\u2013\u2019\u20AC", CharacterClass::punctuation);
  all_are(U" \t\u00A0\u3000", CharacterClass::space);
  all_are(U"\u05D0\u0627\u4E00\U0001F600", CharacterClass::other);
}

TEST_CASE("ErrorsByClass: each edit in one class") {
  ErrorsByClass errors;
  errors.add("A1b", "a1");     // A -> a, b not read
  errors.add("x, y", "x y!");  // , not read, ! too much
  const ClassErrors& lower = errors.of(CharacterClass::lower_case);
  CHECK(lower.characters == 3);
  CHECK(lower.deleted == 1);
  CHECK(lower.error_rate() == doctest::Approx(1.0 / 3));
  CHECK(errors.of(CharacterClass::capital).substituted == 1);
  CHECK(errors.of(CharacterClass::capital).error_rate() == 1);
  CHECK(errors.of(CharacterClass::digit).error_rate() == 0);
  CHECK(errors.of(CharacterClass::punctuation).characters == 1);
  CHECK(errors.of(CharacterClass::punctuation).deleted == 1);
  CHECK(errors.of(CharacterClass::punctuation).inserted == 1);
  CHECK(errors.of(CharacterClass::space).characters == 1);
  CHECK(errors.of(CharacterClass::other).error_rate() == 0);

  ErrorRate rate;
  rate.add("A1b", "a1");
  rate.add("x, y", "x y!");
  Index edits = 0, characters = 0;
  for (const ClassErrors& counts : errors.counts) {
    edits += counts.substituted + counts.deleted + counts.inserted;
    characters += counts.characters;
  }
  CHECK(edits == rate.edits);
  CHECK(characters == rate.characters);
  CHECK_THROWS_AS(errors.add("\xFF", ""), FormatError);
}
