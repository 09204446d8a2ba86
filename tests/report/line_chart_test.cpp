// Tests of line charts.
#include "tinyhtr/report/line_chart.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "support/html.hpp"

using namespace tinyhtr;
using test::between;
using test::html_problem;
using test::occurrences;

namespace {

const double not_a_number = std::numeric_limits<double>::quiet_NaN(),
             infinite = std::numeric_limits<double>::infinity();

LineChart chart_of(const std::vector<double>& values, bool from_zero = false) {
  LineChart chart;
  chart.title = "Loss";
  for (std::size_t i = 0; i < values.size(); ++i) chart.x.push_back(static_cast<double>(i + 1));
  chart.curves = {{"training", values}};
  chart.from_zero = from_zero;
  return chart;
}

/// The drawn points of the first curve, in pixels.
std::vector<std::pair<double, double>> points(const std::string& svg) {
  std::vector<std::pair<double, double>> list;
  const std::string path = between(svg, "class=\"curve s0\" d=\"", "\"");
  for (std::size_t i = path.find_first_of("ML"); i != std::string::npos; i = path.find_first_of("ML", i + 1)) {
    const std::size_t space = path.find(' ', i);
    list.emplace_back(std::stod(path.substr(i + 1)), std::stod(path.substr(space + 1)));
  }
  return list;
}

}  // namespace

TEST_CASE("line_chart_svg: points stand where their values are") {
  const std::string svg = line_chart_svg(chart_of({20, 10, 5, 0}, true));
  CHECK(html_problem(svg) == "");
  const auto drawn = points(svg);
  REQUIRE(drawn.size() == 4);
  // Ticks 0 and 20 bound the plane from y = 200 to y = 30; x goes from 54 to 386.
  CHECK(drawn[0].first == doctest::Approx(54));
  CHECK(drawn[3].first == doctest::Approx(386));
  CHECK(drawn[0].second == doctest::Approx(30));
  CHECK(drawn[1].second == doctest::Approx(115));
  CHECK(drawn[2].second == doctest::Approx(157.5));
  CHECK(drawn[3].second == doctest::Approx(200));
  CHECK(svg.find(">20</text>") != std::string::npos);
  CHECK(svg.find(">training</text>") != std::string::npos);
  CHECK(svg.find(">epoch</text>") != std::string::npos);
  CHECK(svg.find("<title>epoch 2\ntraining 10</title>") != std::string::npos);
  CHECK(occurrences(svg, "<circle") == 4);
}

TEST_CASE("line_chart_svg: gaps where values are not finite, dots where a value is alone") {
  std::vector<double> values(40, 3.0);
  values[10] = not_a_number, values[12] = infinite, values[30] = -1.7e308;
  values[20] = 4;
  const std::string svg = line_chart_svg(chart_of(values));
  CHECK(html_problem(svg) == "");
  CHECK(occurrences(between(svg, "class=\"curve s0\" d=\"", "\""), "M") == 4);  // 1..10, 12, 14..30, 32..40
  CHECK(points(svg).size() == 37);
  CHECK(occurrences(svg, "<circle") == 1);  // the twelfth
  CHECK(svg.find("training none</title>") != std::string::npos);
  CHECK(occurrences(svg, "nan") == 0);
  CHECK(occurrences(svg, "inf") == 0);
}

TEST_CASE("line_chart_svg: one point, constants, extremes stay inside the plane") {
  for (const std::vector<double>& values : {std::vector<double>{3},
                                            {0},
                                            {0, 0, 0},
                                            {5, 5},
                                            {-5, -5},
                                            {1e-300, 1e-300},
                                            {1e299, -1e299},
                                            {1, 1 + 1e-15},
                                            {1e-9, 2e-9},
                                            {-3, 7},
                                            {12345678, 12345679}}) {
    for (const bool from_zero : {false, true}) {
      const std::string svg = line_chart_svg(chart_of(values, from_zero));
      CAPTURE(values[0]);
      CHECK(html_problem(svg) == "");
      CHECK(occurrences(svg, "nan") == 0);
      CHECK(occurrences(svg, "inf") == 0);
      REQUIRE(points(svg).size() == values.size());
      for (const auto& [x, y] : points(svg)) {
        CHECK(x >= 53.99);
        CHECK(x <= 386.01);
        CHECK(y >= 29.99);
        CHECK(y <= 200.01);
      }
      CHECK(occurrences(svg, "class=\"grid\"") >= 2);
      CHECK(occurrences(svg, "class=\"grid\"") <= 12);
    }
  }
  CHECK(line_chart_svg(chart_of({3})).find("r=\"4\"") != std::string::npos);
}

TEST_CASE("line_chart_svg: nothing to draw") {
  CHECK(line_chart_svg(chart_of({})).find("no values") != std::string::npos);
  CHECK(line_chart_svg(chart_of({not_a_number, not_a_number})).find("no values") != std::string::npos);
  CHECK(html_problem(line_chart_svg(chart_of({not_a_number}))) == "");
}

TEST_CASE("line_chart_svg: epochs are whole numbers, few of them named") {
  for (const std::size_t count : {1, 2, 3, 7, 8, 20, 100, 1000}) {
    const std::string svg = line_chart_svg(chart_of(std::vector<double>(count, 1.0)));
    const Index ticks = occurrences(svg, "text-anchor=\"middle\"");
    CAPTURE(count);
    CHECK(ticks >= 1);
    CHECK(ticks <= 12);
    CHECK(svg.find(">1.5<") == std::string::npos);
  }
}

TEST_CASE("line_chart_svg: a marked epoch, hostile names") {
  LineChart chart = chart_of({3, 2, 1});
  chart.marked_x = 2;
  chart.mark_name = "<best>";
  chart.curves[0].name = "</svg><script>\xFF";
  chart.title = "\"&";
  const std::string svg = line_chart_svg(chart);
  CHECK(html_problem(svg) == "");
  CHECK(occurrences(svg, "class=\"mark\"") == 2);
  chart.marked_x = 7;
  CHECK(occurrences(line_chart_svg(chart), "class=\"mark\"") <= 1);  // outside of the plane
}

TEST_CASE("line_chart_svg: bad input") {
  LineChart chart = chart_of({1, 2});
  chart.x = {2, 1};
  CHECK_THROWS_AS(line_chart_svg(chart), ArgumentError);
  chart.x = {1, not_a_number};
  CHECK_THROWS_AS(line_chart_svg(chart), ArgumentError);
  chart.x = {1, 2, 3};
  CHECK_THROWS_AS(line_chart_svg(chart), ArgumentError);
  chart = chart_of({1});
  chart.curves.resize(5, chart.curves[0]);
  CHECK_THROWS_AS(line_chart_svg(chart), ArgumentError);
}
