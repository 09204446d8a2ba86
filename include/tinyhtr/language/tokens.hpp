// Running text to the words and marks that stand on pictures of their own.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tinyhtr/core/utf8.hpp"

namespace tinyhtr {

namespace detail {

inline bool is_space(char32_t c) {
  return c == U' ' || (c >= U'\t' && c <= U'\r') || c == U'\u00A0' || c == U'\u2028' || c == U'\u2029' ||
         (c >= U'\u2000' && c <= U'\u200B') || c == U'\u3000' || c == U'\uFEFF';
}

/// Typographic quotes and dashes as the ones on a typewriter: a hand writes one kind, and transcriptions have these.
inline char32_t typewriter_character(char32_t c) {
  if (c == U'\u2018' || c == U'\u2019') return U'\'';
  if (c == U'\u201C' || c == U'\u201D') return U'"';
  if (c == U'\u2010' || c == U'\u2011' || c == U'\u2012' || c == U'\u2013' || c == U'\u2014') return U'-';
  return c;
}

/// Whether a word that ends in a full stop keeps it: "Mr.", "J.", "e.g.".
inline bool is_abbreviation(std::u32string_view word) {
  using namespace std::string_view_literals;
  static constexpr std::array known{U"Mr."sv, U"Mrs."sv, U"Ms."sv,  U"Dr."sv,  U"St."sv, U"Esq."sv,
                                    U"No."sv, U"etc."sv, U"Rev."sv, U"Col."sv, U"Jr."sv};
  if (std::find(known.begin(), known.end(), word) != known.end()) return true;
  if (word.size() == 2) return word[0] >= U'A' && word[0] <= U'Z' && word[0] != U'I';
  return word.substr(0, word.size() - 1).find(U'.') != std::u32string_view::npos && word.find(U"..") == word.npos;
}

/// Cuts one stretch without spaces: marks in front, the word, marks behind.
inline void split_stretch(std::vector<std::string>& tokens, std::u32string_view text) {
  constexpr std::u32string_view marks = U"\"'()[]{},.;:?!-*/";
  const auto add = [&](std::u32string_view token) { tokens.push_back(encode_utf8(token)); };
  // Equal marks that follow each other are one: "..." stays, "--" is a dash.
  const auto run = [&](std::size_t at) {
    std::size_t end = at + 1;
    while (end < text.size() && text[end] == text[at] && (text[at] == U'.' || text[at] == U'-')) ++end;
    return end;
  };
  const auto add_marks = [&](std::size_t from, std::size_t to) {
    while (from < to) {
      const std::size_t end = std::min(run(from), to);
      add(text[from] == U'-' ? text.substr(from, 1) : text.substr(from, end - from));
      from = end;
    }
  };
  std::size_t first = 0, last = text.size();
  while (first < last && marks.find(text[first]) != marks.npos) ++first;
  add_marks(0, first);
  if (first == last) return;
  const std::size_t dash = text.find(U"--", first);  // "word--word" is three tokens, "well-known" is one
  if (dash != text.npos) last = dash;
  while (last > first && marks.find(text[last - 1]) != marks.npos) {
    if (text[last - 1] == U'.' && is_abbreviation(text.substr(first, last - first))) break;
    --last;
  }
  add(text.substr(first, last - first));
  if (last < text.size()) split_stretch(tokens, text.substr(last));
}

}  // namespace detail

/// The words and marks of running text (UTF-8), in their order, as data sets of words cut them.
///
/// Spaces part words; the marks " ' ( ) [ ] { } , . ; : ? ! - * / before and behind a word are tokens of their own,
/// "..." is one, "--" is one "-". Within a word they stay: "don't", "well-known", "10,000"; so does the full stop of
/// "Mr.", "J.", "e.g.". Quotes and dashes of print become those of a typewriter, and underscores, which mark italics in
/// plain text, are left out. Throws FormatError for invalid UTF-8. The convention is that of the IAM words: Marti,
/// Bunke, "The IAM-database", IJDAR 2002, section 3.
inline std::vector<std::string> split_tokens(std::string_view text) {
  std::vector<std::string> tokens;
  std::u32string stretch;
  for (const char32_t raw : decode_utf8(text) + U' ') {
    const char32_t c = detail::typewriter_character(raw);
    if (detail::is_space(c)) {
      if (!stretch.empty()) detail::split_stretch(tokens, stretch);
      stretch.clear();
    } else if (raw == U'\u2014') {
      stretch += U"--";
    } else if (c != U'_') {
      stretch += c;
    }
  }
  return tokens;
}

/// The stretches between spaces: for text that is cut into tokens already, and for lists of words.
inline std::vector<std::string> split_at_spaces(std::string_view text) {
  std::vector<std::string> tokens;
  std::u32string token;
  for (const char32_t c : decode_utf8(text) + U' ') {
    if (!detail::is_space(c)) {
      token += c;
    } else if (!token.empty()) {
      tokens.push_back(encode_utf8(token));
      token.clear();
    }
  }
  return tokens;
}

}  // namespace tinyhtr
