// MetricsCsv: a training's figures, a row per epoch, in metrics.csv.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "tinyhtr/core/files.hpp"
#include "tinyhtr/io/replace_file.hpp"
#include "tinyhtr/train/callback.hpp"
#include "tinyhtr/train/epoch_row.hpp"
#include "tinyhtr/train/trainer.hpp"

namespace tinyhtr {

/// Writes the table of epochs after every epoch. A resumed training keeps the rows of the epochs that its checkpoint
/// has behind it, and drops those of epochs that it goes through again.
/// Throws FileError where the file cannot be written; FormatError where that of the run is damaged.
template <class T>
class MetricsCsv : public Callback<T> {
 public:
  explicit MetricsCsv(std::filesystem::path file) : file_(std::move(file)) {}

  void run_begins(Trainer<T>& trainer) override {
    rows_.clear();
    if (trainer.state.epochs_done > 0 && std::filesystem::exists(file_)) {
      for (const EpochRow& row :
           parse_epoch_rows(detail::read_file<std::string>(file_, "a table of epochs", 1 << 26), file_)) {
        if (row.epoch <= trainer.state.epochs_done) rows_.push_back(row);
      }
    }
    replace_file(file_, epoch_rows_csv(rows_));
  }

  void epoch_done(Trainer<T>&, const EpochReport& report) override {
    rows_.push_back(EpochRow::of(report));
    replace_file(file_, epoch_rows_csv(rows_));
  }

  /// Of all epochs so far.
  const std::vector<EpochRow>& rows() const { return rows_; }

 private:
  std::filesystem::path file_;
  std::vector<EpochRow> rows_;
};

}  // namespace tinyhtr
