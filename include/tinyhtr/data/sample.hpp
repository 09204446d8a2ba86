// Sample: an image on disk with the text that is written on it.
#pragma once

#include <filesystem>
#include <string>

#include "tinyhtr/core/shape.hpp"

namespace tinyhtr {

/// One word to train or test on. The image stays on disk until the loader needs it.
struct Sample {
  std::filesystem::path image;
  std::string text;  ///< what is written, UTF-8
  std::string id;    ///< the name in its data set, such as a01-000u-00-00
  Index line = 0;    ///< where the list of the data set names it; 0: nowhere
};

/// The form (page) of an IAM word, the first two parts of its id: a01-000u-00-00 -> a01-000u.
/// An id with fewer than two dashes is its own form.
inline std::string form_of(const std::string& id) {
  const std::size_t first = id.find('-');
  if (first == std::string::npos) return id;
  return id.substr(0, id.find('-', first + 1));
}

}  // namespace tinyhtr
