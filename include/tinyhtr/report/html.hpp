// HTML from bytes of any kind: escaping, the frame of a page.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "tinyhtr/core/utf8.hpp"
#include "tinyhtr/report/style.hpp"

namespace tinyhtr {

/// Any bytes as text of an HTML page, or as an attribute's value in quotes: valid UTF-8 in which nothing is markup.
///
/// & < > " ' become references; bytes that are not UTF-8, control characters but tab and line feed, and code points
/// that no text has (U+FFFE, U+FFFF and their like) become U+FFFD. SVG within a page takes the same text.
/// Source: HTML Living Standard, sections 13.1.4 and 13.2.3.5.
inline std::string html_text(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (std::size_t position = 0; position < bytes.size();) {
    const std::size_t start = position;
    char32_t c = 0;
    if (!detail::next_code_point(bytes, position, c)) {
      ++position;
      c = 0xFFFF;
    }
    const bool control = (c < 0x20 && c != '\t' && c != '\n') || (c >= 0x7F && c <= 0x9F);
    if (control || (c & 0xFFFEu) == 0xFFFEu || (c >= 0xFDD0 && c <= 0xFDEF)) {
      text += "\xEF\xBF\xBD";
    } else if (c == '&') {
      text += "&amp;";
    } else if (c == '<') {
      text += "&lt;";
    } else if (c == '>') {
      text += "&gt;";
    } else if (c == '"') {
      text += "&quot;";
    } else if (c == '\'') {
      text += "&#39;";
    } else {
      text += bytes.substr(start, position - start);
    }
  }
  return text;
}

/// A whole page in one file: it asks for nothing from anywhere, runs no script, and its policy forbids both.
/// `title` any bytes; `body` HTML.
inline std::string html_page(std::string_view title, std::string_view body) {
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src &#39;none&#39;; img-src data:; "
      "style-src &#39;unsafe-inline&#39;\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>";
  page += html_text(title);
  page += "</title>\n<style>\n";
  page += detail::report_style;
  page += "</style>\n</head>\n<body>\n<main>\n";
  page += body;
  page += "</main>\n</body>\n</html>\n";
  return page;
}

/// `<section>` with a heading that the page's contents lead to. `id` letters alone; `name` any bytes; `body` HTML.
inline std::string html_section(std::string_view id, std::string_view name, std::string_view body) {
  std::string section = "<section id=\"";
  section += id;
  section += "\">\n<h2>" + html_text(name) + "</h2>\n";
  section += body;
  return section + "</section>\n";
}

/// A share as a reader takes it in, "5.93%", with the number itself for programs: `<data value="0.0593...">`.
/// `exact` is the number as text, `shown` what is to be read.
inline std::string html_data(std::string_view exact, std::string_view shown) {
  return "<data value=\"" + html_text(exact) + "\">" + html_text(shown) + "</data>";
}

}  // namespace tinyhtr
