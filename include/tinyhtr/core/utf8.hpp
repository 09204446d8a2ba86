// UTF-8: bytes to code points, with nothing lost on the way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "tinyhtr/core/error.hpp"

namespace tinyhtr {

namespace detail {

/// Reads the code point that starts at `bytes[position]` and moves `position` behind it. Returns false, and leaves
/// `position` alone, where the bytes are not UTF-8: a stray or missing continuation byte, a form longer than needed,
/// a surrogate, or a number above U+10FFFF (RFC 3629, sections 3 and 4).
inline bool next_code_point(std::string_view bytes, std::size_t& position, char32_t& code_point) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i])); };
  const std::uint32_t first = byte(position);
  std::size_t length = 0;
  std::uint32_t value = 0, smallest = 0;
  if (first < 0x80) {
    length = 1, value = first;
  } else if ((first & 0xE0u) == 0xC0u) {
    length = 2, value = first & 0x1Fu, smallest = 0x80;
  } else if ((first & 0xF0u) == 0xE0u) {
    length = 3, value = first & 0x0Fu, smallest = 0x800;
  } else if ((first & 0xF8u) == 0xF0u) {
    length = 4, value = first & 0x07u, smallest = 0x10000;
  } else {
    return false;
  }
  if (bytes.size() - position < length) return false;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(position + i) & 0xC0u) != 0x80u) return false;
    value = (value << 6) | (byte(position + i) & 0x3Fu);
  }
  if (value < smallest || value > 0x10FFFFu || (value >= 0xD800u && value <= 0xDFFFu)) return false;
  position += length;
  code_point = static_cast<char32_t>(value);
  return true;
}

}  // namespace detail

/// One code point as UTF-8 (one to four bytes); throws ArgumentError for a number that is none.
/// Source: RFC 3629, section 3.
inline std::string encode_utf8(char32_t code_point) {
  const auto value = static_cast<std::uint32_t>(code_point);
  if (value > 0x10FFFFu || (value >= 0xD800u && value <= 0xDFFFu)) {
    throw ArgumentError("encode_utf8: " + std::to_string(value) + " is not a Unicode code point");
  }
  const auto tail = [&](int shift) { return static_cast<char>(0x80u | ((value >> shift) & 0x3Fu)); };
  if (value < 0x80u) return {static_cast<char>(value)};
  if (value < 0x800u) return {static_cast<char>(0xC0u | (value >> 6)), tail(0)};
  if (value < 0x10000u) return {static_cast<char>(0xE0u | (value >> 12)), tail(6), tail(0)};
  return {static_cast<char>(0xF0u | (value >> 18)), tail(12), tail(6), tail(0)};
}

/// Code points as UTF-8; throws ArgumentError for a number that is none.
inline std::string encode_utf8(std::u32string_view code_points) {
  std::string bytes;
  for (const char32_t code_point : code_points) bytes += encode_utf8(code_point);
  return bytes;
}

/// `bytes` for a message of one line: control characters, and bytes that are not UTF-8, become `\xNN`; after
/// `most` code points it ends with "...".
inline std::string printable(std::string_view bytes, std::size_t most = 80) {
  std::string text;
  std::size_t position = 0;
  for (std::size_t count = 0; position < bytes.size(); ++count) {
    if (count == most) return text + "...";
    const std::size_t start = position;
    char32_t code_point = 0;
    const bool valid = detail::next_code_point(bytes, position, code_point);
    if (!valid) ++position;
    if (valid && code_point >= 0x20 && (code_point < 0x7F || code_point > 0x9F)) {
      text += bytes.substr(start, position - start);
      continue;
    }
    for (std::size_t i = start; i < position; ++i) {
      char escaped[5];
      std::snprintf(escaped, sizeof escaped, "\\x%02X", static_cast<unsigned>(static_cast<unsigned char>(bytes[i])));
      text += escaped;
    }
  }
  return text;
}

/// UTF-8 to code points, one per character of the alphabet (a letter with a combining accent is two).
///
/// Bytes that are not UTF-8 are never dropped or replaced: they throw FormatError, which names the first of them,
/// its position and the text. Source: RFC 3629, sections 3 and 4.
inline std::u32string decode_utf8(std::string_view bytes) {
  std::u32string code_points;
  code_points.reserve(bytes.size());
  for (std::size_t position = 0; position < bytes.size();) {
    char32_t code_point = 0;
    if (!detail::next_code_point(bytes, position, code_point)) {
      throw FormatError("byte " + printable(bytes.substr(position, 1)) + " at position " + std::to_string(position) +
                        " of '" + printable(bytes) + "' is not UTF-8; convert the text to UTF-8 first");
    }
    code_points += code_point;
  }
  return code_points;
}

/// A character for a message: 'é' (U+00E9).
inline std::string describe_character(char32_t code_point) {
  char number[16];
  std::snprintf(number, sizeof number, "U+%04lX", static_cast<unsigned long>(code_point));
  return "'" + printable(encode_utf8(code_point)) + "' (" + number + ")";
}

}  // namespace tinyhtr
