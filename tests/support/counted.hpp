// counted_tensor: numbers from a counter, the same ones that references/make_torch_references.py uses.
#pragma once

#include <cstdint>

#include "tinyhtr/core/tensor.hpp"

namespace tinyhtr::test {

/// shift + scale * U(-1, 1) from splitmix64 (Steele, Lea, Flood 2014), in multiples of 2^-23, so that float and double
/// hold the same numbers as long as scale is a power of two. Equal streams give equal numbers.
template <class T>
Tensor<T> counted_tensor(const Shape& shape, std::uint64_t stream, double scale = 1, double shift = 0) {
  auto tensor = Tensor<T>::uninitialized(shape);
  for (Index i = 0; i < tensor.size(); ++i) {
    std::uint64_t z = (static_cast<std::uint64_t>(i) + (stream << 32)) * 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    z = z ^ (z >> 31);
    tensor[i] = static_cast<T>(shift + scale * (static_cast<double>(z >> 40) * 0x1p-23 - 1.0));
  }
  return tensor;
}

}  // namespace tinyhtr::test
