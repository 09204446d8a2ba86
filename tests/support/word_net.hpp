// What the tests of the reference network share.
#pragma once

#include <string>

#include "tinyhtr/models/word_net.hpp"

namespace tinyhtr::test {

inline WordNetOptions without_dropout(Padding padding) {
  WordNetOptions options;
  options.dropout = 0;
  options.padding = padding;
  return options;
}

/// A bias right before batch normalisation, which takes it out again: its true gradient is zero in training.
inline bool is_normalised_away(const std::string& name) {
  return name.ends_with("conv1.bias") || name.ends_with("conv2.bias");
}

}  // namespace tinyhtr::test
