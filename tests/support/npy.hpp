// load_npy: the stored reference values of the tests.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wshadow"
#if !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // in <regex> under sanitizers: GCC bug 105616
#endif
#include <xtensor/xnpy.hpp>
#pragma GCC diagnostic pop

#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/core/tensor.hpp"

namespace tinyhtr::test {

/// The array of a .npy file under tests/, for example load_npy<double>("references/ctc/loss.npy"). The file's type has
/// to be T; std::runtime_error where it is another, or where there is no file.
template <class T>
Tensor<T> load_npy(const std::string& name) {
  const xt::xarray<T> array = xt::load_npy<T>(std::string(TINYHTR_TEST_DATA) + "/" + name);
  Shape shape;
  for (const std::size_t extent : array.shape()) shape.append(static_cast<Index>(extent));
  Tensor<T> tensor = Tensor<T>::uninitialized(shape);
  std::copy(array.begin(), array.end(), tensor.begin());
  return tensor;
}

}  // namespace tinyhtr::test
