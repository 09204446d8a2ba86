// The part of a report that shows how a training went: curves over epochs, a table of them.
#pragma once

#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "tinyhtr/core/number_text.hpp"
#include "tinyhtr/report/html.hpp"
#include "tinyhtr/report/line_chart.hpp"
#include "tinyhtr/train/epoch_row.hpp"

namespace tinyhtr {

namespace detail {

/// The rows whose epochs grow: a table that somebody has edited may hold others.
inline std::vector<EpochRow> growing_epochs(const std::vector<EpochRow>& rows) {
  std::vector<EpochRow> growing;
  for (const EpochRow& row : rows) {
    if (std::isfinite(row.epoch) && (growing.empty() || row.epoch > growing.back().epoch)) growing.push_back(row);
  }
  return growing;
}

inline std::string chart_figure(const LineChart& chart) {
  return "<figure><h3>" + html_text(chart.title) + "</h3>\n" + line_chart_svg(chart) + "</figure>\n";
}

}  // namespace detail

/// The row with the lowest CER macro, by which the best network is chosen; null where no row has one.
inline const EpochRow* best_epoch(const std::vector<EpochRow>& rows) {
  const EpochRow* best = nullptr;
  for (const EpochRow& row : rows) {
    if (std::isfinite(row.cer_macro) && (best == nullptr || row.cer_macro < best->cer_macro)) best = &row;
  }
  return best;
}

/// Curves of loss, CER, WER, learning rate and time, and below them the table that they are drawn from.
inline std::string epoch_charts_html(const std::vector<EpochRow>& table) {
  const std::vector<EpochRow> rows = detail::growing_epochs(table);
  if (rows.empty()) return "<p>No epoch is done.</p>\n";
  const EpochRow* const best = best_epoch(rows);
  std::vector<double> epochs;
  for (const EpochRow& row : rows) epochs.push_back(row.epoch);
  const auto chart = [&](const std::string& title, bool from_zero, double scale,
                         const std::vector<std::pair<std::string, double EpochRow::*>>& curves) {
    LineChart drawn{.title = title, .x = epochs, .curves = {}, .from_zero = from_zero};
    if (best != nullptr && rows.size() > 1) drawn.marked_x = best->epoch, drawn.mark_name = "best CER macro";
    for (const auto& [name, value] : curves) {
      drawn.curves.push_back({name, {}});
      for (const EpochRow& row : rows) drawn.curves.back().values.push_back(scale * (row.*value));
    }
    return detail::chart_figure(drawn);
  };
  std::string html =
      "<div class=\"charts\">\n" +
      chart("Loss (CTC, mean over words)", true, 1,
            {{"training", &EpochRow::training_loss}, {"validation", &EpochRow::validation_loss}}) +
      chart("Character error rate, validation, %", true, 100,
            {{"CER micro", &EpochRow::cer_micro}, {"CER macro", &EpochRow::cer_macro}}) +
      chart("Word error rate, validation, %", true, 100, {{"WER", &EpochRow::wer}}) +
      chart("Learning rate", true, 1, {{"learning rate", &EpochRow::learning_rate}}) +
      chart("Training time of an epoch, seconds", true, 1, {{"training", &EpochRow::training_seconds}}) +
      chart("Validation time of an epoch, seconds", true, 1, {{"validation", &EpochRow::validation_seconds}}) +
      "</div>\n<details><summary>the figures as a table</summary>\n<div "
      "class=\"wide\"><table>\n<thead><tr><th>epoch</th><th>steps</th>"
      "<th>training loss</th><th>validation loss</th><th>CER micro</th><th>CER macro</th><th>WER</th>"
      "<th>learning rate</th><th>training s</th><th>validation s</th></tr></thead>\n<tbody>\n";
  const auto number = [](double value, const std::string& shown) {
    return "<td>" + (std::isfinite(value) ? html_data(shortest(value), shown) : "none") + "</td>";
  };
  for (const EpochRow& row : rows) {
    html += "<tr><th>" + detail::four_digits(row.epoch) + (&row == best ? " (best)" : "") + "</th>" +
            number(row.step, fixed(row.step, 0)) + number(row.training_loss, fixed(row.training_loss, 3)) +
            number(row.validation_loss, fixed(row.validation_loss, 3)) +
            number(row.cer_micro, fixed(100 * row.cer_micro, 2) + "%") +
            number(row.cer_macro, fixed(100 * row.cer_macro, 2) + "%") +
            number(row.wer, fixed(100 * row.wer, 2) + "%") + number(row.learning_rate, shortest(row.learning_rate)) +
            number(row.training_seconds, fixed(row.training_seconds, 1)) +
            number(row.validation_seconds, fixed(row.validation_seconds, 1)) + "</tr>\n";
  }
  return html + "</tbody></table></div></details>\n";
}

}  // namespace tinyhtr
