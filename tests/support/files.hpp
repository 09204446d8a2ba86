// Whole files, for comparing.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace tinyhtr::test {

inline std::string content_of(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

}  // namespace tinyhtr::test
