// The inputs of the comparison: the same images, labels and logits in every worker, made by formula.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "tinyhtr/core/tensor.hpp"

namespace tinyhtr::compare {

/// A tensor whose element i is offset + scale * l(i), with levels l(i) of 0 .. 255 that look random: the upper byte of
/// i times 2654435761, in 32 bits. numbers() in worker.py is the same.
inline Tensor<float> numbers(const Shape& shape, float offset, float scale) {
  Tensor<float> tensor = Tensor<float>::uninitialized(shape);
  for (Index i = 0; i < tensor.size(); ++i) {
    const std::uint32_t hash = static_cast<std::uint32_t>(i) * 2654435761u;
    tensor[i] = offset + scale * static_cast<float>(hash >> 24);
  }
  return tensor;
}

/// N labels of 4 to 12 letters, from 78 characters; labels() in worker.py is the same.
inline std::vector<std::vector<int>> labels(Index count) {
  std::vector<std::vector<int>> result;
  for (Index n = 0; n < count; ++n) {
    std::vector<int> label;
    for (Index i = 0; i < 4 + 5 * n % 9; ++i) label.push_back(static_cast<int>((7 * n + 13 * i) % 78));
    result.push_back(label);
  }
  return result;
}

}  // namespace tinyhtr::compare
