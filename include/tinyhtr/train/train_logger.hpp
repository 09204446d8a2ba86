// TrainLogger: a line per epoch in logs.log.
#pragma once

#include <sys/time.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "tinyhtr/core/files.hpp"
#include "tinyhtr/core/number_text.hpp"
#include "tinyhtr/io/replace_file.hpp"
#include "tinyhtr/train/callback.hpp"
#include "tinyhtr/train/trainer.hpp"

namespace tinyhtr {

/// Writes the log of the reference system, whose epochs are counted from 0:
///
///     2026-01-31 12:00:00,000 - root - INFO - Epoch 0; loss: 15.37; val_loss: 12.5; val_CER: 0.79; val_WER: 0.92; lr:
///     0.0005
///
/// val_CER is the macro error rate, as there. A resumed training drops the lines of epochs that it goes through again.
/// Throws FileError where the file cannot be written. Matches mltu's TrainLogger, by Python's logging.
template <class T>
class TrainLogger : public Callback<T> {
 public:
  explicit TrainLogger(std::filesystem::path file) : file_(std::move(file)) {}

  void run_begins(Trainer<T>& trainer) override {
    text_.clear();
    if (trainer.state.epochs_done > 0 && std::filesystem::exists(file_)) {
      const auto old = detail::read_file<std::string>(file_, "a log", 1 << 28);
      keep_lines_before(old, trainer.state.epochs_done);
    }
    replace_file(file_, text_);
  }

  void epoch_done(Trainer<T>&, const EpochReport& report) override {
    const ErrorRate& errors = report.validation.errors;
    text_ += time_of_day() + " - root - INFO - Epoch " + std::to_string(report.epoch - 1) +
             "; loss: " + shortest(report.training_loss) + "; val_loss: " + shortest(report.validation.loss) +
             "; val_CER: " + shortest(errors.cer_macro()) + "; val_WER: " + shortest(errors.wer()) +
             "; lr: " + shortest(report.learning_rate) + "\n";
    replace_file(file_, text_);
  }

 private:
  /// Local time with milliseconds after a comma, as Python's logging has it.
  static std::string time_of_day() {
    timeval now = {};
    ::gettimeofday(&now, nullptr);
    std::tm local = {};
    ::localtime_r(&now.tv_sec, &local);
    std::array<char, 32> text{};
    const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &local);
    std::string milliseconds = std::to_string(now.tv_usec / 1000);
    milliseconds.insert(0, 3 - milliseconds.size(), '0');
    return std::string(text.data(), size) + "," + milliseconds;
  }

  /// Lines that name no epoch are somebody's own, and stay.
  void keep_lines_before(std::string_view old, int epochs_done) {
    constexpr std::string_view mark = " - Epoch ";
    while (!old.empty()) {
      const std::size_t end = std::min(old.find('\n'), old.size());
      const std::string_view line = old.substr(0, end);
      old.remove_prefix(std::min(end + 1, old.size()));
      int epoch = -1;
      const std::size_t place = line.find(mark);
      if (place != std::string_view::npos) {
        std::from_chars(line.data() + place + mark.size(), line.data() + line.size(), epoch);
      }
      if (epoch < epochs_done) text_ += std::string(line) + "\n";
    }
  }

  std::filesystem::path file_;
  std::string text_;
};

}  // namespace tinyhtr
