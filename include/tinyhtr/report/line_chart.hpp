// Line charts as SVG: curves over epochs, with axes, ticks and a legend.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/report/html.hpp"

namespace tinyhtr {

struct Curve {
  std::string name;
  std::vector<double> values;  ///< one for each x; a gap where it is not finite, or 1e300 and more
};

struct LineChart {
  std::string title, x_name = "epoch";
  std::vector<double> x;  ///< finite, growing
  std::vector<Curve> curves;
  bool from_zero = false;  ///< the y axis starts at 0 even where the values do not come near
  bool whole_x = true;     ///< ticks of the x axis at whole numbers alone
  double marked_x = std::numeric_limits<double>::quiet_NaN();  ///< a dashed line there, where finite
  std::string mark_name{};                                     ///< what it stands for
};

namespace detail {

/// Whether a value has a place in a chart: differences of such values are finite.
inline bool is_drawable(double value) { return std::abs(value) < 1e300; }

/// A number in four digits: "0.0412", "383", "5e-04".
inline std::string four_digits(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.4g", value);
  return text.data();
}

/// Coordinates in an SVG: two decimals are a fiftieth of what a screen shows.
inline std::string pixels(double value) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.2f", value);
  return text.data();
}

/// Round numbers that divide [low, high], about `wanted` of them, 1, 2 or 5 times a power of ten apart; whole ones
/// where asked. The first is <= low and the last >= high unless whole.
inline std::vector<double> round_ticks(double low, double high, int wanted, bool whole) {
  const double rough = (high - low) / wanted;
  double step = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {5.0, 2.0}) {  // the largest that is not above
    if (factor * step <= rough * 1.35) {
      step *= factor;
      break;
    }
  }
  if (whole) step = std::max(1.0, std::round(step));
  std::vector<double> ticks;
  const double first = whole ? std::ceil(low / step) : std::floor(low / step + 1e-9);
  const double last = whole ? std::floor(high / step) : std::ceil(high / step - 1e-9);
  for (double k = first; k <= last && ticks.size() < 50; k += 1) ticks.push_back(k * step);
  return ticks;
}

}  // namespace detail

/// The chart as an `<svg>` element that takes its colours from the style of html_page and scales with its place.
///
/// Values that are not finite make gaps; a value between two gaps is a dot; a range of one value is widened. Under the
/// pointer every x shows its values (SVG's title, no script). Throws ArgumentError where a curve has not a value for
/// each x, where x is not finite or does not grow, or for more than four curves.
inline std::string line_chart_svg(const LineChart& chart) {
  constexpr double width = 400, height = 240, left = 54, right = 14, top = 30, bottom = 40;
  if (chart.curves.size() > 4) throw ArgumentError("line_chart_svg: a chart has at most 4 curves");
  for (std::size_t i = 0; i < chart.x.size(); ++i) {
    if (detail::is_drawable(chart.x[i]) && (i == 0 || chart.x[i] > chart.x[i - 1])) continue;
    throw ArgumentError("line_chart_svg: x has to be finite and to grow");
  }
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const Curve& curve : chart.curves) {
    if (curve.values.size() != chart.x.size()) {
      throw ArgumentError("line_chart_svg: curve '" + curve.name + "' has " + std::to_string(curve.values.size()) +
                          " values, expected " + std::to_string(chart.x.size()));
    }
    for (const double value : curve.values) {
      if (!detail::is_drawable(value)) continue;
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  using detail::four_digits;
  using detail::pixels;
  std::string svg = "<svg viewBox=\"0 0 400 240\" role=\"img\" aria-label=\"" + html_text(chart.title) + "\">\n";
  if (!(low <= high)) {
    return svg + "<text x=\"200\" y=\"120\" text-anchor=\"middle\">no values</text>\n</svg>\n";
  }
  if (chart.from_zero) low = std::min(low, 0.0), high = std::max(high, 0.0);
  // A range of nothing, or of less than the digits that are shown, is widened around its middle.
  const double least = std::max(std::max(std::abs(low), std::abs(high)) * 1e-3, 1e-12);
  if (high - low < least) {
    const double around = std::max(std::max(std::abs(low), std::abs(high)) * 0.1, least);
    const bool positive = low >= 0;
    low -= around, high += around;
    if (positive) low = std::max(low, 0.0);
  }
  const std::vector<double> y_ticks = detail::round_ticks(low, high, 4, false);
  low = y_ticks.front(), high = y_ticks.back();
  double x_low = chart.x.front(), x_high = chart.x.back();
  if (x_high - x_low <= 0) x_low -= 1, x_high += 1;
  const auto at_x = [&](double x) { return left + (x - x_low) / (x_high - x_low) * (width - left - right); };
  const auto at_y = [&](double y) { return top + (high - y) / (high - low) * (height - top - bottom); };

  for (const double tick : y_ticks) {
    const std::string y = pixels(at_y(tick));
    svg += "<line class=\"grid\" x1=\"" + pixels(left) + "\" x2=\"" + pixels(width - right) + "\" y1=\"" + y +
           "\" y2=\"" + y + "\"/>\n<text x=\"" + pixels(left - 7) + "\" y=\"" + pixels(at_y(tick) + 4) +
           "\" text-anchor=\"end\">" + four_digits(std::abs(tick) < 1e-9 * (high - low) ? 0 : tick) + "</text>\n";
  }
  for (const double tick :
       detail::round_ticks(chart.x.front(), chart.x.size() > 1 ? x_high : chart.x.front() + 0.5, 8, chart.whole_x)) {
    if (tick < x_low || tick > x_high) continue;
    const std::string x = pixels(at_x(tick));
    svg += "<line class=\"axis\" x1=\"" + x + "\" x2=\"" + x + "\" y1=\"" + pixels(height - bottom) + "\" y2=\"" +
           pixels(height - bottom + 4) + "\"/>\n<text x=\"" + x + "\" y=\"" + pixels(height - bottom + 18) +
           "\" text-anchor=\"middle\">" + four_digits(tick) + "</text>\n";
  }
  svg += "<line class=\"axis\" x1=\"" + pixels(left) + "\" x2=\"" + pixels(width - right) + "\" y1=\"" +
         pixels(height - bottom) + "\" y2=\"" + pixels(height - bottom) + "\"/>\n<text x=\"" + pixels(width - right) +
         "\" y=\"" + pixels(height - 4) + "\" text-anchor=\"end\">" + html_text(chart.x_name) + "</text>\n";
  if (std::isfinite(chart.marked_x) && chart.marked_x >= x_low && chart.marked_x <= x_high) {
    const std::string x = pixels(at_x(chart.marked_x));
    svg += "<line class=\"mark\" x1=\"" + x + "\" x2=\"" + x + "\" y1=\"" + pixels(top) + "\" y2=\"" +
           pixels(height - bottom) + "\"/>\n";
  }
  const bool with_dots = chart.x.size() <= 30;
  double legend = left;
  for (std::size_t c = 0; c < chart.curves.size(); ++c) {
    const Curve& curve = chart.curves[c];
    const std::string number = std::to_string(c);
    std::string path, dots;
    for (std::size_t i = 0; i < curve.values.size(); ++i) {
      if (!detail::is_drawable(curve.values[i])) continue;
      const bool joined = i > 0 && detail::is_drawable(curve.values[i - 1]);
      const bool goes_on = i + 1 < curve.values.size() && detail::is_drawable(curve.values[i + 1]);
      const std::string x = pixels(at_x(chart.x[i])), y = pixels(at_y(curve.values[i]));
      path += (joined ? "L" : "M") + x + " " + y;
      if (with_dots || (!joined && !goes_on)) {
        dots += "<circle class=\"d" + number + "\" cx=\"" + x + "\" cy=\"" + y + "\" r=\"" +
                (joined || goes_on ? "2.5" : "4") + "\"/>\n";
      }
    }
    svg += "<path class=\"curve s" + number + "\" d=\"" + path + "\"/>\n" + dots;
    svg += "<line class=\"key s" + number + "\" x1=\"" + pixels(legend) + "\" x2=\"" + pixels(legend + 14) +
           "\" y1=\"14\" y2=\"14\"/>\n<text x=\"" + pixels(legend + 20) + "\" y=\"18\">" + html_text(curve.name) +
           "</text>\n";
    legend += 38 + 6.6 * static_cast<double>(curve.name.size());
  }
  if (std::isfinite(chart.marked_x) && !chart.mark_name.empty()) {
    svg += "<line class=\"mark\" x1=\"" + pixels(legend) + "\" x2=\"" + pixels(legend + 14) +
           "\" y1=\"14\" y2=\"14\"/>\n<text x=\"" + pixels(legend + 20) + "\" y=\"18\">" + html_text(chart.mark_name) +
           "</text>\n";
  }
  // One band for each x, half-way to its neighbours.
  for (std::size_t i = 0; i < chart.x.size(); ++i) {
    const double x = at_x(chart.x[i]);
    const double from = i == 0 ? std::max(left, x - 20) : (at_x(chart.x[i - 1]) + x) / 2;
    const double to = i + 1 == chart.x.size() ? std::min(width - right, x + 20) : (x + at_x(chart.x[i + 1])) / 2;
    std::string values = chart.x_name + " " + four_digits(chart.x[i]);
    for (const Curve& curve : chart.curves) {
      values +=
          "\n" + curve.name + " " + (detail::is_drawable(curve.values[i]) ? four_digits(curve.values[i]) : "none");
    }
    svg += "<rect class=\"band\" x=\"" + pixels(from) + "\" y=\"" + pixels(top) + "\" width=\"" + pixels(to - from) +
           "\" height=\"" + pixels(height - top - bottom) + "\"><title>" + html_text(values) + "</title></rect>\n";
  }
  return svg + "</svg>\n";
}

}  // namespace tinyhtr
