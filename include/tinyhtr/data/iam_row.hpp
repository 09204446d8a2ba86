// One row of IAM's words.txt or lines.txt.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/utf8.hpp"
#include "tinyhtr/data/check_text.hpp"
#include "tinyhtr/data/sample.hpp"
#include "tinyhtr/data/text_lines.hpp"

namespace tinyhtr {

/// What tinyhtr takes from a row; grey level, box and grammatical tag are checked, but not kept.
struct IamRow {
  std::string id;
  bool ok = false;   ///< the status: whether the segmentation of the line into words was found to be right
  std::string text;  ///< UTF-8, may contain spaces
};

namespace detail {

inline bool is_integer(std::string_view text) {
  long long value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  return problem == std::errc() && end == text.data() + text.size();
}

/// So many parts of letters or digits, joined by dashes. It becomes a path, so nothing else may stand in it.
inline bool is_iam_id(std::string_view id, int expected_parts) {
  int parts = 1;
  bool part_empty = true;
  for (const char c : id) {
    if (c == '-') {
      if (part_empty) return false;
      ++parts;
      part_empty = true;
    } else if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
      part_empty = false;
    } else {
      return false;
    }
  }
  return parts == expected_parts && !part_empty;
}

/// The eight fields in front of the text, in one of IAM's lists.
struct IamFields {
  std::array<std::string_view, 8> names;  ///< id and status first, then numbers
  std::size_t numbers;                    ///< how many of those
  int id_parts;
  std::string_view id_example;
};

/// Splits a row into its fields and the text behind them, and checks id, status and numbers.
inline std::string_view split_iam_row(std::array<std::string_view, 8>& fields, std::string_view line,
                                      const IamFields& expected) {
  std::string_view rest = trimmed(line);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    fields[i] = rest.substr(0, rest.find_first_of(" \t"));
    rest = trimmed(rest.substr(fields[i].size()));
    if (!rest.empty()) continue;
    std::string names;
    for (const std::string_view name : expected.names) names += std::string(name) + " ";
    throw FormatError("expected '" + names + "text', found " + std::to_string(i + 1) + " of 9 fields in '" +
                      printable(line) + "'");
  }
  if (!is_iam_id(fields[0], expected.id_parts)) {
    throw FormatError("expected an id such as " + std::string(expected.id_example) + ", found '" +
                      printable(fields[0]) + "'");
  }
  if (fields[1] != "ok" && fields[1] != "err" && fields[1] != "er") {
    throw FormatError("expected the status ok or err, found '" + printable(fields[1]) + "'");
  }
  for (std::size_t i = 2; i < 2 + expected.numbers; ++i) {
    if (!is_integer(fields[i])) {
      throw FormatError("expected a number for " + std::string(expected.names[i]) + ", found '" + printable(fields[i]) +
                        "'");
    }
  }
  return rest;
}

}  // namespace detail

/// Reads one row of words.txt: `id status gray x y w h tag text`.
///
/// Fields are separated by blanks; the text is field 9 and everything after it up to the end of the line, for labels
/// such as "M Ps" contain spaces. The status is ok or err (the file's own header says er).
/// Throws FormatError that says what is wrong with the row; the caller knows file and line.
/// Source: the rows of IAM's words.txt (Marti, Bunke, "The IAM-database", 2002); its header shows one field more.
inline IamRow parse_iam_row(std::string_view line) {
  static constexpr detail::IamFields expected{
      {"id", "status", "gray", "x", "y", "w", "h", "tag"}, 5, 4, "a01-000u-00-00"};
  std::array<std::string_view, 8> fields;
  const std::string_view text = detail::split_iam_row(fields, line, expected);
  // A tag is never a number. Rows with the component count that the header shows would put h here and the tag into
  // the label; that must not pass.
  if (detail::is_integer(fields[7]) && text.find_first_of(" \t") != std::string_view::npos) {
    throw FormatError("expected a grammatical tag in field 8, found the number '" + printable(fields[7]) + "'");
  }
  check_text(text);
  return {std::string(fields[0]), fields[1] == "ok", std::string(text)};
}

/// Reads one row of lines.txt: `id status gray components x y w h text`, where | stands between the words of the text.
/// It becomes a space.
///
/// Throws FormatError that says what is wrong with the row; the caller knows file and line.
/// Source: the header of IAM's lines.txt.
inline IamRow parse_iam_line_row(std::string_view line) {
  static constexpr detail::IamFields expected{
      {"id", "status", "gray", "components", "x", "y", "w", "h"}, 6, 3, "a01-000u-00"};
  std::array<std::string_view, 8> fields;
  std::string text(detail::split_iam_row(fields, line, expected));
  std::replace(text.begin(), text.end(), '|', ' ');
  check_text(text);
  return {std::string(fields[0]), fields[1] == "ok", std::string(detail::trimmed(text))};
}

/// Where IAM keeps the image of a word or line: FOLDER/a01/a01-000u/a01-000u-00-00.png for the id a01-000u-00-00.
inline std::filesystem::path iam_image_path(const std::filesystem::path& folder, const std::string& id) {
  return folder / id.substr(0, id.find('-')) / form_of(id) / (id + ".png");
}

}  // namespace tinyhtr
