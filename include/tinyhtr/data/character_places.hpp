// characters.txt: where each character of a drawn word lies on its image.
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/data/text_lines.hpp"

namespace tinyhtr {

/// Columns of an image that a character takes, in pixels from its left edge; the far end is not included.
struct CharacterPlace {
  double x_begin = 0, x_end = 0;

  double centre() const { return (x_begin + x_end) / 2; }
  bool operator==(const CharacterPlace&) const = default;
};

namespace detail {

/// The next word of a line, "" at its end; takes it off the line.
inline std::string_view next_word(std::string_view& line) {
  const std::size_t first = std::min(line.find_first_not_of(" \t"), line.size());
  const std::size_t end = std::min(line.find_first_of(" \t", first), line.size());
  const std::string_view word = line.substr(first, end - first);
  line.remove_prefix(end);
  return word;
}

}  // namespace detail

/// Reads where the characters of words lie, as make_words writes it: the truth for a forced alignment.
///
/// A line is a word's id, then x_begin x_end of each character in pixels; lines that start with # are comments.
/// Returns the places by word id, from the first character to the last. Throws FileError where the file cannot be
/// read, FormatError with path and line for a word that comes twice, an odd count of numbers, what is no number, or a
/// character that ends before it begins or lies left of the image.
inline std::map<std::string, std::vector<CharacterPlace>> read_character_places(const std::filesystem::path& path) {
  std::map<std::string, std::vector<CharacterPlace>> words;
  const std::vector<std::string> lines = detail::read_lines(path);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].empty() || lines[i][0] == '#') continue;
    const auto fail = [&](const std::string& what) {
      throw FormatError(path.string() + ":" + std::to_string(i + 1) + ": " + what);
    };
    std::string_view rest = lines[i];
    const std::string id(detail::next_word(rest));
    std::vector<double> numbers;
    for (std::string_view word = detail::next_word(rest); !word.empty(); word = detail::next_word(rest)) {
      double number = 0;
      const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
      if (error != std::errc() || end != word.data() + word.size() || !std::isfinite(number)) {
        fail("expected a column in pixels, found \"" + std::string(word) + "\"");
      }
      numbers.push_back(number);
    }
    if (numbers.size() % 2 != 0) {
      fail("expected x_begin and x_end of each character, found " + std::to_string(numbers.size()) + " numbers");
    }
    std::vector<CharacterPlace> places;
    for (std::size_t k = 0; k < numbers.size(); k += 2) {
      if (!(0 <= numbers[k] && numbers[k] <= numbers[k + 1])) {
        fail("expected 0 <= x_begin <= x_end, found " + std::to_string(numbers[k]) + " and " +
             std::to_string(numbers[k + 1]));
      }
      places.push_back({numbers[k], numbers[k + 1]});
    }
    if (!words.emplace(id, places).second) fail("the word " + id + " comes twice; delete one of its lines");
  }
  return words;
}

}  // namespace tinyhtr
