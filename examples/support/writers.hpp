// find_writers: who wrote the words of a data set, where that is known.
#pragma once

#include <filesystem>
#include <iostream>
#include <string>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/utf8.hpp"
#include "tinyhtr/data/writers.hpp"

namespace tinyhtr::examples {

/// Writers from a file that was asked for; without one, from IAM's forms.txt in the data's folder, where that can be
/// used. What is not used is said on stderr, in the name of `program`. Throws what read_writers throws for a file that
/// was asked for.
inline Writers find_writers(const std::filesystem::path& data, const std::string& program,
                            const std::filesystem::path& asked = {}) {
  if (asked.empty() && data.empty()) return {};  // words of lists alone
  const std::filesystem::path path = asked.empty() ? data / "forms.txt" : asked;
  if (asked.empty() && !std::filesystem::is_regular_file(path)) return {};
  try {
    Writers writers = read_writers(path);
    if (writers.malformed > 0) {
      std::cerr << program << ": note: " << writers.malformed << " of " << writers.rows << " rows of " << path.string()
                << " are not used, the first: " << writers.problems.front() << '\n';
    }
    return writers;
  } catch (const Error& error) {
    if (!asked.empty()) throw;
    std::cerr << program << ": note: writers are not known: " << printable(error.what(), 400) << '\n';
    return {};
  }
}

}  // namespace tinyhtr::examples
