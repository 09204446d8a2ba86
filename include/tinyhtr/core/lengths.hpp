// Lengths: how much of each sample in a padded batch is real.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/shape.hpp"

namespace tinyhtr {

/// One number for each sample of a batch: its columns in images (N,C,H,W), or its steps in sequences (T,N,C), counted
/// from the left or the start; what lies behind is padding. Empty: nothing is padding.
using Lengths = std::vector<Index>;

/// The length of sample n, where a sample without padding has `all`.
inline Index length_of(const Lengths& lengths, Index n, Index all) {
  return lengths.empty() ? all : lengths[static_cast<std::size_t>(n)];
}

/// Throws ShapeError unless there is a length for each of `batch` samples, from 1 to `all`, or none at all.
inline void check_lengths(const char* where, const Lengths& lengths, Index batch, Index all) {
  if (lengths.empty()) return;
  if (static_cast<Index>(lengths.size()) != batch) {
    throw ShapeError(std::string(where) + ": expected a length for each of " + std::to_string(batch) +
                     " samples, found " + std::to_string(lengths.size()));
  }
  for (std::size_t n = 0; n < lengths.size(); ++n) {
    if (lengths[n] >= 1 && lengths[n] <= all) continue;
    throw ShapeError(std::string(where) + ": expected lengths from 1 to " + std::to_string(all) + ", found " +
                     std::to_string(lengths[n]) + " for sample " + std::to_string(n));
  }
}

/// What a layer of that stride makes of the lengths: ceil(length / stride).
inline Lengths strided_lengths(Lengths lengths, Index stride) {
  for (Index& length : lengths) length = (length + stride - 1) / stride;
  return lengths;
}

/// Nothing where every sample fills the batch to the end: then there is no padding to look after.
inline Lengths without_full_lengths(Lengths lengths, Index all) {
  if (std::all_of(lengths.begin(), lengths.end(), [all](Index length) { return length == all; })) lengths.clear();
  return lengths;
}

}  // namespace tinyhtr
