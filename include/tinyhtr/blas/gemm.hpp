// gemm: the matrix product. The only header that includes xtensor-blas.
#pragma once

#include <algorithm>
#include <complex>
#include <limits>
#include <string>
#include <xtensor-blas/xblas_config.hpp>

// Of xtensor-blas's BLAS level, only what gemm is made of: with all of it, every file would take longer to compile.
#include <xflens/cxxblas/cxxblas.h>

#include <xflens/cxxblas/drivers/drivers.tcc>
#include <xflens/cxxblas/level3/gemm.tcc>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/shape.hpp"

// OpenBLAS's own switch; absent, and so null, where another BLAS is linked.
extern "C" void openblas_set_num_threads(int) __attribute__((weak));

namespace tinyhtr {

/// Whether a matrix is read as it stands or transposed.
enum class Op { none, transpose };

/// A row-major matrix in memory that somebody else owns: rows x cols, `stride` elements from row to row.
template <class T>
struct Matrix {
  T* data;
  Index rows, cols;
  Index stride;

  Matrix(T* data_, Index rows_, Index cols_) : Matrix(data_, rows_, cols_, cols_) {}
  Matrix(T* data_, Index rows_, Index cols_, Index stride_) : data(data_), rows(rows_), cols(cols_), stride(stride_) {}

  std::string shape_text() const { return Shape{rows, cols}.to_string(); }
};

namespace detail {

/// BLAS stays on one thread: tinyhtr cuts its own work, and the split of OpenBLAS would make sums depend on the
/// number of threads. Done once, at the first product.
inline void hold_blas_to_one_thread() {
  static const bool done = [] {
    if (openblas_set_num_threads != nullptr) openblas_set_num_threads(1);
    return true;
  }();
  static_cast<void>(done);
}

/// The row stride as BLAS wants it: an int, at least a row long, at least 1. BLAS itself would only print a line, and
/// return without a result.
inline int blas_stride(const char* name, Index rows, Index cols, Index stride) {
  if (stride < cols) {
    throw ShapeError("gemm: " + std::string(name) + " " + Shape{rows, cols}.to_string() + " has rows " +
                     std::to_string(stride) + " apart, expected " + std::to_string(cols) + " or more");
  }
  constexpr Index largest = std::numeric_limits<int>::max();
  if (rows > largest || stride > largest) {
    throw ShapeError("gemm: " + std::string(name) + " " + Shape{rows, cols}.to_string() + " with rows " +
                     std::to_string(stride) + " apart is larger than BLAS can count, 2147483647");
  }
  return static_cast<int>(std::max<Index>(stride, 1));
}

}  // namespace detail

/// The matrix product on BLAS, on the calling thread.
///
///     c = alpha op(a) op(b) + beta c,   2 M N K floating-point operations
///
/// c (M,N); op(a) (M,K); op(b) (K,N); with beta = 0, c may hold anything before, even NaN.
/// Throws ShapeError that names all three shapes where they do not fit, or the matrix whose stride is too short.
/// Source: Dongarra, Du Croz, Hammarling, Duff, "A set of level 3 basic linear algebra subprograms", 1990.
template <class T>
void gemm(Matrix<T> c, Op op_a, Matrix<const T> a, Op op_b, Matrix<const T> b, T alpha = T(1), T beta = T(0)) {
  const Index m = op_a == Op::none ? a.rows : a.cols;
  const Index k = op_a == Op::none ? a.cols : a.rows;
  const Index k_b = op_b == Op::none ? b.rows : b.cols;
  const Index n = op_b == Op::none ? b.cols : b.rows;
  if (k != k_b || c.rows != m || c.cols != n) {
    throw ShapeError("gemm: c " + c.shape_text() + " = a " + a.shape_text() + (op_a == Op::none ? "" : "^T") +
                     " times b " + b.shape_text() + (op_b == Op::none ? "" : "^T") + " does not fit");
  }
  const int stride_a = detail::blas_stride("a", a.rows, a.cols, a.stride);
  const int stride_b = detail::blas_stride("b", b.rows, b.cols, b.stride);
  const int stride_c = detail::blas_stride("c", c.rows, c.cols, c.stride);
  if (m == 0 || n == 0) return;
  detail::hold_blas_to_one_thread();
  const auto transposed = [](Op op) { return op == Op::none ? cxxblas::NoTrans : cxxblas::Trans; };
  cxxblas::gemm(cxxblas::RowMajor, transposed(op_a), transposed(op_b), static_cast<int>(m), static_cast<int>(n),
                static_cast<int>(k), alpha, a.data, stride_a, b.data, stride_b, beta, c.data, stride_c);
}

}  // namespace tinyhtr
