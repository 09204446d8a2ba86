// The words or lines of the IAM handwriting database, as training uses them.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/files.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/data/iam_row.hpp"
#include "tinyhtr/data/labelled_images.hpp"
#include "tinyhtr/data/report.hpp"
#include "tinyhtr/data/sample.hpp"
#include "tinyhtr/data/text_lines.hpp"

namespace tinyhtr {

namespace detail {

/// How IAM stores its words, or its lines: rows in `FOLDER/<name>.txt`, images below `FOLDER/<name>`.
struct IamLayout {
  std::string name;
  DataKind kind;
  IamRow (*parse)(std::string_view);

  std::filesystem::path list(const std::filesystem::path& folder) const { return folder / (name + ".txt"); }
  std::filesystem::path images(const std::filesystem::path& folder) const { return folder / name; }

  /// Whether both are there.
  bool is_in(const std::filesystem::path& folder) const {
    return std::filesystem::exists(status_of(list(folder))) && std::filesystem::is_directory(status_of(images(folder)));
  }

  /// Throws FileError that says what is missing.
  void check(const std::filesystem::path& folder) const {
    const std::string expected = "expected a folder with " + name + ".txt and " + name + "/, as IAM unpacks";
    const std::filesystem::file_status status = status_of(folder);
    if (!std::filesystem::exists(status)) throw FileError(folder.string() + ": no such folder; " + expected);
    if (!std::filesystem::is_directory(status)) throw FileError(folder.string() + ": is not a folder; " + expected);
    if (!std::filesystem::exists(status_of(list(folder)))) {
      throw FileError(list(folder).string() + ": no such file; " + expected);
    }
    if (!std::filesystem::is_directory(status_of(images(folder)))) {
      throw FileError(images(folder).string() + ": no such folder; " + expected);
    }
  }
};

inline IamLayout iam_words() { return {"words", DataKind::iam_words, parse_iam_row}; }
inline IamLayout iam_lines() { return {"lines", DataKind::iam_lines, parse_iam_line_row}; }

/// The rows of one of IAM's lists; those marked err are left out on request.
inline LabelledImages read_iam_list(const std::filesystem::path& folder, const IamLayout& layout, bool use_err_rows) {
  layout.check(folder);
  LabelledImages data;
  data.kind = layout.kind;
  DataReport& report = data.report;
  report.source = layout.list(folder);
  const std::vector<std::string> lines = read_lines(report.source);
  std::unordered_map<std::string, Index> line_of;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].empty() || lines[i].front() == '#') continue;
    const Index line = static_cast<Index>(i) + 1;
    ++report.rows;
    IamRow row;
    try {
      row = layout.parse(lines[i]);
    } catch (const FormatError& error) {
      report.drop(line, "", DropReason::malformed, error.what());
      continue;
    }
    ++(row.ok ? report.ok : report.err);
    const auto [first, is_new] = line_of.emplace(row.id, line);
    if (!is_new) {
      report.drop(line, row.id, DropReason::duplicate, "line " + std::to_string(first->second) + " has it already");
    } else if (!row.ok && !use_err_rows) {
      report.drop(line, row.id, DropReason::marked_err, "");
    } else {
      data.samples.push_back({iam_image_path(layout.images(folder), row.id), row.text, row.id, line});
    }
  }
  const std::string expected = "IAM's " + layout.name + ".txt";
  if (report.rows == 0) throw FormatError(report.source.string() + ": has no rows; is it " + expected + "?");
  check_mostly_well_formed(report, expected);
  return data;
}

}  // namespace detail

/// First stage: the rows of FOLDER/words.txt, without a look at the images.
///
/// Samples keep the order of the rows. Rows marked err (unless wanted), malformed rows and the second row of an id are
/// dropped, counted and named in the report. Lines that start with # are comments.
/// Throws FileError where FOLDER, words.txt or words/ does not exist or cannot be reached; FormatError where there is
/// no row, or more than half of the rows are malformed: then it is not a words.txt.
inline LabelledImages read_iam_rows(const std::filesystem::path& folder, bool use_err_rows = false) {
  return detail::read_iam_list(folder, detail::iam_words(), use_err_rows);
}

/// The same for FOLDER/lines.txt with images below FOLDER/lines.
///
/// Rows marked err are used: the mark says that a line could not be cut into words, which, as the file's header says,
/// "should not affect" its image and text.
inline LabelledImages read_iam_line_rows(const std::filesystem::path& folder) {
  return detail::read_iam_list(folder, detail::iam_lines(), true);
}

/// The words of an IAM folder that training can use.
///
/// Three stages, each with its counts in the report: the rows of words.txt (read_iam_rows), the images (check_images),
/// the lengths of the labels (drop_long_labels).
/// Throws what read_iam_rows throws; ArgumentError for negative time_steps; FormatError where no word is left.
inline LabelledImages load_iam(const std::filesystem::path& folder, const DataOptions& options = {}) {
  LabelledImages data = read_iam_rows(folder, options.use_err_rows);
  keep_usable(data, options);
  return data;
}

/// The lines of an IAM folder that training can use, as load_iam has the words. A line needs a wider network than a
/// word: up to 90 characters, so T of some hundred steps.
inline LabelledImages load_iam_lines(const std::filesystem::path& folder, const DataOptions& options = {}) {
  LabelledImages data = read_iam_line_rows(folder);
  keep_usable(data, options);
  return data;
}

}  // namespace tinyhtr
