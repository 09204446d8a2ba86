// Tensors of random numbers, the same ones in every run.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "tinyhtr/core/random.hpp"
#include "tinyhtr/core/tensor.hpp"

namespace tinyhtr::bench {

/// Numbers uniform in [-1, 1]. Equal seeds give equal numbers.
template <class T>
Tensor<T> random_tensor(const Shape& shape, std::uint64_t seed) {
  const Random random(seed);
  auto tensor = Tensor<T>::uninitialized(shape);
  std::array<std::uint32_t, 64> words;
  for (Index first = 0; first < tensor.size(); first += 64) {
    random.blocks(static_cast<std::uint32_t>(first / 4), words);
    const Index count = std::min<Index>(64, tensor.size() - first);
    for (Index i = 0; i < count; ++i) {
      tensor.data()[first + i] = static_cast<T>(words[static_cast<std::size_t>(i)]) * T(0x1p-31) - T(1);
    }
  }
  return tensor;
}

}  // namespace tinyhtr::bench
