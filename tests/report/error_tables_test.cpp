// Tests of the tables that split the errors.
#include "tinyhtr/report/error_tables.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/html.hpp"

using namespace tinyhtr;
using test::between;
using test::html_problem;
using test::occurrences;

namespace {

WordReading word(const std::string& label, const std::string& reading, const std::string& writer = "") {
  return {"", "", writer, label, reading, 1};
}

/// The cells of the row that starts with `name`, without tags.
std::vector<std::string> cells(const std::string& html, const std::string& name) {
  std::string row = between(html, "<tr><th>" + name + "</th>", "</tr>");
  std::vector<std::string> list;
  for (std::size_t i = row.find("<td>"); i != std::string::npos; i = row.find("<td>", i + 1)) {
    std::string content = row.substr(i + 4, row.find("</td>", i) - i - 4);
    if (content.starts_with("<data")) content = between(content, "\">", "</data>");
    list.push_back(content);
  }
  return list;
}

using Cells = std::vector<std::string>;

}  // namespace

TEST_CASE("errors_by_length_html: words, characters, WER, CER of each length") {
  const std::vector<WordReading> words = {word("a", "a"),
                                          word("b", "c"),
                                          word("M Ps", "MPs"),
                                          word("abcdefghij", "abcdefghij"),
                                          word("abcdefghijkl", ""),
                                          word("abcdefghijklmn", "abcdefghijklm"),
                                          word("", "x")};
  const std::string html = errors_by_length_html(counted_words(words));
  CHECK(html_problem(html) == "");
  CHECK(cells(html, "0") == Cells{"1", "0", "100.00%", "100.00%"});
  CHECK(cells(html, "1") == Cells{"2", "2", "50.00%", "50.00%"});
  CHECK(cells(html, "4") == Cells{"1", "4", "100.00%", "25.00%"});
  CHECK(cells(html, "10 to 12") == Cells{"2", "22", "50.00%", "54.55%"});
  CHECK(cells(html, "13 and more") == Cells{"1", "14", "100.00%", "7.14%"});
  CHECK(occurrences(html, "<tr>") == 6);
  CHECK(html.find("width:100.0%") != std::string::npos);  // the worst fills its cell
}

TEST_CASE("errors_by_class_html: only classes that are there") {
  const std::vector<WordReading> words = {word("Ab1", "ab"), word("x", "x!")};
  const std::string html = errors_by_class_html(counted_words(words));
  CHECK(html_problem(html) == "");
  CHECK(cells(html, "lower case") == Cells{"2", "0", "0", "0", "0.00%"});
  CHECK(cells(html, "capitals") == Cells{"1", "1", "0", "0", "100.00%"});
  CHECK(cells(html, "digits") == Cells{"1", "0", "1", "0", "100.00%"});
  CHECK(cells(html, "punctuation") == Cells{"0", "0", "0", "1", "none"});
  CHECK(occurrences(html, "<tr>") == 5);
}

TEST_CASE("errors_by_writer_html: the worst first, who wrote little last") {
  CHECK(errors_by_writer_html(counted_words({word("a", "a")})) == "");
  std::vector<WordReading> words = {word("a", "b", "short"), word("a", "a", "")};
  for (int i = 0; i < 10; ++i) {
    words.push_back(word("a", i < 5 ? "b" : "a", "<half>"));
    words.push_back(word("a", i < 1 ? "b" : "a", "tenth"));
  }
  const std::string html = errors_by_writer_html(counted_words(words));
  CHECK(html_problem(html) == "");
  CHECK(html.find("3 writers; the middle one has a CER micro of <data value=\"0.5\">50.00%</data>.") !=
        std::string::npos);
  CHECK(html.find("Of 1 words the writer is not known.") != std::string::npos);
  CHECK(cells(html, "&lt;half&gt;") == Cells{"10", "10", "50.00%", "50.00%"});
  CHECK(html.find("&lt;half&gt;") < html.find("tenth"));
  CHECK(html.find("tenth") < html.find("short"));
}

TEST_CASE("errors_by_writer_html: of many, ten at each end, and all of them on request") {
  std::vector<WordReading> words;
  for (int writer = 0; writer < 60; ++writer) {
    for (int i = 0; i < 10 + (writer == 0 ? -5 : 0); ++i) {
      words.push_back(word("a", i < writer % 10 ? "b" : "a", "w" + std::to_string(writer)));
    }
  }
  const std::string html = errors_by_writer_html(counted_words(words));
  CHECK(html_problem(html) == "");
  CHECK(html.find("Of 59 with at least 10 words, the 10 worst and the 10 best") != std::string::npos);
  CHECK(html.find("all 60 writers") != std::string::npos);
  CHECK(occurrences(html, "<tr><th>w") - occurrences(html, "<tr><th>writer") == 80);
}
