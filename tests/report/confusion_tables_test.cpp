// Tests of the tables of confusions.
#include "tinyhtr/report/confusion_tables.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/html.hpp"

using namespace tinyhtr;
using test::html_problem;
using test::occurrences;

TEST_CASE("confusions_html: the list and the map show the counts") {
  std::vector<WordReading> words;
  for (int i = 0; i < 4; ++i) words.push_back({"", "", "", "cat", i < 3 ? "cut" : "cat", 1});
  words.push_back({"", "", "", "then", "ten", 1});
  words.push_back({"", "", "", "M P", "MP!", 1});
  const std::string html = confusions_html(counted_words(words));
  CHECK(html_problem(html) == "");
  // 3 of 6 edits; 3 of 4 times that there is an a.
  CHECK(html.find("<tr><td><kbd>a</kbd></td><td class=\"left\"><kbd>u</kbd></td><td>3</td><td><data "
                  "value=\"0.5\">50.00%</data></td><td><data value=\"0.75\">75.00%</data></td>") != std::string::npos);
  CHECK(html.find("<kbd>h</kbd></td><td class=\"left\"><kbd class=\"none\">nothing</kbd>") != std::string::npos);
  CHECK(html.find("<kbd class=\"none\">nothing</kbd></td><td class=\"left\"><kbd>!</kbd>") != std::string::npos);
  CHECK(html.find("<kbd>\xE2\x90\xA3</kbd>") != std::string::npos);
  CHECK(html.find("The most frequent 4 of 4 kinds of edit.") != std::string::npos);
  CHECK(occurrences(html, "<td style=\"--h:1.000\">3</td>") == 1);
  CHECK(occurrences(html, "<td style=\"--h:0.577\">1</td>") == 3);  // the root of a third
}

TEST_CASE("confusions_html: no errors; hostile characters; more kinds than are listed") {
  CHECK(confusions_html(counted_words({{"", "", "", "a", "a", 1}})).find("No character") != std::string::npos);
  CHECK(confusions_html(counted_words({})).find("No character") != std::string::npos);
  std::vector<WordReading> words;
  for (char c = '!'; c <= '~'; ++c) words.push_back({"", "", "", std::string(1, c), "\xFF<", 1});
  const std::string html = confusions_html(counted_words(words));
  CHECK(html_problem(html) == "");
  CHECK(html.find("The most frequent 20 of ") != std::string::npos);
  CHECK(html.find("The 16 characters with the most edits") != std::string::npos);
}
