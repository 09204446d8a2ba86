// How far two tensors are apart.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "tinyhtr/core/tensor.hpp"

namespace tinyhtr::test {

/// max |found - expected| / max |expected|; infinite for a NaN or for different shapes. Where all of `expected` is
/// zero, the largest of `found` itself.
template <class A, class B>
double relative_error(const Tensor<A>& found, const Tensor<B>& expected) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (found.shape() != expected.shape()) return infinity;
  double difference = 0, largest = 0;
  for (Index i = 0; i < found.size(); ++i) {
    const double a = static_cast<double>(found[i]), b = static_cast<double>(expected[i]);
    if (std::isnan(a) || std::isnan(b)) return infinity;
    difference = std::max(difference, std::abs(a - b));
    largest = std::max(largest, std::abs(b));
  }
  return largest == 0 ? difference : difference / largest;
}

/// Whether two tensors hold the same bits.
template <class T>
bool same_bits(const Tensor<T>& a, const Tensor<T>& b) {
  return a.shape() == b.shape() && std::equal(a.begin(), a.end(), b.begin(),
                                              [](T x, T y) { return x == y && std::signbit(x) == std::signbit(y); });
}

/// Tests let gradients start from 0.5 instead of 0, so that a kernel that writes instead of adding is seen; this takes
/// the 0.5 out again.
template <class T>
Tensor<T> minus_half(Tensor<T> x) {
  for (T& element : x) element -= T(0.5);
  return x;
}

/// How close results in T have to come to PyTorch's in double.
template <class T>
inline constexpr double reference_tolerance = std::is_same_v<T, float> ? 1e-4 : 1e-9;

}  // namespace tinyhtr::test
