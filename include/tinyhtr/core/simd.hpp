// Vector: as many numbers as one register holds. The only header that says how wide that is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#if defined(__AVX2__)
#include <immintrin.h>
#elif defined(__SSE2__) && !defined(__AVX__)
#include <emmintrin.h>
#endif

#include "tinyhtr/core/shape.hpp"

namespace tinyhtr {

/// Bytes in a vector register of the processor that this file is compiled for. All files of a program have to be
/// compiled for the same one (-march): two widths would be two definitions of one type.
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

/// count, or the next multiple of a vector's lanes.
template <class T>
constexpr Index whole_vectors(Index count) {
  return (count + vector_lanes<T> - 1) / vector_lanes<T> * vector_lanes<T>;
}

/// Rows of a block of sums that stays in registers, where each row has two or three vectors: 24 sums and what is added
/// to them fill AVX-512's 32 registers, 12 the 16 of others.
inline constexpr Index block_rows = vector_bytes == 64 ? 8 : 4;

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

/// Writes the first `lanes` lanes.
template <class T>
inline void store_lanes(T* to, const Vector<T>& vector, Index lanes) {
  if (lanes == vector_lanes<T>) return store_vector<T>(to, vector);
#if defined(__AVX512F__)
  const auto mask = (1U << lanes) - 1;
  if constexpr (std::is_same_v<T, float>)
    return _mm512_mask_storeu_ps(to, static_cast<__mmask16>(mask), (__m512)vector);
  if constexpr (std::is_same_v<T, double>)
    return _mm512_mask_storeu_pd(to, static_cast<__mmask8>(mask), (__m512d)vector);
#endif
  for (Index k = 0; k < lanes; ++k) to[k] = vector[k];
}

/// Reads the first `lanes` lanes; the others are zeros.
template <class T>
inline Vector<T> load_lanes(const T* from, Index lanes) {
  if (lanes == vector_lanes<T>) return load_vector(from);
#if defined(__AVX512F__)
  const auto mask = (1U << lanes) - 1;
  if constexpr (std::is_same_v<T, float>) return (Vector<T>)_mm512_maskz_loadu_ps(static_cast<__mmask16>(mask), from);
  if constexpr (std::is_same_v<T, double>) return (Vector<T>)_mm512_maskz_loadu_pd(static_cast<__mmask8>(mask), from);
#endif
  Vector<T> vector{};
  for (Index k = 0; k < lanes; ++k) vector[k] = from[k];
  return vector;
}

/// The larger of a and b, lane by lane; b where one of them is NaN.
template <class V>
inline V larger(const V& a, const V& b) {
  return a > b ? a : b;
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

/// The 64-bit products of the lower 32 bits of each lane. Compilers multiply all 64 bits, at three times the cost.
inline Vector<std::uint64_t> multiply_lower_halves(const Vector<std::uint64_t>& a, const Vector<std::uint64_t>& b) {
#if defined(__AVX512F__)
  // With a mask of all lanes, for g++ 12 warns of its own header in the form without one.
  return (Vector<std::uint64_t>)_mm512_maskz_mul_epu32(0xFF, (__m512i)a, (__m512i)b);
#elif defined(__AVX2__)
  return (Vector<std::uint64_t>)_mm256_mul_epu32((__m256i)a, (__m256i)b);
#elif defined(__SSE2__) && !defined(__AVX__)
  return (Vector<std::uint64_t>)_mm_mul_epu32((__m128i)a, (__m128i)b);
#else
  constexpr std::uint64_t lower = 0xFFFFFFFF;
  return (a & lower) * (b & lower);
#endif
}

/// Tells the processor that this thread only waits for a moment.
inline void pause_spinning() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

namespace detail {

/// Lanes of a and b in turn: those of the lower halves, a0 b0 a1 b1 ..., and those of the upper halves.
template <class V, std::size_t... k>
inline void interleave(V& lower, V& upper, const V& a, const V& b, std::index_sequence<k...>) {
  constexpr int lanes = sizeof...(k);
  lower = __builtin_shufflevector(a, b, (static_cast<int>(k) / 2 + (k % 2 ? lanes : 0))...);
  upper = __builtin_shufflevector(a, b, (static_cast<int>(k) / 2 + (k % 2 ? lanes : 0) + lanes / 2)...);
}

}  // namespace detail

/// Transposes the square block of `vector_lanes<T>` rows at `from`, `from_stride` apart, into rows at `to`.
///
/// Row i is interleaved with row i + lanes / 2, for all i: what a shuffled deck of cards is to the deck. After
/// log2(lanes) rounds, lane j of row i stands in lane i of row j.
template <class T>
inline void transpose_block(T* to, Index to_stride, const T* from, Index from_stride) {
  constexpr Index lanes = vector_lanes<T>;
  Vector<T> rows[lanes], shuffled[lanes];
  for (Index i = 0; i < lanes; ++i) rows[i] = load_vector(from + i * from_stride);
  for (Index round = 1; round < lanes; round *= 2) {
    for (Index i = 0; i < lanes / 2; ++i) {
      detail::interleave(shuffled[2 * i], shuffled[2 * i + 1], rows[i], rows[i + lanes / 2],
                         std::make_index_sequence<static_cast<std::size_t>(lanes)>());
    }
    for (Index i = 0; i < lanes; ++i) rows[i] = shuffled[i];
  }
  for (Index i = 0; i < lanes; ++i) store_vector<T>(to + i * to_stride, rows[i]);
}

}  // namespace tinyhtr
