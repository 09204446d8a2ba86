// Arrays of float32 as .npy files, to be exchanged with Python.
#pragma once

#include <filesystem>
#include <string>

#include "support/npy.hpp"
#include "tinyhtr/core/tensor.hpp"

namespace tinyhtr::test {

/// The float32 array of a .npy file.
inline Tensor<float> read_npy(const std::filesystem::path& path) {
  const xt::xarray<float> array = xt::load_npy<float>(path.string());
  Shape shape;
  for (const std::size_t extent : array.shape()) shape.append(static_cast<Index>(extent));
  Tensor<float> tensor = Tensor<float>::uninitialized(shape);
  std::copy(array.begin(), array.end(), tensor.begin());
  return tensor;
}

inline void write_npy(const std::filesystem::path& path, const Tensor<float>& tensor) {
  xt::dump_npy(path.string(), tensor.array());
}

}  // namespace tinyhtr::test
