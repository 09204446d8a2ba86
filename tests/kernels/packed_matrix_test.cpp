// Tests of the product of a few rows: gemm over odd shapes, both orders of the matrix, refusals.
#include "tinyhtr/kernels/packed_matrix.hpp"

#include <doctest/doctest.h>

#include "../support/compare.hpp"
#include "../support/counted.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

TEST_CASE_TEMPLATE("a packed product equals gemm", T, float, double) {
  const double tolerance = sizeof(T) == 4 ? 1e-5 : 1e-13;
  for (const Index rows : {1, 2, 3, 7, 8, 9, 19}) {
    for (const Index inner : {1, 5, 33}) {
      for (const Index columns : {1, 15, 16, 47, 48, 49, 100}) {
        CAPTURE(rows);
        CAPTURE(inner);
        CAPTURE(columns);
        const Index a_stride = inner + 3, c_stride = columns + 2;
        const auto a = counted_tensor<T>({rows, a_stride}, 1), b = counted_tensor<T>({inner, columns}, 2);
        const Matrix<const T> left(a.data(), rows, inner, a_stride), right(b.data(), inner, columns);
        auto expected = counted_tensor<T>({rows, c_stride}, 3), found = expected, found_transposed = expected;
        gemm<T>({expected.data(), rows, columns, c_stride}, Op::none, left, Op::none, right, T(1), T(1));
        PackedMatrix<T>(right, Op::none).multiply_add({found.data(), rows, columns, c_stride}, left);
        CHECK(relative_error(found, expected) < tolerance);

        Tensor<T> b_transposed(Shape{columns, inner});
        for (Index k = 0; k < inner; ++k) {
          for (Index j = 0; j < columns; ++j) b_transposed(j, k) = b(k, j);
        }
        const Matrix<const T> turned(b_transposed.data(), columns, inner);
        PackedMatrix<T>(turned, Op::transpose).multiply_add({found_transposed.data(), rows, columns, c_stride}, left);
        CHECK(same_bits(found_transposed, found));
      }
    }
  }
}

TEST_CASE("a packed product refuses shapes that do not fit") {
  Tensor<float> a(Shape{2, 3}), b(Shape{3, 4}), c(Shape{2, 5});
  const PackedMatrix<float> packed({b.data(), 3, 4}, Op::none);
  CHECK_THROWS_WITH_AS(packed.multiply_add({c.data(), 2, 5}, {a.data(), 2, 3}),
                       "PackedMatrix: c (2,5) += a (2,3) times b (3,4) does not fit", ShapeError);
}
