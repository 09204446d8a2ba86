// DataReport: what became of every row of a data set.
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/data/sample.hpp"

namespace tinyhtr {

/// Why a row is not used.
enum class DropReason { marked_err, malformed, duplicate, no_text, missing, broken, too_long };

/// All of them, in the order of a report.
inline constexpr std::array all_drop_reasons{DropReason::marked_err, DropReason::malformed, DropReason::duplicate,
                                             DropReason::no_text,    DropReason::missing,   DropReason::broken,
                                             DropReason::too_long};

/// The words for it in a report.
inline std::string to_string(DropReason reason) {
  switch (reason) {
    case DropReason::marked_err:
      return "marked err";
    case DropReason::malformed:
      return "malformed row";
    case DropReason::duplicate:
      return "duplicate id";
    case DropReason::no_text:
      return "image without text";
    case DropReason::missing:
      return "missing image";
    case DropReason::broken:
      return "broken image";
    case DropReason::too_long:
      return "label too long";
  }
  throw ArgumentError("to_string: no such DropReason");
}

/// A row that is not used: where it stands, and why not.
struct DroppedRow {
  std::filesystem::path file;
  Index line;      ///< 0 where `file` is a folder
  std::string id;  ///< empty where the row has none
  DropReason reason;
  std::string detail;

  /// "words.txt:17: a01-117-05-02: broken image: ..."
  std::string to_string() const {
    return file.string() + ":" + (line > 0 ? std::to_string(line) + ":" : "") + " " + (id.empty() ? "" : id + ": ") +
           tinyhtr::to_string(reason) + (detail.empty() ? "" : ": " + detail);
  }
};

/// Counts of a data set's rows. Every row is either in the samples or in `dropped`:
///
///     rows = ok + err + malformed + no_text = samples + dropped.size()
///
/// In a folder without a list, every image is a row, and every text without an image.
struct DataReport {
  std::filesystem::path source;  ///< the file that lists the rows, or the folder
  Index rows = 0;
  Index ok = 0, err = 0;  ///< well-formed rows by their status; all are ok where there is no such thing
  /// Dropped rows by their reason.
  Index marked_err = 0, malformed = 0, duplicate = 0, no_text = 0, missing = 0, broken = 0, too_long = 0;
  std::vector<DroppedRow> dropped;  ///< stage by stage, within a stage in the order of the rows

  /// How many rows one reason dropped.
  Index count(DropReason reason) const { return this->*counter(reason); }

  /// Counts one dropped row, and keeps its name.
  void drop(Index line, std::string id, DropReason reason, std::string detail) {
    ++(this->*counter(reason));
    dropped.push_back({source, line, std::move(id), reason, std::move(detail)});
  }

  /// Every reason that dropped a row, in one line: "5287 marked err, 1 broken image".
  std::string summary() const {
    std::string text;
    for (const DropReason reason : all_drop_reasons) {
      if (count(reason) == 0) continue;
      text += (text.empty() ? "" : ", ") + std::to_string(count(reason)) + " " + tinyhtr::to_string(reason);
    }
    return text.empty() ? "nothing dropped" : text;
  }

 private:
  /// The member that counts one reason.
  static Index DataReport::*counter(DropReason reason) {
    switch (reason) {
      case DropReason::marked_err:
        return &DataReport::marked_err;
      case DropReason::malformed:
        return &DataReport::malformed;
      case DropReason::duplicate:
        return &DataReport::duplicate;
      case DropReason::no_text:
        return &DataReport::no_text;
      case DropReason::missing:
        return &DataReport::missing;
      case DropReason::broken:
        return &DataReport::broken;
      case DropReason::too_long:
        return &DataReport::too_long;
    }
    throw ArgumentError("DataReport::count: no such DropReason");
  }
};

}  // namespace tinyhtr
