// Tables of a report that tell which characters are taken for which.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tinyhtr/core/number_text.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/core/utf8.hpp"
#include "tinyhtr/metrics/confusion.hpp"
#include "tinyhtr/report/html.hpp"
#include "tinyhtr/report/word_reading.hpp"

namespace tinyhtr {

namespace detail {

/// A character that stands alone; a space shows as an open box.
inline std::string lone_character(char32_t c) { return c == U' ' ? "\xE2\x90\xA3" : html_text(encode_utf8(c)); }

inline std::string key_or_none(bool exists, char32_t c, const char* none) {
  return exists ? "<kbd>" + lone_character(c) + "</kbd>" : "<kbd class=\"none\">" + std::string(none) + "</kbd>";
}

/// The most frequent edits, one a row.
inline std::string confusion_list(const ConfusionCounts& counts, std::size_t most) {
  std::vector<Confusion> list = counts.sorted();
  const Index edits = counts.edits(), largest = list.empty() ? 0 : list.front().count;
  const std::size_t kinds = list.size();
  list.resize(std::min(list.size(), most));
  std::string html = "<p class=\"note\">The most frequent " + std::to_string(list.size()) + " of " +
                     grouped(static_cast<Index>(kinds)) +
                     " kinds of edit. The share is that of all such characters in the labels.</p>\n"
                     "<div class=\"wide\"><table>\n<thead><tr><th>label</th><th class=\"left\">read</th><th>times</th>"
                     "<th>of all edits</th><th>of the character</th><th></th></tr></thead>\n<tbody>\n";
  for (const Confusion& confusion : list) {
    const bool inserted = confusion.kind == EditKind::insertion, deleted = confusion.kind == EditKind::deletion;
    html += "<tr><td>" + key_or_none(!inserted, confusion.expected, "nothing") + "</td><td class=\"left\">" +
            key_or_none(!deleted, confusion.read, "nothing") + "</td><td>" + grouped(confusion.count) + "</td><td>" +
            html_percent(static_cast<double>(confusion.count) / static_cast<double>(edits)) + "</td><td>" +
            (inserted ? ""
                      : html_percent(static_cast<double>(confusion.count) /
                                     static_cast<double>(counts.occurrences(confusion.expected)))) +
            "</td>" + "<td class=\"bar\"><i style=\"width:" +
            fixed(100 * static_cast<double>(confusion.count) / static_cast<double>(largest), 1) +
            "%\"></i></td></tr>\n";
  }
  return html + "</tbody></table></div>\n";
}

/// The characters that have to do with the most edits, in the order of their code points.
inline std::vector<char32_t> most_confused(const std::vector<Confusion>& list, std::size_t most) {
  std::map<char32_t, Index> edits;
  for (const Confusion& confusion : list) {
    if (confusion.kind != EditKind::insertion) edits[confusion.expected] += confusion.count;
    if (confusion.kind != EditKind::deletion) edits[confusion.read] += confusion.count;
  }
  std::vector<std::pair<char32_t, Index>> order(edits.begin(), edits.end());
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  std::vector<char32_t> characters;
  for (std::size_t i = 0; i < std::min(order.size(), most); ++i) characters.push_back(order[i].first);
  std::sort(characters.begin(), characters.end());
  return characters;
}

/// Counts as a table whose cells have the more colour the larger they are: a row for a character of the label, a column
/// for the one that was read.
inline std::string confusion_heat_map(const ConfusionCounts& counts, std::size_t most) {
  const std::vector<char32_t> characters = most_confused(counts.sorted(), most);
  Index largest = 1;
  for (const char32_t expected : characters) {
    largest = std::max(
        {largest, counts.count(EditKind::deletion, expected, 0), counts.count(EditKind::insertion, 0, expected)});
    for (const char32_t read : characters) {
      largest = std::max(largest, counts.count(EditKind::substitution, expected, read));
    }
  }
  const auto cell = [&](EditKind kind, char32_t expected, char32_t read) {
    const Index count = counts.count(kind, expected, read);
    if (count == 0) return std::string("<td></td>");
    return "<td style=\"--h:" + fixed(std::sqrt(static_cast<double>(count) / static_cast<double>(largest)), 3) + "\">" +
           std::to_string(count) + "</td>";
  };
  std::string html = "<p class=\"note\">Rows: the label. Columns: what was read. The " +
                     std::to_string(characters.size()) +
                     " characters with the most edits; the stronger the colour, the more often it happened.</p>\n"
                     "<div class=\"wide\"><table class=\"heat\">\n<thead><tr><th></th>";
  for (const char32_t read : characters) html += "<th>" + lone_character(read) + "</th>";
  html += "<th class=\"none\">nothing</th></tr></thead>\n<tbody>\n";
  for (const char32_t expected : characters) {
    html += "<tr><th>" + lone_character(expected) + "</th>";
    for (const char32_t read : characters) {
      html += expected == read ? "<td class=\"same\"></td>" : cell(EditKind::substitution, expected, read);
    }
    html += cell(EditKind::deletion, expected, 0) + "</tr>\n";
  }
  html += "<tr><th class=\"none\">nothing</th>";
  for (const char32_t read : characters) html += cell(EditKind::insertion, 0, read);
  return html + "<td class=\"same\"></td></tr>\n</tbody></table></div>\n";
}

}  // namespace detail

/// A list of the most frequent confusions beside a map of those among the characters with the most edits.
inline std::string confusions_html(const std::vector<CountedWord>& words) {
  constexpr std::size_t listed = 20, mapped = 16;
  ConfusionCounts counts;
  for (const CountedWord& word : words) counts.add(word.label, word.reading);
  if (counts.edits() == 0) return "<p>No character was taken for another.</p>\n";
  return "<div class=\"columns\">\n<div>" + detail::confusion_list(counts, listed) + "</div>\n<div>" +
         detail::confusion_heat_map(counts, mapped) + "</div>\n</div>\n";
}

}  // namespace tinyhtr
