// Error rates with all that belongs beside them, as JSON.
#pragma once

#include <nlohmann/json.hpp>

#include "tinyhtr/data/shared_writers.hpp"
#include "tinyhtr/metrics/error_rate.hpp"
#include "tinyhtr/report/run_report.hpp"

namespace tinyhtr {

/// The figures of a set of readings, in the order of a report:
///
///     words, characters, writers (null where none is known), edits, wrong_words,
///     cer_micro, cer_macro, wer: {value, low, high, low_by_writers, high_by_writers},   the last two from two writers
///     on level, resamples of the intervals
///
/// Throws ArgumentError without a word. A template, as the next one is: a program that calls neither need not compile
/// this second kind of nlohmann's JSON.
template <class Json = nlohmann::ordered_json>
Json figures_json(const ErrorRate& errors, const ReportIntervals& intervals, const BootstrapOptions& options = {}) {
  Json json;
  json["words"] = errors.words;
  json["characters"] = errors.characters;
  json["writers"] = nullptr;
  if (intervals.writers > 0) json["writers"] = intervals.writers;
  json["edits"] = errors.edits;
  json["wrong_words"] = errors.wrong_words;
  const auto add = [&](const char* name, double value, Interval ErrorIntervals::*interval) {
    Json& rate = json[name];
    rate["value"] = value;
    rate["low"] = (intervals.by_words.*interval).low;
    rate["high"] = (intervals.by_words.*interval).high;
    if (intervals.writers < 2) return;
    rate["low_by_writers"] = (intervals.by_writers.*interval).low;
    rate["high_by_writers"] = (intervals.by_writers.*interval).high;
  };
  add("cer_micro", errors.cer_micro(), &ErrorIntervals::cer_micro);
  add("cer_macro", errors.cer_macro(), &ErrorIntervals::cer_macro);
  add("wer", errors.wer(), &ErrorIntervals::wer);
  json["level"] = options.level;
  json["resamples"] = options.resamples;
  return json;
}

/// The writers of training and of the words read, and those of both; null where no writer is known.
template <class Json = nlohmann::ordered_json>
Json shared_writers_json(const SharedWriters& counts) {
  if (counts.training == 0 && counts.validation == 0) return nullptr;
  return {{"training", counts.training},
          {"validation", counts.validation},
          {"shared", counts.shared},
          {"shared_words", counts.shared_words},
          {"training_words", counts.training_words},
          {"validation_words", counts.validation_words},
          {"unknown_training", counts.unknown_training},
          {"unknown_validation", counts.unknown_validation}};
}

}  // namespace tinyhtr
