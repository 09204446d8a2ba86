// EpochRow: the figures of one epoch, as metrics.csv has them.
#pragma once

#include <array>
#include <charconv>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/number_text.hpp"
#include "tinyhtr/core/utf8.hpp"
#include "tinyhtr/data/csv.hpp"
#include "tinyhtr/train/training_reports.hpp"

namespace tinyhtr {

struct EpochRow {
  double epoch = 0;  ///< counted from 1
  double step = 0;   ///< how many steps there were in all
  double training_loss = 0, validation_loss = 0;
  double cer_micro = 0, cer_macro = 0, wer = 0;  ///< of the validation words
  double learning_rate = 0;                      ///< of the epoch's last step
  double training_seconds = 0, validation_seconds = 0;

  static EpochRow of(const EpochReport& report) {
    const Evaluation& validation = report.validation;
    return {static_cast<double>(report.epoch),
            static_cast<double>(report.step),
            report.training_loss,
            validation.loss,
            validation.errors.cer_micro(),
            validation.errors.cer_macro(),
            validation.errors.wer(),
            report.learning_rate,
            report.training_seconds,
            validation.seconds};
  }
};

namespace detail {

struct EpochColumn {
  const char* name;
  double EpochRow::*value;
};

inline constexpr std::array<EpochColumn, 10> epoch_columns = {{{"epoch", &EpochRow::epoch},
                                                               {"step", &EpochRow::step},
                                                               {"training_loss", &EpochRow::training_loss},
                                                               {"validation_loss", &EpochRow::validation_loss},
                                                               {"cer_micro", &EpochRow::cer_micro},
                                                               {"cer_macro", &EpochRow::cer_macro},
                                                               {"wer", &EpochRow::wer},
                                                               {"learning_rate", &EpochRow::learning_rate},
                                                               {"training_seconds", &EpochRow::training_seconds},
                                                               {"validation_seconds", &EpochRow::validation_seconds}}};

}  // namespace detail

/// The rows as CSV: a header of names, a line per epoch, every number with as many digits as it has.
inline std::string epoch_rows_csv(const std::vector<EpochRow>& rows) {
  std::vector<std::string> fields;
  for (const detail::EpochColumn& column : detail::epoch_columns) fields.emplace_back(column.name);
  std::string text = csv_row(fields);
  for (const EpochRow& row : rows) {
    fields.clear();
    for (const detail::EpochColumn& column : detail::epoch_columns) fields.push_back(shortest(row.*column.value));
    text += csv_row(fields);
  }
  return text;
}

/// The inverse of epoch_rows_csv. Throws FormatError that names file and line for anything else.
inline std::vector<EpochRow> parse_epoch_rows(std::string_view content, const std::filesystem::path& path) {
  const auto refuse = [&path](Index line, const std::string& reason) {
    throw FormatError(path.string() + ":" + std::to_string(line) + ": " + reason);
  };
  std::vector<EpochRow> rows;
  bool is_header = true;
  for (const CsvRow& csv : parse_csv(content, path)) {
    if (csv.fields.size() != detail::epoch_columns.size()) {
      refuse(csv.line, "expected " + std::to_string(detail::epoch_columns.size()) + " fields, found " +
                           std::to_string(csv.fields.size()));
    }
    EpochRow row;
    for (std::size_t k = 0; k < csv.fields.size(); ++k) {
      const detail::EpochColumn& column = detail::epoch_columns[k];
      const std::string& field = csv.fields[k];
      if (is_header) {
        if (field != column.name)
          refuse(csv.line, "expected the column " + std::string(column.name) + ", found '" + printable(field) + "'");
        continue;
      }
      const auto [end, problem] = std::from_chars(field.data(), field.data() + field.size(), row.*column.value);
      if (problem != std::errc() || end != field.data() + field.size())
        refuse(csv.line, std::string(column.name) + ": expected a number, found '" + printable(field) + "'");
    }
    if (!is_header) rows.push_back(row);
    is_header = false;
  }
  return rows;
}

}  // namespace tinyhtr
