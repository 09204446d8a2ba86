// print_dropped_rows: the rows of a data set that are not used, each with the reason.
#pragma once

#include <ostream>

#include "tinyhtr/core/utf8.hpp"
#include "tinyhtr/data/report.hpp"

namespace tinyhtr::examples {

/// One line for each row that was dropped.
inline void print_dropped_rows(std::ostream& out, const DataReport& report) {
  for (const DroppedRow& row : report.dropped) out << "    " << printable(row.to_string(), 4000) << '\n';
}

}  // namespace tinyhtr::examples
