// Comma-separated values, quoted as RFC 4180 says.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tinyhtr {

/// One field: as it is, or in double quotes (with inner ones doubled) where it holds a comma, a quote or a line break.
inline std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

/// One row, with a line feed at its end.
inline std::string csv_row(const std::vector<std::string>& fields) {
  std::string row;
  for (const std::string& field : fields) {
    if (&field != &fields.front()) row += ',';
    row += csv_field(field);
  }
  return row + '\n';
}

}  // namespace tinyhtr
