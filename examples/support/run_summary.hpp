// RunSummary: summary.json of a run, with the figures of its best epoch and what belongs beside them.
#pragma once

#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "support/memory.hpp"
#include "tinyhtr/core/files.hpp"
#include "tinyhtr/core/number_text.hpp"
#include "tinyhtr/core/version.hpp"
#include "tinyhtr/data/writers.hpp"
#include "tinyhtr/io/replace_file.hpp"
#include "tinyhtr/report/figures_json.hpp"
#include "tinyhtr/train/callback.hpp"
#include "tinyhtr/train/trainer.hpp"

namespace tinyhtr::examples {

/// What the trainer does not know of a run.
struct RunFacts {
  std::string command;  ///< by published_command
  std::string split;    ///< how the words were chosen
  Index parameters = 0;
  SharedWriters shared{};
  Writers writers{};
};

/// Writes after every epoch. A resumed run keeps the command that it was started with, and the figures of its best
/// epoch until there is a better one. Throws FileError where the file cannot be written, FormatError where that of the
/// run is damaged.
class RunSummary : public Callback<float> {
 public:
  RunSummary(std::filesystem::path file, RunFacts facts) : file_(std::move(file)), facts_(std::move(facts)) {}

  void run_begins(Trainer<float>& trainer) override {
    json_ = nlohmann::ordered_json::object();
    std::string command = facts_.command;
    if (trainer.state.epochs_done > 0 && std::filesystem::exists(file_)) {
      const auto text = detail::read_file<std::string>(file_, "a run's summary", 1 << 24);
      json_ = nlohmann::ordered_json::parse(text, nullptr, false);
      if (!json_.is_object() || json_.value("kind", "") != "training") {
        throw FormatError(file_.string() + ": expected a run's summary; delete it to go on without");
      }
      if (json_.contains("command") && json_["command"].is_string()) command = json_["command"];
    }
    json_["format"] = 1;
    json_["kind"] = "training";
    json_["command"] = command;
    json_["split"] = facts_.split;
    json_["parameters"] = facts_.parameters;
    json_["shared_writers"] = shared_writers_json(facts_.shared);
    json_["words_trained"] = facts_.shared.training_words;
    json_["threads"] = thread_count();
    json_["processor"] = this_machine().processor;
    json_["version"] = version;
  }

  void epoch_done(Trainer<float>& trainer, const EpochReport& report) override {
    json_["epochs"] = report.epoch;
    json_["epochs_planned"] = trainer.options.epochs;
    if (report.is_best) {
      const auto readings = word_readings(report.validation, trainer.validation().samples(), facts_.writers);
      json_["best_epoch"] = report.epoch;
      json_["figures"] = figures_json(report.validation.errors, report_intervals(counted_words(readings)));
    }
    write();
  }

  void run_ends(Trainer<float>&, TrainingEnd) override { write(); }

  /// The figures of the best epoch, each with its intervals, and the words that they are of.
  void print() const {
    if (!json_.contains("figures")) return;
    const nlohmann::ordered_json& figures = json_["figures"];
    for (const auto& [name, key] : {std::pair{"CER micro", "cer_micro"}, {"CER macro", "cer_macro"}, {"WER", "wer"}}) {
      const nlohmann::ordered_json& rate = figures[key];
      const auto number = [&rate](const char* field) { return fixed(rate[field].get<double>(), 4); };
      std::cout << (std::string(name) + "            ").substr(0, 13) << number("value") << "  95%: " << number("low")
                << " to " << number("high") << " by words";
      if (rate.contains("low_by_writers")) {
        std::cout << ", " << number("low_by_writers") << " to " << number("high_by_writers") << " by writers";
      }
      std::cout << '\n';
    }
    std::cout << "of           " << figures["words"] << " words, " << figures["characters"] << " characters";
    if (figures["writers"].is_number()) std::cout << ", " << figures["writers"] << " writers";
    std::cout << "; writers " << to_string(facts_.shared) << "\n             " << facts_.split
              << "; the epoch was chosen on these words\n";
  }

 private:
  void write() {
    json_["peak_memory_mib"] = peak_memory_mib();
    replace_file(file_, json_.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  }

  std::filesystem::path file_;
  RunFacts facts_;
  nlohmann::ordered_json json_;
};

}  // namespace tinyhtr::examples
