// The product of small matrices that lie in cache already: nothing is copied or packed first.
#pragma once

#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/core/simd.hpp"

namespace tinyhtr {

namespace detail {

/// Rows of c that stay in registers at a time: with two vectors of each, half of AVX-512's 32 registers, or of the 16
/// of others. BLAS's blocks are larger, but for 16 channels it takes longer to pack a matrix than to multiply it.
inline constexpr Index product_rows = block_rows;

/// Where an element of the left matrix stands: row * between_rows + k * between_terms, so that it may be transposed.
template <class T>
struct LeftMatrix {
  const T* data;
  Index between_rows, between_terms;
};

/// Rows of whole vectors, so far apart.
template <class T>
struct VectorRows {
  T* data;
  Index between_rows;
};

/// A strip of small_product, `vectors` vectors wide, block by block. A function of its own to the compiler too, so that
/// all of the processor's registers are free for the places of a block's rows: inlined, it takes twice the time.
template <bool adds, Index vectors, class T>
[[gnu::noinline]] void small_product_strip(VectorRows<T> c, LeftMatrix<T> a, VectorRows<const T> b, Index rows,
                                           Index terms) {
  constexpr Index lanes = vector_lanes<T>;
  const Index between_rows = a.between_rows, between_terms = a.between_terms, between_inputs = b.between_rows;
  for (Index row = 0; row < rows; row += product_rows) {
    T* result = c.data + row * c.between_rows;
    const T *left = a.data + row * between_rows, *right = b.data;
    Vector<T> sums[product_rows][vectors];
    for (Index r = 0; r < product_rows; ++r) {
      for (Index v = 0; v < vectors; ++v) {
        sums[r][v] = adds ? load_vector(result + r * c.between_rows + v * lanes) : Vector<T>{};
      }
    }
    for (Index k = 0; k < terms; ++k, left += between_terms, right += between_inputs) {
      Vector<T> inputs[vectors];
      for (Index v = 0; v < vectors; ++v) inputs[v] = load_vector(right + v * lanes);
      for (Index r = 0; r < product_rows; ++r) {
        for (Index v = 0; v < vectors; ++v) sums[r][v] += left[r * between_rows] * inputs[v];
      }
    }
    for (Index r = 0; r < product_rows; ++r) {
      for (Index v = 0; v < vectors; ++v) store_vector<T>(result + r * c.between_rows + v * lanes, sums[r][v]);
    }
  }
}

/// c = a b, or c += a b where `adds` says so.
///
/// c (rows, columns), a (rows, terms), b (terms, columns); rows a multiple of product_rows, columns of a vector.
/// Columns are the outer loop: the strip of b stays in the first-level cache while all rows pass by.
template <bool adds, class T>
void small_product(VectorRows<T> c, LeftMatrix<T> a, VectorRows<const T> b, Index rows, Index columns, Index terms) {
  constexpr Index lanes = vector_lanes<T>;
  Index column = 0;
  for (; column + 2 * lanes <= columns; column += 2 * lanes) {
    small_product_strip<adds, 2, T>({c.data + column, c.between_rows}, a, {b.data + column, b.between_rows}, rows,
                                    terms);
  }
  if (column < columns) {
    small_product_strip<adds, 1, T>({c.data + column, c.between_rows}, a, {b.data + column, b.between_rows}, rows,
                                    terms);
  }
}

}  // namespace detail

}  // namespace tinyhtr
