// How many time steps CTC needs for a label.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/core/utf8.hpp"
#include "tinyhtr/data/report.hpp"
#include "tinyhtr/data/sample.hpp"
#include "tinyhtr/kernels/ctc.hpp"

namespace tinyhtr {

/// ctc_required_steps of a text, which needs no vocabulary for it: equal characters are equal classes.
/// label: UTF-8. Throws FormatError for invalid UTF-8.
inline Index time_steps_needed(std::string_view label) {
  const std::u32string characters = decode_utf8(label);
  return ctc_required_steps(std::vector<int>(characters.begin(), characters.end()));
}

/// Drops the samples whose label does not fit into `time_steps`; `report` counts and names each.
/// Throws ArgumentError unless time_steps > 0.
inline void drop_long_labels(std::vector<Sample>& samples, Index time_steps, DataReport& report) {
  if (time_steps < 1) {
    throw ArgumentError("drop_long_labels: expected at least 1 time step, found " + std::to_string(time_steps));
  }
  std::vector<Sample> kept;
  kept.reserve(samples.size());
  for (Sample& sample : samples) {
    const Index needed = time_steps_needed(sample.text);
    if (needed <= time_steps) {
      kept.push_back(std::move(sample));
    } else {
      report.drop(sample.line, sample.id, DropReason::too_long,
                  "'" + printable(sample.text) + "' needs " + std::to_string(needed) + " time steps, there are " +
                      std::to_string(time_steps));
    }
  }
  samples = std::move(kept);
}

}  // namespace tinyhtr
