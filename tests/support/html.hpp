// A strict look at HTML pages of ours, for tests of reports.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/core/utf8.hpp"

namespace tinyhtr::test {

/// What is wrong with HTML as a report writes it, empty where nothing is: UTF-8; tags that are closed in order, with
/// attributes in quotes; no `<`, `>` or `&` but in tags and in the five references; no script, no handler, no address
/// but data: and those within the page. Stricter than HTML, so that nothing depends on a browser's guesses.
inline std::string html_problem(std::string_view html) {
  try {
    static_cast<void>(decode_utf8(html));
  } catch (const Error& error) {
    return error.what();
  }
  const std::set<std::string_view> without_end{"meta", "br", "img"}, forbidden{"script", "link", "iframe", "object"};
  std::vector<std::string> open;
  const auto near = [&html](std::size_t position) { return " at '" + printable(html.substr(position, 60), 60) + "'"; };
  const auto is_name = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  };
  const auto bad_reference = [&html](std::size_t position) {
    for (const std::string_view reference : {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"}) {
      if (html.substr(position).starts_with(reference)) return false;
    }
    return true;
  };
  std::size_t i = html.starts_with("<!DOCTYPE html>") ? 15 : 0;
  while (i < html.size()) {
    if (html[i] == '>') return "a stray >" + near(i);
    if (html[i] == '&' && bad_reference(i)) return "a stray &" + near(i);
    if (html[i] != '<') {
      ++i;
      continue;
    }
    const std::size_t start = i++;
    const bool closes = i < html.size() && html[i] == '/';
    if (closes) ++i;
    const std::size_t name_start = i;
    while (i < html.size() && is_name(html[i])) ++i;
    const std::string name(html.substr(name_start, i - name_start));
    if (name.empty()) return "a stray <" + near(start);
    if (forbidden.contains(name)) return "a " + name + near(start);
    bool ends_itself = false;
    while (i < html.size() && html[i] != '>') {
      if (html[i] == '/' && i + 1 < html.size() && html[i + 1] == '>') {
        ends_itself = true;
        ++i;
        continue;
      }
      if (html[i++] != ' ') return "no space before an attribute" + near(start);
      const std::size_t attribute_start = i;
      while (i < html.size() && is_name(html[i])) ++i;
      const std::string_view attribute = html.substr(attribute_start, i - attribute_start);
      if (attribute.empty() || !html.substr(i).starts_with("=\"")) return "an attribute without a value" + near(start);
      const std::size_t value_start = i + 2, value_end = html.find('"', value_start);
      if (value_end == std::string_view::npos) return "an open attribute" + near(start);
      const std::string_view value = html.substr(value_start, value_end - value_start);
      if (value.find('<') != std::string_view::npos) return "a < in an attribute" + near(start);
      for (std::size_t k = value_start; k < value_end; ++k) {
        if (html[k] == '&' && bad_reference(k)) return "a stray & in an attribute" + near(k);
      }
      if (attribute.starts_with("on")) return "a handler" + near(start);
      if ((attribute == "src" && !value.starts_with("data:image/png;base64,")) ||
          (attribute == "href" && !value.starts_with("#"))) {
        return "an address" + near(start);
      }
      i = value_end + 1;
    }
    if (i == html.size()) return "an open tag" + near(start);
    ++i;
    if (closes) {
      if (open.empty() || open.back() != name) return "closes " + name + " where it is not open" + near(start);
      open.pop_back();
    } else if (!ends_itself && !without_end.contains(name)) {
      open.push_back(name);
    }
    if (name == "style" && !closes) {
      const std::size_t end = html.find("</style>", i);
      if (end == std::string_view::npos) return "a style without an end";
      const std::string_view style = html.substr(i, end - i);
      if (style.find("url(") != std::string_view::npos || style.find("@import") != std::string_view::npos)
        return "a style with an address";
      i = end;
    }
  }
  return open.empty() ? "" : open.back() + " is never closed";
}

/// How often a text stands in another.
inline Index occurrences(std::string_view text, std::string_view part) {
  Index count = 0;
  for (std::size_t i = text.find(part); i != std::string_view::npos; i = text.find(part, i + part.size())) ++count;
  return count;
}

/// The text between the first `before` and the `after` behind it; empty where there is none.
inline std::string between(std::string_view text, std::string_view before, std::string_view after) {
  const std::size_t start = text.find(before);
  if (start == std::string_view::npos) return "";
  const std::size_t first = start + before.size(), end = text.find(after, first);
  return end == std::string_view::npos ? "" : std::string(text.substr(first, end - first));
}

}  // namespace tinyhtr::test
