// A matrix laid out once for many products with a few rows each.
#pragma once

#include <algorithm>

#include "tinyhtr/blas/gemm.hpp"
#include "tinyhtr/core/simd.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/kernels/transpose.hpp"

namespace tinyhtr {

/// The right factor b (K,N) of products c += a b whose left factor has a few rows, such as the states of some
/// sequences.
///
/// A general gemm lays its factors out anew in every call, which for 8 rows takes longer than the product: with
/// (8,128) x (128,512), sgemm reaches 20 to 30% of its rate with large matrices, this 80% and more.
///
/// b is cut into panels of 2 vectors of columns, row after row: then a product reads it from first to last. A block of
/// 8 rows x 2 vectors of c is 16 sums in registers; each k costs 2 loads of b, 8 of a, 16 multiply-adds: with AVX-512
/// the multipliers are what is waited for. 128 or 512 columns are whole panels; of 3 vectors a third of the last
/// would be empty, and the LSTM takes 7% longer, as with 4, whose sums fill all registers. (With 16 registers it is 4
/// rows x 3 vectors; there 2 are slower forward and faster back.)
template <class T>
class PackedMatrix {
 public:
  /// b is the matrix, or its transpose.
  PackedMatrix(const Matrix<const T>& matrix, Op op)
      : rows_(op == Op::none ? matrix.rows : matrix.cols),
        cols_(op == Op::none ? matrix.cols : matrix.rows),
        elements_(Shape{(cols_ + panel - 1) / panel, rows_, panel}) {
    T* to = elements_.data();
    for (Index first = 0; first < cols_; first += panel) {
      const Index width = std::min(panel, cols_ - first);
      if (op == Op::transpose) {
        transpose(to, panel, matrix.data + first * matrix.stride, matrix.stride, width, rows_);
      } else {
        for (Index k = 0; k < rows_; ++k) {
          const T* from = matrix.data + k * matrix.stride + first;
          std::copy(from, from + width, to + k * panel);
        }
      }
      to += rows_ * panel;
    }
  }

  Index rows() const { return rows_; }
  Index cols() const { return cols_; }
  Shape shape() const { return {rows_, cols_}; }

  /// c += a b; c (M,N), a (M,K). Throws ShapeError where they do not fit.
  void multiply_add(const Matrix<T>& c, const Matrix<const T>& a) const {
    if (a.cols != rows_ || c.cols != cols_ || c.rows != a.rows) {
      throw ShapeError("PackedMatrix: c " + c.shape_text() + " += a " + a.shape_text() + " times b " +
                       Shape{rows_, cols_}.to_string() + " does not fit");
    }
    Index m = 0;
    for (; m + row_block <= c.rows; m += row_block) multiply_rows<row_block>(c, a, m);
    for (; m + 2 <= c.rows; m += 2) multiply_rows<2>(c, a, m);
    for (; m < c.rows; ++m) multiply_rows<1>(c, a, m);
  }

 private:
  static constexpr Index vectors = vector_bytes == 64 ? 2 : 3;
  static constexpr Index panel = vectors * vector_lanes<T>;
  static constexpr Index row_block = block_rows;

  template <Index count>
  void multiply_rows(const Matrix<T>& c, const Matrix<const T>& a, Index m) const {
    constexpr Index lanes = vector_lanes<T>;
    const T* from[count];
    for (Index r = 0; r < count; ++r) from[r] = a.data + (m + r) * a.stride;
    const T* b = elements_.data();
    for (Index first = 0; first < cols_; first += panel) {
      Vector<T> sums[count][vectors] = {};
      for (Index k = 0; k < rows_; ++k, b += panel) {
        Vector<T> line[vectors];
        for (Index v = 0; v < vectors; ++v) line[v] = load_vector(b + v * lanes);
        for (Index r = 0; r < count; ++r) {
          for (Index v = 0; v < vectors; ++v) sums[r][v] += from[r][k] * line[v];
        }
      }
      for (Index r = 0; r < count; ++r) {
        T* to = c.data + (m + r) * c.stride + first;
        for (Index v = 0; v < vectors; ++v) add_lanes(to + v * lanes, sums[r][v], cols_ - first - v * lanes);
      }
    }
  }

  /// Adds the lanes that there are columns for.
  static void add_lanes(T* to, const Vector<T>& sum, Index columns) {
    if (columns >= vector_lanes<T>) {
      store_vector<T>(to, load_vector(to) + sum);
    } else {
      for (Index k = 0; k < columns; ++k) to[k] += sum[k];
    }
  }

  Index rows_, cols_;
  Tensor<T> elements_;  // (panel, K, columns of the panel), zeros behind the last column
};

}  // namespace tinyhtr
