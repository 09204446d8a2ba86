// Tests of UTF-8.
#include "tinyhtr/core/utf8.hpp"

#include <cstdint>
#include <string>

#include <doctest/doctest.h>

using namespace tinyhtr;

TEST_CASE("utf8: every code point goes to bytes and back") {
  int wrong = 0;
  for (std::uint32_t value = 0; value <= 0x10FFFF; ++value) {
    if (value >= 0xD800 && value <= 0xDFFF) continue;
    const auto character = static_cast<char32_t>(value);
    const std::string bytes = encode_utf8(character);
    const std::u32string back = decode_utf8(bytes);
    const std::size_t length = value < 0x80 ? 1 : value < 0x800 ? 2 : value < 0x10000 ? 3 : 4;
    if (back.size() != 1 || back[0] != character || bytes.size() != length) ++wrong;
  }
  CHECK(wrong == 0);
}

TEST_CASE("utf8: known bytes") {
  CHECK(decode_utf8("") == U"");
  CHECK(decode_utf8("a\xC3\xA9\xE2\x82\xAC\xF0\x9D\x84\x9E") == U"a\u00E9\u20AC\U0001D11E");
  CHECK(encode_utf8(U"a\u00E9\u20AC\U0001D11E") == "a\xC3\xA9\xE2\x82\xAC\xF0\x9D\x84\x9E");
  CHECK(decode_utf8(std::string("a\0b", 3)).size() == 3);
}

TEST_CASE("utf8: invalid bytes throw and are named, none is dropped") {
  for (const char* bytes : {"\x80", "\xBF", "caf\xE9", "\xC3", "\xE2\x82", "\xF0\x9D\x84", "\xC3(", "\xFF", "\xFE",
                            "\xC0\x80", "\xC1\xBF", "\xE0\x80\xAF", "\xF0\x80\x80\x80", "\xED\xA0\x80", "\xED\xBF\xBF",
                            "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80"}) {
    CAPTURE(printable(bytes));
    CHECK_THROWS_AS(decode_utf8(bytes), FormatError);
  }
  CHECK_THROWS_WITH_AS(decode_utf8("caf\xE9"),
                       "byte \\xE9 at position 3 of 'caf\\xE9' is not UTF-8; convert the text to UTF-8 first",
                       FormatError);
  CHECK_THROWS_AS(encode_utf8(char32_t{0xD800}), ArgumentError);
  CHECK_THROWS_AS(encode_utf8(static_cast<char32_t>(0x110000)), ArgumentError);
}

TEST_CASE("utf8: printable stays on one line and short") {
  CHECK(printable("a\nb\x1B[31m") == "a\\x0Ab\\x1B[31m");
  CHECK(printable("\xC3\xA9\xE9") == "\xC3\xA9\\xE9");
  CHECK(printable("\xC2\x9B") == "\\xC2\\x9B");  // a terminal takes U+009B for the start of a command
  CHECK(printable("abcdef", 3) == "abc...");
  CHECK(printable("abc", 3) == "abc");
  CHECK(describe_character(U'\u00E9') == "'\xC3\xA9' (U+00E9)");
}
