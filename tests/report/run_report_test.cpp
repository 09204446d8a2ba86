// Tests of the whole report.
#include "tinyhtr/report/run_report.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

#include "support/html.hpp"
#include "support/small_iam.hpp"
#include "support/temporary_folder.hpp"
#include "tinyhtr/core/random.hpp"

using namespace tinyhtr;
using test::between;
using test::html_problem;
using test::occurrences;

namespace {

/// Words of four writers, about a third of them read wrongly.
std::vector<WordReading> some_words(int count, const std::filesystem::path& image = "/nothing.png") {
  Random random(4);
  std::vector<WordReading> words;
  for (int i = 0; i < count; ++i) {
    std::string label, reading;
    for (std::uint32_t length = 1 + random.below(8); length > 0; --length) {
      label += static_cast<char>('a' + random.below(26));
      reading += random.chance(0.1) ? 'e' : label.back();
    }
    words.push_back(
        {image, "w-" + std::to_string(i), "writer" + std::to_string(i % 4), label, reading, random.uniform()});
  }
  return words;
}

/// A card's figure and interval ends, as numbers for programs: value, low, high by words, low, high by writers.
std::vector<double> card(const std::string& html, const std::string& name) {
  const std::string body = between(html, "<h2>" + name + "</h2>", "</div>\n<div class=\"card\">");
  std::vector<double> values;
  for (std::size_t i = body.find("<data value=\""); i != std::string::npos; i = body.find("<data value=\"", i + 1)) {
    values.push_back(std::stod(body.substr(i + 13)));
  }
  return values;
}

}  // namespace

TEST_CASE("run_report_html: figures and intervals are those that are computed, the split beside each") {
  RunReport report;
  report.title = "runs/first";
  report.split = "validation: list v.txt";
  report.trained_on = "list t.txt";
  report.words = some_words(300);
  report.loss = 1.5;
  report.bootstrap.resamples = 200;
  const std::string html = run_report_html(report);
  CHECK(html_problem(html) == "");

  ErrorRate sum;
  std::vector<ErrorRate> errors;
  std::vector<std::string> writers;
  for (const WordReading& word : report.words) {
    errors.emplace_back();
    errors.back().add(word.label, word.reading);
    sum.add(errors.back());
    writers.push_back(word.writer);
  }
  const ErrorIntervals words = bootstrap_intervals(errors, {.resamples = 200});
  const ErrorIntervals clusters = bootstrap_intervals(by_writer(errors, writers), {.resamples = 200});
  CHECK(card(html, "CER micro") == std::vector<double>{sum.cer_micro(), words.cer_micro.low, words.cer_micro.high,
                                                       clusters.cer_micro.low, clusters.cer_micro.high});
  CHECK(card(html, "CER macro") == std::vector<double>{sum.cer_macro(), words.cer_macro.low, words.cer_macro.high,
                                                       clusters.cer_macro.low, clusters.cer_macro.high});
  CHECK(card(html, "WER") ==
        std::vector<double>{sum.wer(), words.wer.low, words.wer.high, clusters.wer.low, clusters.wer.high});
  CHECK(html.find("<data value=\"300\">300</data>") != std::string::npos);
  CHECK(html.find("<data value=\"1.5\">1.500</data>") != std::string::npos);
  CHECK(html.find(std::to_string(sum.edits) + " edits in ") != std::string::npos);
  CHECK(occurrences(html, "validation: list v.txt") == 5);  // the head, four cards
  CHECK(html.find("list t.txt") != std::string::npos);
  CHECK(html.find("4 are few") != std::string::npos);
  CHECK(html.find("id=\"curves\"") == std::string::npos);
  for (const char* id : {"errors", "writers", "confusions", "readings", "machine"}) {
    CHECK(html.find("<section id=\"" + std::string(id) + "\">") != std::string::npos);
    CHECK(html.find("<a href=\"#" + std::string(id) + "\">") != std::string::npos);
  }
  CHECK(run_report_html(report) == html);
}

TEST_CASE("run_report_html: with epochs and a configuration") {
  RunReport report;
  report.words = some_words(5);
  for (WordReading& word : report.words) word.writer.clear();
  report.epochs.resize(2);
  report.epochs[0].epoch = 1;
  report.epochs[1].epoch = 2;
  report.configuration = {{"batch_size", "16"}, {"<key>", "<value>\xFF"}};
  const std::string html = run_report_html(report);
  CHECK(html_problem(html) == "");
  CHECK(html.find("<section id=\"curves\">") != std::string::npos);
  CHECK(html.find("<section id=\"writers\">") == std::string::npos);
  CHECK(html.find("by writers") == std::string::npos);
  CHECK(html.find("not over other writers") != std::string::npos);
  CHECK(html.find("<tr><th>&lt;key&gt;</th><td class=\"text\">&lt;value&gt;\xEF\xBF\xBD</td></tr>") !=
        std::string::npos);
}

TEST_CASE("run_report_html: hostile texts everywhere") {
  const std::string hostile = "</script><b onclick=\"x\">'&\xFF\x01<!--";
  RunReport report;
  report.title = report.split = report.trained_on = report.network = hostile;
  report.words = {{hostile, hostile, hostile, hostile, hostile + "x", 0.5},
                  {hostile, hostile, hostile + "2", hostile, "", 1}};
  report.configuration = {{hostile, hostile}};
  report.machine = {{hostile, hostile}};
  const std::string html = run_report_html(report);
  CHECK(html_problem(html) == "");
  CHECK(html.find("<b ") == std::string::npos);
  CHECK(html.find("<!--") == std::string::npos);
}

TEST_CASE("run_report_html: no words; one word; all right") {
  RunReport report;
  const std::string empty = run_report_html(report);
  CHECK(html_problem(empty) == "");
  CHECK(empty.find("No word was read.") != std::string::npos);
  CHECK(empty.find("class=\"card\"") == std::string::npos);
  report.words = {{"", "", "w", "abc", "abc", 1}};
  const std::string one = run_report_html(report);
  CHECK(html_problem(one) == "");
  CHECK(one.find("0 of 1 words wrong") != std::string::npos);
  CHECK(one.find("a WER of up to about <data value=\"1\">100.00%</data>") != std::string::npos);
}

TEST_CASE("run_report_html: as large for many words as for some, with at most 100 images") {
  const test::TemporaryFolder folder;
  write_png(folder.path() / "word.png", test::patterned_image(60, 200, 1));
  RunReport report;
  report.words = some_words(20'000, folder.path() / "word.png");
  const auto start = std::chrono::steady_clock::now();
  const std::string html = run_report_html(report);
  MESSAGE(
      "a report of 20,000 words: " << std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count()
                                   << " s, " << html.size() / 1024 << " KiB");
  CHECK(html_problem(html) == "");
  CHECK(occurrences(html, "<img ") == 90);
  CHECK(html.size() < 3'000'000);
}
