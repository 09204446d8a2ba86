// Tests of the language model's file.
#include "tinyhtr/language/character_model_file.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "support/temporary_folder.hpp"
#include "tinyhtr/language/train_character_model.hpp"

using namespace tinyhtr;

namespace {

CharacterModel model_of(int order) {
  return train_character_model({{"the", 40}, {"then", 9}, {"hen", 3}, {"é", 1}, {",", 30}}, {.order = order});
}

/// With the checksum that belongs to the changed bytes, so that what lies behind it is looked at.
std::string signed_again(std::string bytes) {
  bytes.resize(bytes.size() - 8);
  const std::uint64_t hash = detail::fnv1a(bytes);
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(hash >> (8 * i) & 0xFF);
  return bytes;
}

}  // namespace

TEST_CASE("character_model_file: what is written is what is read") {
  std::string many;
  for (char32_t c = 0x4E00; c < 0x4E00 + 300; ++c) many += encode_utf8(c);
  for (const CharacterModel& model : {model_of(1), model_of(4), train_character_model({{many, 1}}, {.order = 3})}) {
    const std::string bytes = character_model_bytes(model);
    const CharacterModel read = parse_character_model(bytes, "test");
    CHECK(character_model_bytes(read) == bytes);
    CHECK(read.order() == model.order());
    CHECK(read.ngrams() == model.ngrams());
    for (const char* word : {"the", "zebra", "é", ""}) {
      CHECK(read.word_log_probability(word) == model.word_log_probability(word));
    }
  }
}

TEST_CASE("character_model_file: from the disk") {
  const test::TemporaryFolder folder;
  const auto path = folder.write("a.htrlm", character_model_bytes(model_of(3)));
  CHECK(read_character_model(path).order() == 3);
  CHECK_THROWS_AS(read_character_model(folder.path() / "none"), FileError);
  CHECK_THROWS_WITH_AS(read_character_model(folder.write("b", "hello")), doctest::Contains("expected a language model"),
                       FormatError);
}

TEST_CASE("character_model_file: every shortened and every changed file is refused") {
  const std::string bytes = character_model_bytes(model_of(3));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK_THROWS_AS(parse_character_model(bytes.substr(0, size), "test"), FormatError);
    if (size >= 24) CHECK_THROWS_AS(parse_character_model(signed_again(bytes.substr(0, size)), "test"), FormatError);
  }
  CHECK_THROWS_AS(parse_character_model(bytes + "x", "test"), FormatError);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ 0x41);
    CHECK_THROWS_AS(parse_character_model(changed, "test"), FormatError);
  }
}

TEST_CASE("character_model_file: damage with a checksum that fits is refused or read, nothing else") {
  const std::string bytes = character_model_bytes(model_of(3));
  int read = 0;
  for (std::size_t at = 16; at + 8 < bytes.size(); ++at) {
    for (const int flip : {1, 2, 0x80, 0xFF}) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ flip);
      try {
        const CharacterModel model = parse_character_model(signed_again(changed), "test");
        CHECK(model.word_log_probability("then") < 0.01);
        ++read;
      } catch (const FormatError&) {
      }
    }
  }
  CHECK(read > 0);  // another level is as good a model
}

TEST_CASE("character_model_file: the model that ships") {
  const CharacterModel model = read_character_model(std::string(TINYHTR_TEST_DATA) + "/../data/language/english.htrlm");
  CHECK(model.order() == 8);
  for (const char* word : {"the", "don't", "London", ",", "\"", "Mr.", "television", "government"}) {
    CHECK(model.word_log_probability(word) > -18);
  }
  CHECK(model.word_log_probability("hte") < model.word_log_probability("the") - 8);
  CHECK(std::isfinite(model.word_log_probability("qzxj")));
}
