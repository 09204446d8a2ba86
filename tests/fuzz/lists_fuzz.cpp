// Bytes as each kind of text table: CSV, lists of images with texts, IAM's rows and forms, metrics.csv.
#include <string>

#include "target.hpp"
#include "tinyhtr/data/csv.hpp"
#include "tinyhtr/data/iam_row.hpp"
#include "tinyhtr/data/text_beside.hpp"
#include "tinyhtr/data/word_list.hpp"
#include "tinyhtr/data/writers.hpp"
#include "tinyhtr/train/epoch_row.hpp"

namespace {

/// What was read is written so that it is read again.
void check_round_trip(std::string_view content) {
  using namespace tinyhtr;
  const std::vector<CsvRow> rows = parse_csv(content, "fuzz");
  std::string written;
  for (const CsvRow& row : rows) written += csv_row(row.fields);
  const std::vector<CsvRow> again = parse_csv(written, "fuzz");
  if (again.size() != rows.size()) __builtin_trap();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].fields != again[i].fields) __builtin_trap();
  }
}

}  // namespace

TINYHTR_FUZZ(content) {
  using namespace tinyhtr;
  const auto refuse = [&](const auto& parse) {
    try {
      parse();
    } catch (const Error&) {
    }
  };
  refuse([&] { check_round_trip(content); });
  refuse([&] { static_cast<void>(parse_word_list(content, "fuzz")); });
  refuse([&] { static_cast<void>(parse_iam_row(content)); });
  refuse([&] { static_cast<void>(parse_iam_line_row(content)); });
  refuse([&] { static_cast<void>(parse_text_beside(content)); });
  refuse([&] { static_cast<void>(parse_writers(content, "fuzz")); });
  refuse([&] { static_cast<void>(parse_epoch_rows(content, "fuzz")); });
}
