// Tests of the report that a training writes.
#include "tinyhtr/report/report_callback.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "support/files.hpp"
#include "support/html.hpp"
#include "support/small_training.hpp"
#include "support/temporary_folder.hpp"

using namespace tinyhtr;
using test::content_of;
using test::occurrences;

namespace {

/// Makes a training write metrics.csv and report.html into a folder.
void add_report(test::SmallTraining& run, const std::filesystem::path& folder) {
  const MetricsCsv<float>& metrics = run.trainer.add<MetricsCsv<float>>(folder / "metrics.csv");
  HtmlReportOptions options;
  options.title = "runs/test";
  options.split = "the ten words";
  options.configuration = {{"batch_size", "3"}};
  options.writers = parse_writers("x01-001 007", "forms.txt");
  run.trainer.add<HtmlReport<float>>(folder / "report.html", metrics, options);
}

}  // namespace

TEST_CASE("HtmlReport: written after every epoch, with the figures of the best") {
  test::Words words;
  const test::TemporaryFolder folder;
  test::SmallTraining run(words, folder.path(), 3, 5e-3,
                          [&](test::SmallTraining& training) { add_report(training, folder.path()); });
  CHECK(run.run() == TrainingEnd::all_epochs);
  const std::string html = content_of(folder.path() / "report.html");
  CHECK(test::html_problem(html) == "");
  const EpochReport* best = nullptr;
  for (const EpochReport& report : run.reports) best = report.is_best ? &report : best;
  REQUIRE(best != nullptr);
  CHECK(html.find("after epoch " + std::to_string(best->epoch) + " of 3, the best so far by CER macro") !=
        std::string::npos);
  const std::string figure = test::between(html, "<h2>CER macro</h2>\n<div class=\"figure\"><data value=\"", "\"");
  CHECK(std::stod(figure) == best->validation.errors.cer_macro());
  CHECK(test::between(html, "<section id=\"curves\">", "</section>").find("<tr><th>3") != std::string::npos);
  CHECK(occurrences(html, "<img ") == 10);
  CHECK(html.find("<tr><th>007</th><td>10</td>") != std::string::npos);
  CHECK(html.find("<tr><th>batch_size</th><td class=\"text\">3</td></tr>") != std::string::npos);
  CHECK(occurrences(html, "the ten words") == 5);
}

TEST_CASE("HtmlReport: a resumed training shows the earlier epochs") {
  test::Words words;
  const test::TemporaryFolder folder;
  const auto prepare = [&](test::SmallTraining& training) { add_report(training, folder.path()); };
  test::SmallTraining first(words, folder.path(), 2, 5e-3, prepare);
  first.run();
  test::SmallTraining second(words, folder.path(), 3, 5e-3, prepare);
  second.trainer.load(read_safetensors(folder.path() / "last.safetensors"));
  second.run();
  const std::string html = content_of(folder.path() / "report.html");
  CHECK(test::html_problem(html) == "");
  for (const char* row : {"<tr><th>1", "<tr><th>2", "<tr><th>3"}) {
    CHECK(test::between(html, "<section id=\"curves\">", "</section>").find(row) != std::string::npos);
  }
  const bool better = second.reports.back().is_best;
  CHECK(html.find(better ? "after epoch 3 of 3, the best so far" : "after epoch 3 of 3, not the best one") !=
        std::string::npos);
}

TEST_CASE("HtmlReport: a file that cannot be written is known before the first step") {
  test::Words words;
  const test::TemporaryFolder folder;
  test::SmallTraining run(words, {}, 1, 5e-3, [&](test::SmallTraining& training) {
    const MetricsCsv<float>& metrics = training.trainer.add<MetricsCsv<float>>(folder.path() / "metrics.csv");
    training.trainer.add<HtmlReport<float>>(folder.path() / "none" / "report.html", metrics);
  });
  CHECK_THROWS_AS(run.run(), FileError);
  CHECK(run.trainer.state.steps == 0);
}
