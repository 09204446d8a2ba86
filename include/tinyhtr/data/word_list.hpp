// A list of images with their texts, tab-separated or CSV.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/files.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/core/utf8.hpp"
#include "tinyhtr/data/check_text.hpp"
#include "tinyhtr/data/csv.hpp"
#include "tinyhtr/data/labelled_images.hpp"
#include "tinyhtr/data/text_lines.hpp"

namespace tinyhtr {

namespace detail {

/// Where a row of a list has its path and its text.
struct WordListColumns {
  std::size_t path = 0, text = 1;
  std::size_t count = 2;
  bool named = false;  ///< the first row is a header, which said so
};

/// What the first row says: a header `0,1`, as pandas writes it, or one with names for path and text among its fields.
inline WordListColumns columns_of(const std::vector<std::string>& first_row) {
  static constexpr std::array<std::string_view, 8> paths{"path",      "image",      "file",      "filename",
                                                         "file_name", "image_path", "file_path", "img"};
  static constexpr std::array<std::string_view, 8> texts{"text",       "label", "transcription", "word",
                                                         "transcript", "words", "ground_truth",  "gt"};
  WordListColumns columns;
  if (first_row == std::vector<std::string>{"0", "1"}) {
    columns.named = true;
    return columns;
  }
  const auto find = [&first_row](const auto& names) {
    for (std::size_t i = 0; i < first_row.size(); ++i) {
      std::string name(trimmed(first_row[i]));
      for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      if (std::find(names.begin(), names.end(), name) != names.end()) return i;
    }
    return first_row.size();
  };
  const std::size_t path = find(paths), text = find(texts);
  if (path < first_row.size() && text < first_row.size()) return {path, text, first_row.size(), true};
  return columns;
}

/// The first line that is neither empty nor starts with #, without a byte order mark.
inline std::string_view first_row_of(std::string_view content) {
  if (content.starts_with("\xEF\xBB\xBF")) content.remove_prefix(3);
  while (!content.empty()) {
    const std::size_t end = std::min(content.find('\n'), content.size());
    const std::string_view line = trimmed(content.substr(0, end));
    if (!line.empty() && line.front() != '#') return line;
    content.remove_prefix(std::min(end + 1, content.size()));
  }
  return {};
}

/// Adds one row of a list to the samples, or to what is dropped.
class WordListRows {
 public:
  explicit WordListRows(LabelledImages& data) : data_(data) {}

  void add(Index line, const std::string& path, std::string text) {
    DataReport& report = data_.report;
    ++report.rows;
    try {
      if (path.empty()) throw FormatError("the path is empty");
      if (path.find('\0') != std::string::npos) throw FormatError("the path '" + printable(path) + "' holds a NUL");
      check_text(text);
    } catch (const FormatError& error) {
      report.drop(line, printable(path), DropReason::malformed, error.what());
      return;
    }
    ++report.ok;
    const auto [first, is_new] = line_of_.emplace(std::filesystem::path(path).lexically_normal().string(), line);
    if (is_new) {
      data_.samples.push_back({path, std::move(text), path, line});
    } else {
      report.drop(line, path, DropReason::duplicate, "line " + std::to_string(first->second) + " has it already");
    }
  }

  void refuse(Index line, const std::string& reason) {
    ++data_.report.rows;
    data_.report.drop(line, "", DropReason::malformed, reason);
  }

 private:
  LabelledImages& data_;
  std::unordered_map<std::string, Index> line_of_;
};

inline void parse_tab_separated(LabelledImages& data, std::string_view content) {
  if (content.starts_with("\xEF\xBB\xBF")) content.remove_prefix(3);
  WordListRows rows(data);
  bool is_first = true;
  for (Index line = 1; !content.empty(); ++line) {
    const std::size_t end = std::min(content.find('\n'), content.size());
    const std::string_view row = content.substr(0, end);
    content.remove_prefix(std::min(end + 1, content.size()));
    if (trimmed(row).empty() || trimmed(row).front() == '#') continue;
    const std::size_t tab = row.find('\t');
    if (tab == std::string_view::npos) {
      rows.refuse(line, "expected 'path<TAB>text', found no tab in '" + printable(row) + "'");
      continue;
    }
    const std::string path(trimmed(row.substr(0, tab))), text(trimmed(row.substr(tab + 1)));
    if (!std::exchange(is_first, false) || !columns_of({path, text}).named) rows.add(line, path, text);
  }
}

inline void parse_csv_list(LabelledImages& data, std::string_view content) {
  CsvReader reader(content, data.report.source.string());
  WordListRows rows(data);
  WordListColumns columns;
  bool is_first = true;
  for (CsvRow row; reader.next(row);) {
    if (std::exchange(is_first, false)) {
      columns = columns_of(row.fields);
      if (columns.named) continue;
    }
    if (row.fields.size() == columns.count) {
      rows.add(row.line, row.fields[columns.path], std::move(row.fields[columns.text]));
    } else {
      rows.refuse(row.line,
                  "expected " + std::to_string(columns.count) + " fields, " +
                      (columns.named ? "as in the header" : "path and text") + ", found " +
                      std::to_string(row.fields.size()) +
                      (columns.count == 2 && row.fields.size() > 2 ? "; quote a text that holds a comma" : ""));
    }
  }
}

}  // namespace detail

/// Where an image is that a list names: a relative path counts from the folder of the list if it leads to something
/// there, so that a list goes with its images; else from the current folder.
inline std::filesystem::path listed_path(const std::filesystem::path& path, const std::filesystem::path& list) {
  if (path.is_absolute()) return path;
  std::error_code problem;
  std::filesystem::path beside_list = list.parent_path() / path;
  return std::filesystem::exists(beside_list, problem) ? beside_list : path;
}

/// Whether a text is a list of images with texts, by its first row: it holds a tab or a comma. A list of ids has
/// neither.
inline bool is_word_list(std::string_view content) {
  return detail::first_row_of(content).find_first_of("\t,") != std::string_view::npos;
}

/// The same of a file, of which it reads the first 64 KiB. Throws FileError where it cannot be read.
inline bool is_word_list_file(const std::filesystem::path& path) {
  detail::check_is_file(path);
  std::ifstream file(path, std::ios::binary);
  if (!file) throw FileError(path.string() + ": cannot be opened for reading");
  std::string start(std::size_t{1} << 16, '\0');
  file.read(start.data(), static_cast<std::streamsize>(start.size()));
  start.resize(static_cast<std::size_t>(file.gcount()));
  return is_word_list(start);
}

/// Reads the rows of a list, in its order; the images are those that it names, not looked for.
///
/// If the first row holds a tab, the list is tab-separated: a line is `path<TAB>text`, blanks at the ends do not
/// count, empty lines and those that start with # are left out. Else it is CSV (see parse_csv) with the columns path
/// and text and no header, or the header `0,1`, or a header that names the two among others: path, image, file,
/// filename ...; text, label, transcription, word ... A sample's id is its path as the list has it. Rows without a
/// path, with a text that check_text refuses, with another number of fields, and the second row of a path are dropped,
/// counted and named in the report. content: the whole file; name: its path, for messages. Throws FormatError for
/// quotes that are not closed, where there is no row, or more than half of the rows are malformed.
inline LabelledImages parse_word_list(std::string_view content, const std::filesystem::path& name) {
  LabelledImages data;
  data.report.source = name;
  const bool tabs = detail::first_row_of(content).find('\t') != std::string_view::npos;
  data.kind = tabs ? DataKind::tab_separated : DataKind::csv;
  if (tabs) {
    detail::parse_tab_separated(data, content);
  } else {
    detail::parse_csv_list(data, content);
  }
  const std::string expected = "a list of images with texts, 'path<TAB>text' or 'path,text'";
  if (data.report.rows == 0) throw FormatError(name.string() + ": has no rows; expected " + expected);
  detail::check_mostly_well_formed(data.report, expected + " (read as " + (tabs ? "tab-separated" : "CSV") +
                                                    ", for its first row has " + (tabs ? "a tab)" : "no tab)"));
  return data;
}

/// First stage: the rows of a list file of at most 1 GiB, without a look into the images.
///
/// Images are where listed_path finds them. Throws FileError where the list cannot be read; FormatError as
/// parse_word_list does.
inline LabelledImages read_word_list(const std::filesystem::path& path) {
  const auto content = detail::read_file<std::string>(path, "a list of images with texts", std::uintmax_t{1} << 30);
  LabelledImages data = parse_word_list(content, path);
  for (Sample& sample : data.samples) sample.image = listed_path(sample.image, path);
  return data;
}

/// The images of a list that training can use: read_word_list, then keep_usable. Throws what those throw.
inline LabelledImages load_word_list(const std::filesystem::path& path, const DataOptions& options = {}) {
  LabelledImages data = read_word_list(path);
  keep_usable(data, options);
  return data;
}

/// Samples as a CSV list with the header `0,1`, which read_word_list reads back as the same images with the same texts
/// in the same order. Source: train.csv and val.csv of the library mltu.
inline std::string word_list_csv(const std::vector<Sample>& samples) {
  std::string content = csv_row({"0", "1"});
  for (const Sample& sample : samples) content += csv_row({sample.image.string(), sample.text});
  return content;
}

}  // namespace tinyhtr
