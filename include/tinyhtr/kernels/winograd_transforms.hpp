// The small matrices of Winograd's convolution, with the products that apply them to tiles.
#pragma once

#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/core/simd.hpp"

namespace tinyhtr {

namespace detail {

/// Of an input tile: d is replaced by B^T d B. Specialised for each number of outputs, as are those of kernel, output.
///
/// Where they come from: a filter of 3 taps g over n = outputs + 2 inputs d is a product of polynomials, and such a
/// product is known by its values at n points: here 0, 1, -1, 2, -2 (without the last two for 2 outputs), infinity.
/// G has the values of g at these points, B and A those of the interpolation back, turned round. More points would save
/// more products, but their powers cost digits: see the figures at WinogradTile.
/// Source: Lavin, Gray, "Fast algorithms for convolutional neural networks", CVPR 2016, sections 4.1 to 4.3; Winograd,
/// "Arithmetic complexity of computations", 1980.
template <int outputs>
struct WinogradInput;
template <int outputs>
struct WinogradKernel;  ///< G: the kernel g becomes G g G^T
template <int outputs>
struct WinogradOutput;  ///< A^T: the products m become the outputs A^T m A

template <>
struct WinogradInput<2> {
  static constexpr bool has_row_pairs = true;
  static constexpr Index rows = 4, columns = 4;
  static constexpr double elements[rows][columns] = {{1, 0, -1, 0}, {0, 1, 1, 0}, {0, -1, 1, 0}, {0, 1, 0, -1}};
};
template <>
struct WinogradKernel<2> {
  static constexpr bool has_row_pairs = true;
  static constexpr Index rows = 4, columns = 3;
  static constexpr double elements[rows][columns] = {{1, 0, 0}, {0.5, 0.5, 0.5}, {0.5, -0.5, 0.5}, {0, 0, 1}};
};
template <>
struct WinogradOutput<2> {
  static constexpr bool has_row_pairs = false;
  static constexpr Index rows = 2, columns = 4;
  static constexpr double elements[rows][columns] = {{1, 1, 1, 0}, {0, 1, -1, -1}};
};

template <>
struct WinogradInput<4> {
  static constexpr bool has_row_pairs = true;
  static constexpr Index rows = 6, columns = 6;
  static constexpr double elements[rows][columns] = {{4, 0, -5, 0, 1, 0},  {0, -4, -4, 1, 1, 0}, {0, 4, -4, -1, 1, 0},
                                                     {0, -2, -1, 2, 1, 0}, {0, 2, -1, -2, 1, 0}, {0, 4, 0, -5, 0, 1}};
};
template <>
struct WinogradKernel<4> {
  static constexpr bool has_row_pairs = true;
  static constexpr Index rows = 6, columns = 3;
  static constexpr double elements[rows][columns] = {
      {1.0 / 4, 0, 0},
      {-1.0 / 6, -1.0 / 6, -1.0 / 6},
      {-1.0 / 6, 1.0 / 6, -1.0 / 6},
      {1.0 / 24, 1.0 / 12, 1.0 / 6},
      {1.0 / 24, -1.0 / 12, 1.0 / 6},
      {0, 0, 1},
  };
};
template <>
struct WinogradOutput<4> {
  static constexpr bool has_row_pairs = false;
  static constexpr Index rows = 4, columns = 6;
  static constexpr double elements[rows][columns] = {
      {1, 1, 1, 1, 1, 0}, {0, 1, -1, 2, -2, 0}, {0, 1, 1, 4, 4, 0}, {0, 1, -1, 8, -8, 1}};
};

/// The same matrix, turned round: for the way back through a transformation.
template <class Matrix>
struct Transposed {
  static constexpr bool has_row_pairs = !Matrix::has_row_pairs;
  static constexpr Index rows = Matrix::columns, columns = Matrix::rows;
  struct Elements {
    double values[rows][columns];
    constexpr const double* operator[](Index row) const { return values[row]; }
  };
  static constexpr Elements elements = [] {
    Elements turned{};
    for (Index i = 0; i < rows; ++i) {
      for (Index j = 0; j < columns; ++j) turned.values[i][j] = Matrix::elements[j][i];
    }
    return turned;
  }();
};

/// What is left of a matrix when sums and differences are taken apart. The points come in pairs p and -p, so that rows
/// (of the other matrices, columns) 1 and 2, 3 and 4 are equal but for signs: half their sum and half their difference
/// have as many elements together as one of them.
template <class Matrix>
struct Halves {
  static constexpr Index rows = Matrix::rows, columns = Matrix::columns;
  struct Elements {
    double values[rows][columns];
    constexpr const double* operator[](Index row) const { return values[row]; }
  };
  static constexpr Elements elements = [] {
    Elements halves{};
    for (Index i = 0; i < rows; ++i) {
      for (Index j = 0; j < columns; ++j) {
        const Index place = Matrix::has_row_pairs ? i : j, last = (Matrix::has_row_pairs ? rows : columns) - 1;
        const bool is_paired = place > 0 && place < last, is_difference = place % 2 == 0;
        if (!is_paired) {
          halves.values[i][j] = Matrix::elements[i][j];
          continue;
        }
        const Index first = is_difference ? place - 1 : place;
        const double one = Matrix::has_row_pairs ? Matrix::elements[first][j] : Matrix::elements[i][first];
        const double other = Matrix::has_row_pairs ? Matrix::elements[first + 1][j] : Matrix::elements[i][first + 1];
        halves.values[i][j] = (is_difference ? one - other : one + other) / 2;
      }
    }
    return halves;
  }();
};

/// Replaces the pairs 1 and 2, 3 and 4 ... of `count` by their sums and differences.
template <Index count, class T>
inline void sums_and_differences(Vector<T>* list) {
  for (Index k = 1; k + 1 < count; k += 2) {
    const Vector<T> first = list[k], second = list[k + 1];
    list[k] = first + second;
    list[k + 1] = first - second;
  }
}

/// to = matrix * from, for a column of vectors, which is overwritten. Two thirds of the operations that the matrix
/// itself would take; its elements are constants, so that zeros cost nothing, ones no multiplication.
template <class Matrix, class T>
inline void multiply_column(Vector<T>* to, Vector<T>* from) {
  if constexpr (!Matrix::has_row_pairs) sums_and_differences<Matrix::columns, T>(from);
#pragma GCC unroll 6
  for (Index i = 0; i < Matrix::rows; ++i) {
    Vector<T> sum{};
    bool is_first = true;
#pragma GCC unroll 6
    for (Index k = 0; k < Matrix::columns; ++k) {
      const T element = static_cast<T>(Halves<Matrix>::elements.values[i][k]);
      if (element == 0) continue;
      sum = is_first ? element * from[k] : sum + element * from[k];
      is_first = false;
    }
    to[i] = sum;
  }
  if constexpr (Matrix::has_row_pairs) sums_and_differences<Matrix::rows, T>(to);
}

/// matrix * tile * matrix^T, one tile in each lane: store(i, j, result[i][j]), where load(i, j) is tile[i][j].
template <class Matrix, class T, class Load, class Store>
inline void transform_tile(const Load& load, const Store& store) {
  Vector<T> half[Matrix::columns][Matrix::rows];  // turned round
  for (Index j = 0; j < Matrix::columns; ++j) {
    Vector<T> column[Matrix::columns];
#pragma GCC unroll 6
    for (Index i = 0; i < Matrix::columns; ++i) column[i] = load(i, j);
    multiply_column<Matrix, T>(half[j], column);
  }
  for (Index i = 0; i < Matrix::rows; ++i) {
    Vector<T> row[Matrix::columns], result[Matrix::rows];
#pragma GCC unroll 6
    for (Index j = 0; j < Matrix::columns; ++j) row[j] = half[j][i];
    multiply_column<Matrix, T>(result, row);
#pragma GCC unroll 6
    for (Index j = 0; j < Matrix::rows; ++j) store(i, j, result[j]);
  }
}

}  // namespace detail

}  // namespace tinyhtr
