// Reading: what a decoder makes of one image.
#pragma once

#include <optional>
#include <vector>

#include "tinyhtr/core/shape.hpp"

namespace tinyhtr {

/// The classes that were read, without blanks; a Vocabulary turns them into text.
struct Reading {
  std::vector<int> classes;
  double log_probability = 0;          ///< natural logarithm; the decoder says of what
  std::vector<Index> frames;           ///< the time step at which each class was emitted, as many as classes
  std::optional<double> confidence{};  ///< probability that the text is right, where the decoder itself has one
};

}  // namespace tinyhtr
