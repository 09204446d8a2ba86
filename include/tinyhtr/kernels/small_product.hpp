// The product of small matrices that lie in cache already: nothing is copied or packed first.
#pragma once

#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/core/simd.hpp"

namespace tinyhtr {

namespace detail {

/// Rows of c that stay in registers at a time: with two vectors of each, half of AVX-512's 32 registers, or of the 16
/// of others. BLAS's blocks are larger, but for 16 channels it takes longer to pack a matrix than to multiply it.
inline constexpr Index product_rows = block_rows;

/// Terms of narrow_product at a time: rows of b that stay in registers, half of AVX-512's.
inline constexpr Index narrow_terms = 2 * block_rows;

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

/// What the sums of a product begin with: zeros; what stands in c, to which the product is added; or in every row the
/// same numbers, as those of a bias.
enum class Start { zeros, sums, row };

/// A strip of small_product, `vectors` vectors wide, in blocks of `block` rows whose sums stay in registers. A function
/// of its own to the compiler too, so that all of the processor's registers are free for the places of a block's rows:
/// inlined, it takes twice the time.
template <Start start, Index vectors, Index block, class T>
[[gnu::noinline]] void small_product_strip(VectorRows<T> c, LeftMatrix<T> a, VectorRows<const T> b, Index rows,
                                           Index terms, const T* first_row) {
  constexpr Index lanes = vector_lanes<T>;
  const Index between_rows = a.between_rows, between_terms = a.between_terms, between_inputs = b.between_rows;
  for (Index row = 0; row < rows; row += block) {
    T* result = c.data + row * c.between_rows;
    const T *left = a.data + row * between_rows, *right = b.data;
    Vector<T> sums[block][vectors];
    for (Index r = 0; r < block; ++r) {
      for (Index v = 0; v < vectors; ++v) {
        sums[r][v] = start == Start::zeros  ? Vector<T>{}
                     : start == Start::sums ? load_vector(result + r * c.between_rows + v * lanes)
                                            : load_vector(first_row + v * lanes);
      }
    }
    for (Index k = 0; k < terms; ++k, left += between_terms, right += between_inputs) {
      Vector<T> inputs[vectors];
      for (Index v = 0; v < vectors; ++v) inputs[v] = load_vector(right + v * lanes);
      for (Index r = 0; r < block; ++r) {
        for (Index v = 0; v < vectors; ++v) sums[r][v] += left[r * between_rows] * inputs[v];
      }
    }
#pragma GCC unroll 16
    for (Index r = 0; r < block; ++r) {
#pragma GCC unroll 2
      for (Index v = 0; v < vectors; ++v) store_vector<T>(result + r * c.between_rows + v * lanes, sums[r][v]);
    }
  }
}

/// `terms` terms of a strip one vector wide, where those of a row lie side by side: here the rows of b stay in
/// registers, and the rows of a pass by. A multiply-add needs one load, of an element of a to all lanes, which a
/// processor can do at the same time; with blocks of sums it is one and an eighth, and sums to begin and to end
/// besides. For 16 terms that is 150 to 190 GFLOP/s instead of 105.
template <Start start, Index terms, class T>
[[gnu::noinline]] void narrow_product_terms(VectorRows<T> c, LeftMatrix<T> a, VectorRows<const T> b, Index rows,
                                            const T* first_row) {
  const Vector<T> first = start == Start::row ? load_vector(first_row) : Vector<T>{};
  Vector<T> matrix[terms];
  for (Index k = 0; k < terms; ++k) matrix[k] = load_vector(b.data + k * b.between_rows);
  T* to = c.data;
  const T* from = a.data;
  for (Index r = 0; r < rows; ++r, to += c.between_rows, from += a.between_rows) {
    Vector<T> sum = from[0] * matrix[0];
    if (start == Start::sums) sum += load_vector(to);
    if (start == Start::row) sum += first;
    for (Index k = 1; k < terms; ++k) sum += from[k] * matrix[k];
    store_vector<T>(to, sum);
  }
}

/// The same over some windows at once, of `terms` terms each: row r of c is the sum over the windows w of row r of
/// a[w], whose rows are between_rows apart, times the rows w * terms to (w + 1) * terms of b, plus
/// first_row (lanes).
template <Index windows, Index terms, class T>
[[gnu::noinline]] void narrow_product_of_windows(VectorRows<T> c, const T* const* a, Index between_rows,
                                                 VectorRows<const T> b, Index rows, const T* first_row) {
  const Vector<T> first = load_vector(first_row);
  Vector<T> matrix[windows][terms];
  const T* from[windows];
  for (Index w = 0; w < windows; ++w) {
    from[w] = a[w];
    for (Index k = 0; k < terms; ++k) matrix[w][k] = load_vector(b.data + (w * terms + k) * b.between_rows);
  }
  T* to = c.data;
  for (Index r = 0; r < rows; ++r, to += c.between_rows) {
    Vector<T> sum = first;
    for (Index w = 0; w < windows; ++w) {
      const T* const row = from[w] + r * between_rows;
      for (Index k = 0; k < terms; ++k) sum += row[k] * matrix[w][k];
    }
    store_vector<T>(to, sum);
  }
}

/// A strip one vector wide, some terms at a time: narrow_terms, while there are so many left, then 8, then 3, as a row
/// of a kernel over grey has them, or a pixel of colour, then 1.
template <Start start, Index at_once = narrow_terms, class T>
void narrow_product(VectorRows<T> c, LeftMatrix<T> a, VectorRows<const T> b, Index rows, Index terms,
                    const T* first_row) {
  constexpr Index next = at_once > 8 ? 8 : at_once > 3 ? 3 : 1;
  Index k = 0;
  if constexpr (start != Start::sums) {
    if (terms >= at_once) {
      narrow_product_terms<start, at_once, T>(c, a, b, rows, first_row);
      k = at_once;
    } else if constexpr (at_once > 1) {
      return narrow_product<start, next, T>(c, a, b, rows, terms, first_row);
    } else {  // no terms
      const Vector<T> first = start == Start::row ? load_vector(first_row) : Vector<T>{};
      for (Index r = 0; r < rows; ++r) store_vector<T>(c.data + r * c.between_rows, first);
      return;
    }
  }
  for (; k + at_once <= terms; k += at_once) {
    narrow_product_terms<Start::sums, at_once, T>(c, {a.data + k, a.between_rows, 1},
                                                  {b.data + k * b.between_rows, b.between_rows}, rows, nullptr);
  }
  if constexpr (at_once > 1) {
    narrow_product<Start::sums, next, T>(c, {a.data + k, a.between_rows, 1},
                                         {b.data + k * b.between_rows, b.between_rows}, rows, terms - k, nullptr);
  }
}

/// c = a b, added to what the sums start with; for Start::row, first_row (columns) is that.
///
/// c (rows, columns), a (rows, terms), b (terms, columns); rows a multiple of product_rows, columns of a vector.
/// Columns are the outer loop: the strip of b stays in the first-level cache while all rows pass by. c may be a itself
/// where both are one vector wide, with narrow_terms terms and between_terms 1: then one pass does all terms of a row,
/// and reads it before it writes it.
template <Start start, class T>
void small_product(VectorRows<T> c, LeftMatrix<T> a, VectorRows<const T> b, Index rows, Index columns, Index terms,
                   const T* first_row = nullptr) {
  constexpr Index lanes = vector_lanes<T>;
  Index column = 0;
  for (; column + 2 * lanes <= columns; column += 2 * lanes) {
    small_product_strip<start, 2, product_rows, T>({c.data + column, c.between_rows}, a,
                                                   {b.data + column, b.between_rows}, rows, terms,
                                                   first_row ? first_row + column : nullptr);
  }
  if (column == columns) return;
  const T* const rest = first_row ? first_row + column : nullptr;
  const VectorRows<T> to{c.data + column, c.between_rows};
  const VectorRows<const T> from{b.data + column, b.between_rows};
  if (a.between_terms == 1) {
    narrow_product<start>(to, a, from, rows, terms, rest);
  } else if (rows % (2 * product_rows) == 0) {
    small_product_strip<start, 1, 2 * product_rows, T>(to, a, from, rows, terms, rest);
  } else {
    small_product_strip<start, 1, product_rows, T>(to, a, from, rows, terms, rest);
  }
}

}  // namespace detail

}  // namespace tinyhtr
