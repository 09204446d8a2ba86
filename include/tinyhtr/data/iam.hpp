// The words of the IAM handwriting database, as training uses them.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/files.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/data/check_images.hpp"
#include "tinyhtr/data/iam_row.hpp"
#include "tinyhtr/data/label_length.hpp"
#include "tinyhtr/data/report.hpp"
#include "tinyhtr/data/sample.hpp"
#include "tinyhtr/data/text_lines.hpp"

namespace tinyhtr {

/// What load_iam keeps.
struct IamOptions {
  Index time_steps = 64;      ///< T of the network: longer labels are dropped; 0 keeps every length
  bool use_err_rows = false;  ///< also words whose line is marked err, that is, cut out wrongly somewhere
  bool check_images = true;   ///< decode every image once, and drop those that are missing or broken
};

/// The words to use, and what became of the others.
struct IamData {
  std::vector<Sample> samples;
  DataReport report;
};

namespace detail {

inline void check_iam_folder(const std::filesystem::path& folder) {
  const std::string expected = "expected a folder with words.txt and words/, as IAM unpacks";
  const std::filesystem::file_status status = status_of(folder);
  if (!std::filesystem::exists(status)) {
    throw FileError(folder.string() + ": no such folder; " + expected);
  }
  if (!std::filesystem::is_directory(status)) {
    throw FileError(folder.string() + ": is not a folder; " + expected);
  }
  if (!std::filesystem::exists(status_of(folder / "words.txt"))) {
    throw FileError((folder / "words.txt").string() + ": no such file; " + expected);
  }
  if (!std::filesystem::is_directory(status_of(folder / "words"))) {
    throw FileError((folder / "words").string() + ": no such folder; " + expected);
  }
}

}  // namespace detail

/// First stage: the rows of FOLDER/words.txt, without a look at the images.
///
/// Samples keep the order of the rows. Rows marked err (unless wanted), malformed rows and the second row of an id are
/// dropped, counted and named in the report. Lines that start with # are comments.
/// Throws FileError where FOLDER, words.txt or words/ does not exist or cannot be reached; FormatError where there is
/// no row, or more than half of the rows are malformed: then it is not a words.txt.
inline IamData read_iam_rows(const std::filesystem::path& folder, bool use_err_rows = false) {
  detail::check_iam_folder(folder);
  IamData data;
  DataReport& report = data.report;
  report.source = folder / "words.txt";
  const std::vector<std::string> lines = detail::read_lines(report.source);
  std::unordered_map<std::string, Index> line_of;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].empty() || lines[i].front() == '#') continue;
    const Index line = static_cast<Index>(i) + 1;
    ++report.rows;
    IamRow row;
    try {
      row = parse_iam_row(lines[i]);
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
      data.samples.push_back({iam_image_path(folder / "words", row.id), row.text, row.id, line});
    }
  }
  if (report.rows == 0) throw FormatError(report.source.string() + ": has no rows; is it IAM's words.txt?");
  if (2 * report.malformed > report.rows) {
    const auto first = [](const DroppedRow& row) { return row.reason == DropReason::malformed; };
    throw FormatError(report.source.string() + ": " + std::to_string(report.malformed) + " of " +
                      std::to_string(report.rows) + " rows are malformed; is it IAM's words.txt? First: " +
                      std::find_if(report.dropped.begin(), report.dropped.end(), first)->to_string());
  }
  return data;
}

/// The words of an IAM folder that training can use: the function that every program calls.
///
/// Three stages, each with its counts in the report: the rows of words.txt (read_iam_rows), the images (check_images),
/// the lengths of the labels (drop_long_labels).
/// Throws what read_iam_rows throws; ArgumentError for negative time_steps; FormatError where no word is left.
inline IamData load_iam(const std::filesystem::path& folder, const IamOptions& options = {}) {
  if (options.time_steps < 0) {
    throw ArgumentError("load_iam: expected time_steps >= 0, found " + std::to_string(options.time_steps));
  }
  IamData data = read_iam_rows(folder, options.use_err_rows);
  if (options.check_images) check_images(data.samples, data.report);
  if (options.time_steps > 0) drop_long_labels(data.samples, options.time_steps, data.report);
  if (data.samples.empty()) {
    throw FormatError(data.report.source.string() + ": none of its " + std::to_string(data.report.rows) +
                      " words can be used: " + data.report.summary() +
                      "; the last: " + data.report.dropped.back().to_string());
  }
  return data;
}

}  // namespace tinyhtr
