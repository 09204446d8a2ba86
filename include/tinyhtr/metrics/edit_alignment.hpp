// The alignment behind the edit distance: which character was read as which.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tinyhtr/core/utf8.hpp"

namespace tinyhtr {

enum class EditKind : std::uint8_t {
  match,
  substitution,  ///< another character was read
  insertion,     ///< a character was read that is not there
  deletion,      ///< a character was not read
};

/// One step of an alignment.
struct Edit {
  EditKind kind = EditKind::match;
  char32_t expected = 0;  ///< of the label; 0 for an insertion
  char32_t read = 0;      ///< of the reading; 0 for a deletion

  bool operator==(const Edit&) const = default;
};

/// An alignment of the code points of a label with those of a reading: the fewest edits that turn one into the other,
/// and of those alignments one with the most matches.
///
/// Its steps that are no match are as many as edit_distance(expected, read). What is still open is decided from the
/// end: a match or substitution before a deletion before an insertion. |expected| |read| steps of time, as many bytes
/// of memory. Source: Wagner, Fischer, "The string-to-string correction problem", 1974, section 4.
inline std::vector<Edit> edit_alignment(std::u32string_view expected, std::u32string_view read) {
  // A substitution costs a trace more than a deletion or an insertion: of equally many edits, those with the fewest
  // substitutions leave the most characters to match.
  constexpr std::int64_t edit_cost = std::int64_t{1} << 32, substitution_cost = edit_cost + 1;
  const std::size_t rows = expected.size() + 1, columns = read.size() + 1;
  std::vector<EditKind> last(rows * columns);  // the last step of the best alignment of expected[0, i), read[0, j)
  std::vector<std::int64_t> above(columns), row(columns);
  for (std::size_t j = 0; j < columns; ++j) {
    row[j] = static_cast<std::int64_t>(j) * edit_cost;
    last[j] = EditKind::insertion;
  }
  for (std::size_t i = 1; i < rows; ++i) {
    std::swap(above, row);
    row[0] = static_cast<std::int64_t>(i) * edit_cost;
    last[i * columns] = EditKind::deletion;
    for (std::size_t j = 1; j < columns; ++j) {
      const bool equal = expected[i - 1] == read[j - 1];
      const std::int64_t diagonal = above[j - 1] + (equal ? 0 : substitution_cost);
      const std::int64_t deletion = above[j] + edit_cost, insertion = row[j - 1] + edit_cost;
      row[j] = std::min({diagonal, deletion, insertion});
      EditKind& kind = last[i * columns + j];
      if (row[j] == diagonal) {
        kind = equal ? EditKind::match : EditKind::substitution;
      } else {
        kind = row[j] == deletion ? EditKind::deletion : EditKind::insertion;
      }
    }
  }
  std::vector<Edit> edits;
  for (std::size_t i = expected.size(), j = read.size(); i > 0 || j > 0;) {
    const EditKind kind = last[i * columns + j];
    Edit edit{kind, 0, 0};
    if (kind != EditKind::insertion) edit.expected = expected[--i];
    if (kind != EditKind::deletion) edit.read = read[--j];
    edits.push_back(edit);
  }
  std::reverse(edits.begin(), edits.end());
  return edits;
}

/// The same for two UTF-8 texts. Throws FormatError for invalid UTF-8.
inline std::vector<Edit> edit_alignment(std::string_view expected, std::string_view read) {
  return edit_alignment(decode_utf8(expected), decode_utf8(read));
}

}  // namespace tinyhtr
