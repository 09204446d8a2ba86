// The network that the programs read with where none is named.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include "tinyhtr/core/error.hpp"

namespace tinyhtr::examples {

/// The first that there is: the file that the environment's TINYHTR_MODEL names, data/models/small.safetensors of the
/// source tree that the program was built from. Throws FileError, which says where it looked.
inline std::filesystem::path default_model() {
  if (const char* named = std::getenv("TINYHTR_MODEL"); named != nullptr && *named != '\0') return named;
  const auto own = std::filesystem::path(TINYHTR_DATA_FOLDER) / "models" / "small.safetensors";
  std::error_code problem;
  if (std::filesystem::is_regular_file(own, problem)) return own;
  throw FileError("no network to read with: expected --model FILE, or TINYHTR_MODEL in the environment, or the file " +
                  own.string());
}

}  // namespace tinyhtr::examples
