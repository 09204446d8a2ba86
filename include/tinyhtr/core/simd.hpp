// Vector: as many numbers as one register holds. The only header that says how wide that is.
#pragma once

#include <cstring>

#include "tinyhtr/core/shape.hpp"

namespace tinyhtr {

/// Bytes in a vector register of the processor that this file is compiled for: all files of a program for the same one.
#if defined(__AVX512F__)
inline constexpr int vector_bytes = 64;
#elif defined(__AVX__)
inline constexpr int vector_bytes = 32;
#else
inline constexpr int vector_bytes = 16;
#endif

namespace detail {
template <class T>
struct VectorOf {
  typedef T type __attribute__((vector_size(vector_bytes)));  // GCC's and Clang's vector extension
};
}  // namespace detail

/// `vector_lanes<T>` numbers of type T; + - * work lane by lane, and on a number for all lanes.
///
/// Plain loops are vectorised by the compiler too; this type is for kernels whose sums have to stay in registers over
/// several loops, which compilers do not find by themselves.
template <class T>
using Vector = typename detail::VectorOf<T>::type;

template <class T>
inline constexpr Index vector_lanes = vector_bytes / static_cast<Index>(sizeof(T));

/// Reads a vector from any address.
template <class T>
inline Vector<T> load_vector(const T* from) {
  Vector<T> vector;
  std::memcpy(&vector, from, sizeof(vector));
  return vector;
}

/// Writes a vector to any address.
template <class T>
inline void store_vector(T* to, const Vector<T>& vector) {
  std::memcpy(to, &vector, sizeof(vector));
}

/// The sum of the lanes, in a fixed order.
template <class T>
inline T sum_of_lanes(const Vector<T>& vector) {
  T lanes[vector_lanes<T>];
  std::memcpy(lanes, &vector, sizeof(vector));
  // Halves are added until one is left: log2(lanes) steps, each of which the compiler does at once.
  for (Index width = vector_lanes<T> / 2; width > 0; width /= 2) {
    for (Index k = 0; k < width; ++k) lanes[k] += lanes[k + width];
  }
  return lanes[0];
}

}  // namespace tinyhtr
