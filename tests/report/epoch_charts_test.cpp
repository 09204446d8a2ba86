// Tests of the curves and the table of epochs.
#include "tinyhtr/report/epoch_charts.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "support/html.hpp"

using namespace tinyhtr;
using test::html_problem;
using test::occurrences;

namespace {

EpochRow row(double epoch, double cer_macro) {
  EpochRow row;
  row.epoch = epoch;
  row.step = 100 * epoch;
  row.training_loss = 1.5;
  row.validation_loss = 2.25;
  row.cer_micro = 0.125;
  row.cer_macro = cer_macro;
  row.wer = 0.5;
  row.learning_rate = 5e-4;
  row.training_seconds = 61.5;
  row.validation_seconds = 3.25;
  return row;
}

}  // namespace

TEST_CASE("epoch_charts_html: a chart for each kind of figure, a row for each epoch") {
  const std::string html = epoch_charts_html({row(1, 0.4), row(2, 0.25), row(3, 0.3)});
  CHECK(html_problem(html) == "");
  CHECK(occurrences(html, "<svg") == 6);
  for (const char* title :
       {"Loss", "Character error rate", "Word error rate", "Learning rate", "Training time", "Validation time"}) {
    CHECK(html.find("<h3>" + std::string(title)) != std::string::npos);
  }
  CHECK(occurrences(html, "<tr><th>") == 4);
  CHECK(html.find("<tr><th>2 (best)</th><td><data value=\"200\">200</data></td><td><data value=\"1.5\">1.500</data>"
                  "</td><td><data value=\"2.25\">2.250</data></td><td><data value=\"0.125\">12.50%</data></td><td>"
                  "<data value=\"0.25\">25.00%</data></td><td><data value=\"0.5\">50.00%</data></td><td><data "
                  "value=\"0.0005\">0.0005</data></td><td><data value=\"61.5\">61.5</data></td><td><data "
                  "value=\"3.25\">3.2</data></td></tr>") != std::string::npos);
  CHECK(occurrences(html, "best CER macro") == 6);
}

TEST_CASE("epoch_charts_html: one epoch, none, figures that are none, epochs that go back") {
  const std::string one = epoch_charts_html({row(1, 0.4)});
  CHECK(html_problem(one) == "");
  CHECK(one.find("best CER macro") == std::string::npos);
  CHECK(epoch_charts_html({}).find("No epoch") != std::string::npos);
  const std::vector<EpochRow> odd = {row(1, NAN),   row(2, INFINITY), row(2, 0.5),
                                     row(NAN, 0.5), row(1, 0.5),      row(5, 0.5)};
  const std::string html = epoch_charts_html(odd);
  CHECK(html_problem(html) == "");
  CHECK(occurrences(html, "<tr><th>") == 4);  // the header, 1, 2, 5
  CHECK(occurrences(html, "<td>none</td>") == 2);
  CHECK(html.find("5 (best)") != std::string::npos);
}

TEST_CASE("best_epoch: the lowest CER macro, the first of equals") {
  CHECK(best_epoch({}) == nullptr);
  const std::vector<EpochRow> rows = {row(1, NAN), row(2, 0.3), row(3, 0.3), row(4, 0.4)};
  CHECK(best_epoch(rows) == &rows[1]);
  CHECK(best_epoch({rows[0]}) == nullptr);
}
