// Comma-separated values, quoted as RFC 4180 says.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/files.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/core/utf8.hpp"

namespace tinyhtr {

/// One field: as it is, or in double quotes (with inner ones doubled) where it holds a comma, a quote or a line break,
/// or starts with a byte order mark, which readers take away at the start of a file.
inline std::string csv_field(std::string_view text) {
  const bool is_plain = text.find_first_of(",\"\r\n") == std::string_view::npos;
  if (is_plain && !text.starts_with("\xEF\xBB\xBF")) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

/// One row, with a line feed at its end.
inline std::string csv_row(const std::vector<std::string>& fields) {
  if (fields.size() == 1 && fields[0].empty()) return "\"\"\n";  // an empty line would be no row
  std::string row;
  for (const std::string& field : fields) {
    if (&field != &fields.front()) row += ',';
    row += csv_field(field);
  }
  return row + '\n';
}

/// A row as it was read.
struct CsvRow {
  Index line = 0;  ///< where it starts, counted from 1; quoted fields may reach over several lines
  std::vector<std::string> fields;
};

namespace detail {

/// Takes the rows out of a text one after the other; see parse_csv.
class CsvReader {
 public:
  /// `name` is what messages call the text. The text has to live as long as the reader.
  CsvReader(std::string_view content, std::string name) : content_(content), name_(std::move(name)) {
    if (content_.starts_with("\xEF\xBB\xBF")) content_.remove_prefix(3);
  }

  /// Reads the next row; false where there is none. Throws FormatError for a quote that is not closed, or is closed
  /// before the end of its field.
  bool next(CsvRow& row) {
    row.fields.clear();
    while (skip_line_end()) {
    }
    if (position_ == content_.size()) return false;
    row.line = line_;
    while (true) {
      row.fields.push_back(at('"') ? quoted_field() : plain_field());
      if (!at(',')) break;
      ++position_;
    }
    skip_line_end();
    return true;
  }

 private:
  bool at(char c) const { return position_ < content_.size() && content_[position_] == c; }

  /// A carriage return ends a line where a line feed or nothing follows; elsewhere it is a character.
  bool at_line_end() const {
    return at('\n') || (at('\r') && (position_ + 1 == content_.size() || content_[position_ + 1] == '\n'));
  }

  bool skip_line_end() {
    if (!at_line_end()) return false;
    if (at('\r')) ++position_;
    if (at('\n')) ++position_;
    ++line_;
    return true;
  }

  std::string plain_field() {
    const std::size_t start = position_;
    while (position_ < content_.size() && !at(',') && !at_line_end()) ++position_;
    return std::string(content_.substr(start, position_ - start));
  }

  std::string quoted_field() {
    const Index opened = line_;
    std::string field;
    for (++position_;; ++position_) {
      const std::size_t end = content_.find('"', position_);
      if (end == std::string_view::npos) {
        fail(opened, "the quote that opens here is not closed; close it, or double it where it is a character");
      }
      const std::string_view part = content_.substr(position_, end - position_);
      line_ += std::count(part.begin(), part.end(), '\n');
      field += part;
      position_ = end + 1;
      if (!at('"')) break;
      field += '"';  // two of them are one character
    }
    if (position_ < content_.size() && !at(',') && !at_line_end()) {
      fail(line_, "expected a comma or the end of the line after a closing quote, found '" +
                      printable(content_.substr(position_, 1)) + "'; double a quote that is a character");
    }
    return field;
  }

  [[noreturn]] void fail(Index line, const std::string& what) const {
    throw FormatError(name_ + ":" + std::to_string(line) + ": " + what);
  }

  std::string_view content_;
  std::string name_;
  std::size_t position_ = 0;
  Index line_ = 1;
};

}  // namespace detail

/// All rows of a CSV text.
///
/// Lines end with LF or CRLF, the last one with either or nothing; a byte order mark and empty lines are left out.
/// Rows may have different numbers of fields. A quote inside a field that does not start with one is a character, as
/// is a carriage return within a line; RFC 4180 knows neither.
/// content: the whole file; name: its path, for messages. Throws FormatError with path and line for a quote that is not
/// closed, text behind a closing quote, or a NUL. Source: RFC 4180, section 2.
inline std::vector<CsvRow> parse_csv(std::string_view content, const std::filesystem::path& name) {
  detail::CsvReader reader(content, name.string());
  std::vector<CsvRow> rows;
  for (CsvRow row; reader.next(row);) {
    for (const std::string& field : row.fields) {
      if (field.find('\0') == std::string::npos) continue;
      throw FormatError(name.string() + ":" + std::to_string(row.line) + ": field " +
                        std::to_string(&field - row.fields.data() + 1) +
                        " holds a NUL byte; expected text, is it a CSV file?");
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

/// All rows of a CSV file of at most 1 GiB. Throws FileError where it cannot be read, FormatError as parse_csv does.
inline std::vector<CsvRow> read_csv(const std::filesystem::path& path) {
  return parse_csv(detail::read_file<std::string>(path, "a CSV file", std::uintmax_t{1} << 30), path);
}

}  // namespace tinyhtr
