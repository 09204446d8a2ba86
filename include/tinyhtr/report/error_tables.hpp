// Tables of a report that split the errors: by length of the word, class of the character, writer.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tinyhtr/core/number_text.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/metrics/character_class.hpp"
#include "tinyhtr/metrics/error_rate.hpp"
#include "tinyhtr/report/html.hpp"
#include "tinyhtr/report/word_reading.hpp"

namespace tinyhtr {

namespace detail {

/// A cell with a bar as long as `value` is of `largest`.
inline std::string bar_cell(double value, double largest) {
  const double share = largest > 0 ? std::clamp(value / largest, 0.0, 1.0) : 0;
  return "<td class=\"bar\">" + (value > 0 ? "<i style=\"width:" + fixed(100 * share, 1) + "%\"></i>" : std::string()) +
         "</td>";
}

/// A table of some sets of words with their error rates.
inline std::string rates_table(const std::string& name, const std::vector<std::pair<std::string, ErrorRate>>& rows,
                               double largest) {
  std::string html = "<div class=\"wide\"><table>\n<thead><tr><th>" + html_text(name) +
                     "</th><th>words</th><th>characters</th><th>WER</th><th>CER micro</th><th></th></tr></thead>\n"
                     "<tbody>\n";
  for (const auto& [key, errors] : rows) {
    html += "<tr><th>" + html_text(key) + "</th><td>" + grouped(errors.words) + "</td><td>" +
            grouped(errors.characters) + "</td><td>" + html_percent(errors.wer()) + "</td><td>" +
            html_percent(errors.cer_micro()) + "</td>" + bar_cell(errors.cer_micro(), largest) + "</tr>\n";
  }
  return html + "</tbody></table></div>\n";
}

inline double largest_cer(const std::vector<std::pair<std::string, ErrorRate>>& rows) {
  double largest = 0;
  for (const auto& [key, errors] : rows) largest = std::max(largest, errors.cer_micro());
  return largest;
}

}  // namespace detail

/// Error rates by the length of the label in code points: each length to 9, then 10 to 12, then longer ones.
inline std::string errors_by_length_html(const std::vector<CountedWord>& words) {
  std::map<Index, ErrorRate> sums;
  for (const CountedWord& word : words) {
    const Index length = word.errors.characters;
    sums[length < 10 ? length : length <= 12 ? 10 : 13].add(word.errors);
  }
  std::vector<std::pair<std::string, ErrorRate>> rows;
  for (const auto& [length, errors] : sums) {
    const std::string name = length < 10 ? std::to_string(length) : length == 10 ? "10 to 12" : "13 and more";
    rows.emplace_back(name, errors);
  }
  return detail::rates_table("length", rows, detail::largest_cer(rows));
}

/// What became of the characters of each class that the labels or readings have.
inline std::string errors_by_class_html(const std::vector<CountedWord>& words) {
  ErrorsByClass errors;
  for (const CountedWord& word : words) errors.add(word.label, word.reading);
  double largest = 0;
  for (const ClassErrors& counts : errors.counts) largest = std::max(largest, counts.error_rate());
  std::string html =
      "<div class=\"wide\"><table>\n<thead><tr><th>class</th><th>in labels</th><th>read as another</th>"
      "<th>not read</th><th>read too much</th><th>error rate</th><th></th></tr></thead>\n<tbody>\n";
  for (const CharacterClass c : character_classes) {
    const ClassErrors& counts = errors.of(c);
    if (counts.characters == 0 && counts.inserted == 0) continue;
    html += "<tr><th>" + to_string(c) + "</th><td>" + detail::grouped(counts.characters) + "</td><td>" +
            detail::grouped(counts.substituted) + "</td><td>" + detail::grouped(counts.deleted) + "</td><td>" +
            detail::grouped(counts.inserted) + "</td><td>" +
            (counts.characters == 0 ? "none" : detail::html_percent(counts.error_rate())) + "</td>" +
            detail::bar_cell(counts.error_rate(), largest) + "</tr>\n";
  }
  return html + "</tbody></table></div>\n";
}

/// Error rates by writer: the worst beside the best, the others below; empty where no word has a writer. Those with
/// fewer than ten words come last, for theirs are the rates of chance.
inline std::string errors_by_writer_html(const std::vector<CountedWord>& words) {
  constexpr std::size_t shown_at_once = 10;
  constexpr Index few_words = 10;
  std::map<std::string, ErrorRate> sums;
  Index without = 0;
  for (const CountedWord& word : words) {
    if (word.word->writer.empty()) {
      ++without;
    } else {
      sums[word.word->writer].add(word.errors);
    }
  }
  if (sums.empty()) return "";
  using Row = std::pair<std::string, ErrorRate>;
  std::vector<Row> rows(sums.begin(), sums.end());
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Row& a, const Row& b) { return a.second.cer_micro() > b.second.cer_micro(); });
  const double middle_cer = rows[rows.size() / 2].second.cer_micro(), largest = detail::largest_cer(rows);
  std::stable_partition(rows.begin(), rows.end(), [](const Row& row) { return row.second.words >= few_words; });
  const auto enough = static_cast<std::size_t>(
      std::count_if(rows.begin(), rows.end(), [](const Row& row) { return row.second.words >= few_words; }));
  std::string html = "<p class=\"note\">" + detail::grouped(static_cast<Index>(rows.size())) +
                     (rows.size() == 1 ? " writer" : " writers") + "; the middle one has a CER micro of " +
                     detail::html_percent(middle_cer) + "." +
                     (without == 0 ? "" : " Of " + detail::grouped(without) + " words the writer is not known.");
  const auto table = [&](std::size_t first, std::size_t last) {
    return detail::rates_table(
        "writer", {rows.begin() + static_cast<Index>(first), rows.begin() + static_cast<Index>(last)}, largest);
  };
  if (enough < 2 * shown_at_once) {
    html += " The worst first, those with fewer than " + std::to_string(few_words) + " words at the end.</p>\n";
    const std::size_t first = rows.size() <= 3 * shown_at_once ? rows.size() : 2 * shown_at_once;
    html += table(0, first);
    if (first == rows.size()) return html;
    return html + "<details><summary>the other " + detail::grouped(static_cast<Index>(rows.size() - first)) +
           " writers</summary>\n" + table(first, rows.size()) + "</details>\n";
  }
  html += " Of " + detail::grouped(static_cast<Index>(enough)) + " with at least " + std::to_string(few_words) +
          " words, the " + std::to_string(shown_at_once) + " worst and the " + std::to_string(shown_at_once) +
          " best:</p>\n<div class=\"columns\">\n<div>" + table(0, shown_at_once) + "</div>\n<div>" +
          table(enough - shown_at_once, enough) + "</div>\n</div>\n";
  return html + "<details><summary>all " + detail::grouped(static_cast<Index>(rows.size())) + " writers</summary>\n" +
         table(0, rows.size()) + "</details>\n";
}

}  // namespace tinyhtr
