// Tests of Vocabulary.
#include "tinyhtr/data/vocabulary.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace tinyhtr;

TEST_CASE("Vocabulary: from texts, sorted by code point, in characters and not in bytes") {
  const auto vocabulary = Vocabulary::from_texts({"zebra", "caf\xC3\xA9", "\xE2\x82\xAC" "5", "Zoo"});
  CHECK(vocabulary.text() == "5Zabceforz\xC3\xA9\xE2\x82\xAC");
  CHECK(vocabulary.size() == 12);
  CHECK(vocabulary.classes() == 13);
  CHECK(vocabulary.blank() == 12);
  CHECK(vocabulary == Vocabulary::from_texts({"Zoo", "\xE2\x82\xAC" "5", "caf\xC3\xA9", "zebra", "zebra"}));
}

TEST_CASE("Vocabulary: encode and decode are each other's inverse") {
  const Vocabulary vocabulary("abc\xC3\xA9 ");
  CHECK(vocabulary.encode("c\xC3\xA9 ab") == std::vector<int>{2, 3, 4, 0, 1});
  CHECK(vocabulary.encode("") == std::vector<int>{});
  CHECK(vocabulary.decode(std::vector<int>{2, 3, 4, 0, 1}) == "c\xC3\xA9 ab");
  CHECK(vocabulary.decode(std::vector<int>{}).empty());
  const std::vector<std::string> texts{"a", "", "bb"};
  CHECK(vocabulary.encode(texts) == std::vector<std::vector<int>>{{0}, {}, {1, 1}});
  CHECK(vocabulary.encode(texts[2]) == std::vector<int>{1, 1});
}

TEST_CASE("Vocabulary: a stored one keeps its order, for weights depend on it") {
  const Vocabulary vocabulary("cab");
  CHECK(vocabulary.text() == "cab");
  CHECK(vocabulary.encode("abc") == std::vector<int>{1, 2, 0});
  CHECK(Vocabulary(vocabulary.text()) == vocabulary);
  CHECK(vocabulary != Vocabulary("abc"));
  CHECK(vocabulary != Vocabulary("cabd"));
}

TEST_CASE("Vocabulary: unknown characters") {
  const Vocabulary vocabulary("abc");
  CHECK(vocabulary.knows("abcabc"));
  CHECK(vocabulary.knows(""));
  CHECK_FALSE(vocabulary.knows("abx"));
  CHECK(vocabulary.unknown_characters("zax\xC3\xA9za") == "xz\xC3\xA9");
  CHECK(vocabulary.unknown_characters("cab").empty());
  CHECK_THROWS_WITH_AS(vocabulary.encode("ca\xC3\xA9"),
                       "the character '\xC3\xA9' (U+00E9) of 'ca\xC3\xA9' is not in the vocabulary of 3 characters; "
                       "leave the text out, or train with a vocabulary that has it",
                       ArgumentError);
}

TEST_CASE("Vocabulary: bad input") {
  CHECK_THROWS_AS(Vocabulary("abca"), ArgumentError);
  CHECK_THROWS_WITH(Vocabulary("abca"), "a vocabulary has each character once, found 'a' (U+0061) twice in 'abca'");
  CHECK_THROWS_AS(Vocabulary(""), ArgumentError);
  CHECK_THROWS_AS(Vocabulary("caf\xE9"), FormatError);
  CHECK_THROWS_AS(Vocabulary::from_texts({}), ArgumentError);
  CHECK_THROWS_AS(Vocabulary::from_texts({"", ""}), ArgumentError);
  CHECK_THROWS_AS(Vocabulary::from_texts({"caf\xE9"}), FormatError);
  const Vocabulary vocabulary("abc");
  CHECK_THROWS_AS(vocabulary.encode("\xC3"), FormatError);
  CHECK_THROWS_AS(vocabulary.decode(std::vector<int>{0, -1}), ArgumentError);
  CHECK_THROWS_AS(vocabulary.decode(std::vector<int>{4}), ArgumentError);
  CHECK_THROWS_WITH_AS(vocabulary.decode(std::vector<int>{0, 3}),
                       "Vocabulary::decode: expected classes from 0 to 2, found 3, the blank", ArgumentError);
}

TEST_CASE("Vocabulary: the default one has the blank alone") {
  const Vocabulary vocabulary;
  CHECK(vocabulary.size() == 0);
  CHECK(vocabulary.classes() == 1);
  CHECK(vocabulary.blank() == 0);
  CHECK_FALSE(vocabulary.knows("a"));
  CHECK_THROWS_AS(vocabulary.decode(std::vector<int>{0}), ArgumentError);
}
