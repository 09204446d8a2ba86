// LabelledImages: a data set as training uses it, wherever it comes from.
#pragma once

#include <string>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/data/check_images.hpp"
#include "tinyhtr/data/label_length.hpp"
#include "tinyhtr/data/report.hpp"
#include "tinyhtr/data/sample.hpp"

namespace tinyhtr {

/// What is kept of a data set.
struct DataOptions {
  Index time_steps = 64;      ///< T of the network: longer labels are dropped; 0 keeps every length
  bool use_err_rows = false;  ///< IAM's words: also those whose line is marked err, that is, cut out wrongly somewhere
  bool check_images = true;   ///< decode every image once, and drop those that are missing or broken
};

/// Where images and texts stand.
enum class DataKind { iam_words, iam_lines, texts_beside, tab_separated, csv };

/// The words for it in a message.
inline std::string to_string(DataKind kind) {
  switch (kind) {
    case DataKind::iam_words:
      return "IAM words";
    case DataKind::iam_lines:
      return "IAM lines";
    case DataKind::texts_beside:
      return "images with .gt.txt";
    case DataKind::tab_separated:
      return "tab-separated list";
    case DataKind::csv:
      return "CSV list";
  }
  throw ArgumentError("to_string: no such DataKind");
}

/// The images to use with their texts, and what became of the others.
struct LabelledImages {
  std::vector<Sample> samples;
  DataReport report;
  DataKind kind = DataKind::iam_words;
};

/// The last stages of loading: drops what training cannot use, images first (check_images), then labels that do not
/// fit (drop_long_labels), as far as the options say.
/// Throws ArgumentError for negative time_steps; FormatError where nothing is left.
inline void keep_usable(LabelledImages& data, const DataOptions& options) {
  if (options.time_steps < 0) {
    throw ArgumentError("keep_usable: expected time_steps >= 0, found " + std::to_string(options.time_steps));
  }
  if (options.check_images) check_images(data.samples, data.report);
  if (options.time_steps > 0) drop_long_labels(data.samples, options.time_steps, data.report);
  if (!data.samples.empty()) return;
  const DataReport& report = data.report;
  throw FormatError(report.source.string() + ": none of its " + std::to_string(report.rows) +
                    " rows can be used: " + report.summary() +
                    (report.dropped.empty() ? "" : "; the last: " + report.dropped.back().to_string()));
}

namespace detail {

/// Throws FormatError where more than half of the rows are malformed: then the file is not what it was read as.
/// expected: what it should be, "IAM's words.txt".
inline void check_mostly_well_formed(const DataReport& report, const std::string& expected) {
  if (2 * report.malformed <= report.rows) return;
  for (const DroppedRow& row : report.dropped) {
    if (row.reason != DropReason::malformed) continue;
    throw FormatError(report.source.string() + ": " + std::to_string(report.malformed) + " of " +
                      std::to_string(report.rows) + " rows are malformed; is it " + expected +
                      "? First: " + row.to_string());
  }
}

}  // namespace detail
}  // namespace tinyhtr
