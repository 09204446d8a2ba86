// Tests of split_tokens.
#include "tinyhtr/language/tokens.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace tinyhtr;
using Tokens = std::vector<std::string>;

TEST_CASE("split_tokens: marks are words of their own") {
  CHECK(split_tokens("The cat, the \"dog\"!") == Tokens{"The", "cat", ",", "the", "\"", "dog", "\"", "!"});
  CHECK(split_tokens("(he said: 'no')") == Tokens{"(", "he", "said", ":", "'", "no", "'", ")"});
  CHECK(split_tokens("wait... what?!") == Tokens{"wait", "...", "what", "?", "!"});
  CHECK(split_tokens("").empty());
  CHECK(split_tokens(" \n\t ").empty());
}

TEST_CASE("split_tokens: what belongs to a word stays") {
  CHECK(split_tokens("don't the cat's well-known 10,000 3.5") ==
        Tokens{"don't", "the", "cat's", "well-known", "10,000", "3.5"});
  CHECK(split_tokens("Mr. Smith and J. Jones, e.g. here.") ==
        Tokens{"Mr.", "Smith", "and", "J.", "Jones", ",", "e.g.", "here", "."});
  CHECK(split_tokens("and I.") == Tokens{"and", "I", "."});
}

TEST_CASE("split_tokens: dashes, quotes and italics of print") {
  CHECK(split_tokens("yes--no -- yes") == Tokens{"yes", "-", "no", "-", "yes"});
  CHECK(split_tokens("yes\u2014no \u2013 \u201Cdon\u2019t\u201D") ==
        Tokens{"yes", "-", "no", "-", "\"", "don't", "\""});
  CHECK(split_tokens("_very_ good") == Tokens{"very", "good"});
  CHECK(split_tokens("caf\u00E9\u00A0noir") == Tokens{"caf\u00E9", "noir"});
  CHECK_THROWS_AS(split_tokens("\xFF"), FormatError);
}

TEST_CASE("split_at_spaces: nothing but spaces") {
  CHECK(split_at_spaces(" a,b  \"c\"\n_d_ ") == Tokens{"a,b", "\"c\"", "_d_"});
  CHECK(split_at_spaces("").empty());
}
