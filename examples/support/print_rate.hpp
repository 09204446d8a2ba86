// print_rate: an error rate with its intervals, as lines of `name value`.
#pragma once

#include <iostream>
#include <string>

#include "support/program.hpp"
#include "tinyhtr/metrics/bootstrap.hpp"
#include "tinyhtr/report/run_report.hpp"

namespace tinyhtr::examples {

/// name, name_low, name_high, and by writers too where two are known: name_low_by_writers, name_high_by_writers.
inline void print_rate(const std::string& name, double rate, Interval ErrorIntervals::*interval,
                       const ReportIntervals& intervals) {
  const auto line = [&name](const char* what, double value) {
    std::cout << name << what << ' ' << fixed(value, 6) << '\n';
  };
  line("", rate);
  line("_low", (intervals.by_words.*interval).low);
  line("_high", (intervals.by_words.*interval).high);
  if (intervals.writers < 2) return;
  line("_low_by_writers", (intervals.by_writers.*interval).low);
  line("_high_by_writers", (intervals.by_writers.*interval).high);
}

/// Words, characters, writers where they are known, and the three rates.
inline void print_rates(const ErrorRate& errors, const ReportIntervals& intervals) {
  std::cout << "words " << errors.words << '\n' << "characters " << errors.characters << '\n';
  if (intervals.writers > 0) std::cout << "writers " << intervals.writers << '\n';
  print_rate("cer_micro", errors.cer_micro(), &ErrorIntervals::cer_micro, intervals);
  print_rate("cer_macro", errors.cer_macro(), &ErrorIntervals::cer_macro, intervals);
  print_rate("wer", errors.wer(), &ErrorIntervals::wer, intervals);
}

}  // namespace tinyhtr::examples
