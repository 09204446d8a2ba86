// The lines of a text file, for the lists that data sets come with.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/files.hpp"

namespace tinyhtr::detail {

/// The text without blanks at its ends: spaces, tabs, carriage returns.
inline std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// Throws FileError where a path is no file, links followed; a pipe is one.
inline void check_is_file(const std::filesystem::path& path) {
  const std::filesystem::file_status status = status_of(path);
  if (!std::filesystem::exists(status)) throw FileError(path.string() + ": no such file");
  if (std::filesystem::is_directory(status)) throw FileError(path.string() + ": expected a file, found a folder");
}

/// All lines of a file, line n at position n - 1, trimmed at both ends; a byte order mark is left out.
/// Throws FileError where the path is no file or cannot be read.
inline std::vector<std::string> read_lines(const std::filesystem::path& path) {
  check_is_file(path);
  std::ifstream file(path, std::ios::binary);
  if (!file) throw FileError(path.string() + ": cannot be opened for reading");
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    std::string_view content = line;
    if (lines.empty() && content.starts_with("\xEF\xBB\xBF")) content.remove_prefix(3);
    lines.emplace_back(trimmed(content));
  }
  if (file.bad()) throw FileError(path.string() + ": reading stopped after line " + std::to_string(lines.size()));
  return lines;
}

}  // namespace tinyhtr::detail
