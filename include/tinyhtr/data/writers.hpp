// Writers: who wrote which form, from IAM's forms.txt.
#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/files.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/core/utf8.hpp"
#include "tinyhtr/data/sample.hpp"
#include "tinyhtr/data/text_lines.hpp"

namespace tinyhtr {

/// The forms of a data set with their writers.
struct Writers {
  std::filesystem::path source;
  std::unordered_map<std::string, std::string> writer_of_form;
  Index rows = 0;                     ///< lines that are neither empty nor comments
  Index malformed = 0;                ///< of them not used
  std::vector<std::string> problems;  ///< the first 20 of those, with file, line, reason

  /// The writer of a word or a form by its id (a01-000u-00-00 or a01-000u); empty where nobody knows.
  std::string of(const std::string& id) const {
    const auto found = writer_of_form.find(form_of(id));
    return found == writer_of_form.end() ? std::string() : found->second;
  }

  /// The same by the id of a sample, else by the name of its image: lists of images have paths for ids.
  std::string of(const Sample& sample) const {
    const std::string writer = of(sample.id);
    return writer.empty() ? of(sample.image.stem().string()) : writer;
  }
};

/// Reads rows `form writer ...`, as IAM's forms.txt has them: fields are separated by blanks, what follows the second
/// is not looked at, lines that start with # are comments.
///
/// A row without a second field, of bytes that are no UTF-8, or that gives a form to a second writer, is malformed: it
/// is counted, named in `problems`, and not used. `name` stands for the file in messages.
/// Throws FormatError where there is no row, or more than half of them are malformed.
/// Source: the header of IAM's forms.txt (Marti, Bunke, "The IAM-database", 2002).
inline Writers parse_writers(std::string_view content, const std::filesystem::path& name) {
  constexpr std::size_t most_problems = 20;
  Writers writers;
  writers.source = name;
  if (content.starts_with("\xEF\xBB\xBF")) content.remove_prefix(3);
  Index line_number = 0;
  while (!content.empty()) {
    ++line_number;
    const std::size_t end = std::min(content.find('\n'), content.size());
    const std::string_view line = detail::trimmed(content.substr(0, end));
    content.remove_prefix(std::min(end + 1, content.size()));
    if (line.empty() || line.front() == '#') continue;
    ++writers.rows;
    const auto refuse = [&](const std::string& reason) {
      ++writers.malformed;
      if (writers.problems.size() == most_problems) return;
      writers.problems.push_back(name.string() + ":" + std::to_string(line_number) + ": " + reason);
    };
    const std::string form(line.substr(0, line.find_first_of(" \t")));
    const std::string_view rest = detail::trimmed(line.substr(form.size()));
    const std::string writer(rest.substr(0, rest.find_first_of(" \t")));
    if (writer.empty()) {
      refuse("expected 'form writer ...', found '" + printable(line) + "'");
      continue;
    }
    try {
      static_cast<void>(decode_utf8(form + writer));
    } catch (const FormatError& error) {
      refuse(error.what());
      continue;
    }
    const auto [known, is_new] = writers.writer_of_form.emplace(form, writer);
    if (!is_new && known->second != writer) {
      refuse("form " + printable(form) + " has the writer " + printable(known->second) + " already, found " +
             printable(writer));
    }
  }
  if (writers.rows == 0)
    throw FormatError(name.string() + ": has no rows; expected IAM's forms.txt: 'form writer ...'");
  if (2 * writers.malformed > writers.rows) {
    throw FormatError(name.string() + ": " + std::to_string(writers.malformed) + " of " + std::to_string(writers.rows) +
                      " rows are malformed; expected IAM's forms.txt. First: " + writers.problems.front());
  }
  return writers;
}

/// The same from a file of at most 64 MiB. Throws FileError too, where it cannot be read.
inline Writers read_writers(const std::filesystem::path& path) {
  return parse_writers(detail::read_file<std::string>(path, "a list of forms with their writers", 64u << 20), path);
}

/// The writer of each sample, empty where nobody knows.
inline std::vector<std::string> writers_of(const std::vector<Sample>& samples, const Writers& writers) {
  std::vector<std::string> names;
  names.reserve(samples.size());
  for (const Sample& sample : samples) names.push_back(writers.of(sample));
  return names;
}

}  // namespace tinyhtr
