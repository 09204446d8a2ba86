// Character classes: errors of small letters, capitals, digits, punctuation apart.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/metrics/edit_alignment.hpp"

namespace tinyhtr {

enum class CharacterClass { lower_case, capital, digit, punctuation, space, other };

inline constexpr std::array<CharacterClass, 6> character_classes{
    CharacterClass::lower_case,  CharacterClass::capital, CharacterClass::digit,
    CharacterClass::punctuation, CharacterClass::space,   CharacterClass::other};

/// The words for it in a report.
inline std::string to_string(CharacterClass c) {
  switch (c) {
    case CharacterClass::lower_case:
      return "lower case";
    case CharacterClass::capital:
      return "capitals";
    case CharacterClass::digit:
      return "digits";
    case CharacterClass::punctuation:
      return "punctuation";
    case CharacterClass::space:
      return "spaces";
    case CharacterClass::other:
      return "other";
  }
  throw ArgumentError("to_string: no such CharacterClass");
}

/// The class of a code point, whatever the locale.
///
/// Cases are known for Latin (ASCII, Latin-1, Latin Extended-A), Greek and Cyrillic; letters without case, and
/// everything else that is not listed, are `other`. Source: the Unicode code charts of these blocks.
inline CharacterClass character_class(char32_t c) {
  const auto within = [c](char32_t first, char32_t last) { return c >= first && c <= last; };
  if (c == U' ' || c == U'\t' || c == 0xA0 || within(0x2000, 0x200A) || c == 0x3000) return CharacterClass::space;
  if (within(U'0', U'9')) return CharacterClass::digit;
  if (within(U'a', U'z')) return CharacterClass::lower_case;
  if (within(U'A', U'Z')) return CharacterClass::capital;
  if (within(0x21, 0x7E)) return CharacterClass::punctuation;
  if (c == 0xAA || c == 0xB5 || c == 0xBA) return CharacterClass::lower_case;
  if (within(0xA1, 0xBF) || c == 0xD7 || c == 0xF7) return CharacterClass::punctuation;
  if (within(0xC0, 0xDE)) return CharacterClass::capital;
  if (within(0xDF, 0xFF)) return CharacterClass::lower_case;
  if (within(0x100, 0x17F)) {
    // Pairs, capital first: on even numbers, but on odd ones in 0139..0148 and 0179..017E.
    if (c == 0x138 || c == 0x149 || c == 0x17F) return CharacterClass::lower_case;
    if (c == 0x178) return CharacterClass::capital;
    const bool odd_first = within(0x139, 0x148) || within(0x179, 0x17E);
    return (c % 2 == 1) == odd_first ? CharacterClass::capital : CharacterClass::lower_case;
  }
  if (within(0x391, 0x3A9) || within(0x400, 0x42F)) return CharacterClass::capital;
  if (within(0x3B1, 0x3C9) || within(0x430, 0x45F)) return CharacterClass::lower_case;
  if (within(0x2010, 0x2027) || within(0x2030, 0x205E) || within(0x20A0, 0x20C0)) return CharacterClass::punctuation;
  return CharacterClass::other;
}

/// What became of the characters of one class.
struct ClassErrors {
  Index characters = 0;   ///< in the labels
  Index substituted = 0;  ///< of them read as another character
  Index deleted = 0;      ///< of them not read
  Index inserted = 0;     ///< characters of this class that were read where the label has none

  /// Share of the labels' characters that were not read as they are; 0 where there are none. Insertions belong to no
  /// character of a label, so they are not in it.
  double error_rate() const {
    return characters == 0 ? 0 : static_cast<double>(substituted + deleted) / static_cast<double>(characters);
  }
};

/// Counts errors by the class of the character that stands in the label; insertions by that of the character read. All
/// substituted, deleted and inserted ones together are the edits of ErrorRate.
struct ErrorsByClass {
  std::array<ClassErrors, character_classes.size()> counts{};

  const ClassErrors& of(CharacterClass c) const { return counts[static_cast<std::size_t>(c)]; }

  /// Both UTF-8. Throws FormatError for invalid UTF-8, and counts nothing then.
  void add(std::string_view label, std::string_view reading) {
    for (const Edit& edit : edit_alignment(label, reading)) {
      const char32_t character = edit.kind == EditKind::insertion ? edit.read : edit.expected;
      ClassErrors& errors = counts[static_cast<std::size_t>(character_class(character))];
      errors.characters += edit.kind == EditKind::insertion ? 0 : 1;
      errors.substituted += edit.kind == EditKind::substitution ? 1 : 0;
      errors.deleted += edit.kind == EditKind::deletion ? 1 : 0;
      errors.inserted += edit.kind == EditKind::insertion ? 1 : 0;
    }
  }
};

}  // namespace tinyhtr
