// The report of a training or an evaluation: one HTML file that needs nothing else.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tinyhtr/core/number_text.hpp"
#include "tinyhtr/metrics/bootstrap.hpp"
#include "tinyhtr/report/confusion_tables.hpp"
#include "tinyhtr/report/epoch_charts.hpp"
#include "tinyhtr/report/error_tables.hpp"
#include "tinyhtr/report/gallery.hpp"
#include "tinyhtr/report/html.hpp"
#include "tinyhtr/report/machine.hpp"
#include "tinyhtr/report/word_reading.hpp"
#include "tinyhtr/train/epoch_row.hpp"

namespace tinyhtr {

/// The intervals of a set of readings, by words and, where at least two writers are known, by writers.
struct ReportIntervals {
  ErrorIntervals by_words, by_writers;
  Index writers = 0;  ///< how many are known; by_writers is empty below two
};

/// What a report tells; texts are any bytes, and what is empty is left out.
struct RunReport {
  std::string title = "Report";
  std::string split{};       ///< which words the figures are of, to stand beside every number
  std::string trained_on{};  ///< which words the network learned from
  std::string network{};     ///< which network read them: "epoch 7, best.safetensors"
  std::vector<WordReading> words{};
  double loss = std::numeric_limits<double>::quiet_NaN();  ///< mean CTC loss, where finite
  std::vector<EpochRow> epochs{};                          ///< none for an evaluation
  std::vector<std::pair<std::string, std::string>> configuration{};
  std::vector<std::pair<std::string, std::string>> machine = machine_rows(this_machine());
  BootstrapOptions bootstrap{};
  GallerySizes gallery{};
  std::optional<ReportIntervals> intervals{};  ///< report_intervals of the words, where somebody has them already
};

/// The intervals of words, each with its errors and its writer, empty where nobody knows; drawn as the options say.
/// Throws what bootstrap_intervals throws.
inline ReportIntervals report_intervals(const std::vector<ErrorRate>& errors, const std::vector<std::string>& writers,
                                        const BootstrapOptions& options = {}) {
  ReportIntervals intervals;
  intervals.by_words = bootstrap_intervals(errors, options);
  std::vector<std::string> known = writers;
  std::sort(known.begin(), known.end());
  known.erase(std::unique(known.begin(), known.end()), known.end());
  intervals.writers = static_cast<Index>(known.size()) - (known.front().empty() ? 1 : 0);
  if (intervals.writers >= 2) intervals.by_writers = bootstrap_intervals(by_writer(errors, writers), options);
  return intervals;
}

/// The same of the words of a report.
inline ReportIntervals report_intervals(const std::vector<CountedWord>& words, const BootstrapOptions& options = {}) {
  std::vector<ErrorRate> errors;
  std::vector<std::string> writers;
  for (const CountedWord& word : words) {
    errors.push_back(word.errors);
    writers.push_back(word.word->writer);
  }
  return report_intervals(errors, writers, options);
}

namespace detail {

inline std::string interval_line(const Interval& interval, const ErrorIntervals& all, const char* drawn) {
  return "<p class=\"interval\">" + fixed(100 * all.level, 0) + "%: " + html_percent(interval.low) + " to " +
         html_percent(interval.high) + " <span class=\"soft\">by " + drawn + "</span></p>\n";
}

inline std::string figure_card(const std::string& name, double value, const std::string& meaning,
                               const std::string& split, Interval ErrorIntervals::*interval,
                               const ReportIntervals& intervals) {
  std::string html = "<div class=\"card\"><h2>" + name + "</h2>\n<div class=\"figure\">" + html_percent(value) +
                     "</div>\n" + interval_line(intervals.by_words.*interval, intervals.by_words, "words");
  if (intervals.writers >= 2) html += interval_line(intervals.by_writers.*interval, intervals.by_writers, "writers");
  return html + "<p>" + meaning + "</p>\n<p class=\"split\">" + html_text(split) + "</p></div>\n";
}

inline std::string figures_html(const RunReport& report, const std::vector<CountedWord>& words) {
  const ErrorRate sum = sum_of(words);
  const ReportIntervals intervals = report.intervals ? *report.intervals : report_intervals(words, report.bootstrap);
  std::string html = "<div class=\"cards\">\n";
  html += figure_card(
      "CER micro", sum.cer_micro(),
      grouped(sum.edits) + (sum.edits == 1 ? " edit in " : " edits in ") + grouped(sum.characters) + " characters",
      report.split, &ErrorIntervals::cer_micro, intervals);
  html += figure_card("CER macro", sum.cer_macro(), "mean over words of edits / length", report.split,
                      &ErrorIntervals::cer_macro, intervals);
  html += figure_card("WER", sum.wer(), grouped(sum.wrong_words) + " of " + grouped(sum.words) + " words wrong",
                      report.split, &ErrorIntervals::wer, intervals);
  html += "<div class=\"card\"><h2>Words</h2>\n<div class=\"figure\">" +
          html_data(std::to_string(sum.words), grouped(sum.words)) + "</div>\n<p class=\"interval\">" +
          grouped(sum.characters) + " characters" +
          (intervals.writers > 0 ? ", " + grouped(intervals.writers) + (intervals.writers == 1 ? " writer" : " writers")
                                 : "") +
          "</p>\n" +
          (std::isfinite(report.loss)
               ? "<p class=\"interval\">loss " + html_data(shortest(report.loss), fixed(report.loss, 3)) + "</p>\n"
               : "") +
          "<p class=\"split\">" + html_text(report.split) + "</p></div>\n</div>\n";
  html += "<p class=\"note\">Intervals: percentile bootstrap, " + grouped(report.bootstrap.resamples) + " resamples.";
  if (intervals.writers >= 2) {
    html +=
        " Words of one writer are not independent: those by words say how the rates vary over other words of these"
        " writers, those by writers hold for other writers";
    html += intervals.writers < 20 ? ", but " + grouped(intervals.writers) + " are few, and they are too narrow." : ".";
  } else {
    html += " They say how the rates vary over other words of the same writers, not over other writers.";
  }
  const double bound = std::min(1.0, 3 / static_cast<double>(sum.words));
  if (sum.wrong_words == 0) {
    html += " Intervals without width: no wrong word in " + grouped(sum.words) + " is what a WER of up to about " +
            html_percent(bound) + " gives too (3 / words).";
  } else if (sum.wrong_words == sum.words) {
    html += " An interval of the WER without width: only wrong words in " + grouped(sum.words) +
            " is what a WER from about " + html_percent(1 - bound) + " gives too (1 - 3 / words).";
  }
  return html + "</p>\n";
}

inline std::string pairs_table(const std::vector<std::pair<std::string, std::string>>& rows) {
  std::string html = "<div class=\"wide\"><table><tbody>\n";
  for (const auto& [name, value] : rows) {
    html += "<tr><th>" + html_text(name) + "</th><td class=\"text\">" + html_text(value) + "</td></tr>\n";
  }
  return html + "</tbody></table></div>\n";
}

inline std::string labelled_line(const char* name, const std::string& value) {
  return value.empty() ? ""
                       : "<p class=\"split\"><span class=\"soft\">" + std::string(name) + "</span> " +
                             html_text(value) + "</p>\n";
}

}  // namespace detail

/// The report as a page: figures with their intervals, curves, errors by length, class and writer, confusions,
/// readings, configuration, machine. About 100 images at most, whatever the number of words. An image that cannot be
/// read is said to be so; bytes that are not UTF-8 become U+FFFD, and count as that.
inline std::string run_report_html(const RunReport& report) {
  const std::vector<CountedWord> words = counted_words(report.words);
  std::vector<std::pair<std::string, std::string>> contents;
  std::string sections;
  const auto add = [&](const std::string& id, const std::string& name, const std::string& body) {
    contents.emplace_back(id, name);
    sections += html_section(id, name, body);
  };
  if (!report.epochs.empty()) add("curves", "Curves", epoch_charts_html(report.epochs));
  if (!words.empty()) {
    add("errors", "Where the errors are",
        "<div class=\"columns\">\n<div><h3>By length of the word</h3>\n" + errors_by_length_html(words) +
            "</div>\n<div><h3>By class of the character</h3>\n" + errors_by_class_html(words) + "</div>\n</div>\n");
    const std::string by_writers = errors_by_writer_html(words);
    if (!by_writers.empty()) add("writers", "Errors by writer", by_writers);
    add("confusions", "Characters taken for others", confusions_html(words));
    add("readings", "Readings", gallery_html(words, report.gallery));
  }
  if (!report.configuration.empty()) {
    add("configuration", "Configuration", detail::pairs_table(report.configuration));
  }
  if (!report.machine.empty()) add("machine", "Machine", detail::pairs_table(report.machine));

  std::string body = "<header>\n<h1>" + html_text(report.title) + "</h1>\n";
  body += detail::labelled_line("words:", report.split);
  body += detail::labelled_line("network:", report.network);
  body += detail::labelled_line("trained on:", report.trained_on);
  body += "<nav>";
  for (const auto& [id, name] : contents) body += "<a href=\"#" + id + "\">" + html_text(name) + "</a>\n";
  body += "</nav>\n</header>\n";
  body += words.empty() ? "<p>No word was read.</p>\n" : detail::figures_html(report, words);
  return html_page(report.title, body + sections);
}

}  // namespace tinyhtr
