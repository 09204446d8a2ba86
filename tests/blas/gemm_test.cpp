// Tests of gemm against plain loops: odd shapes, transposes, strides, factors, and what it refuses.
#include "tinyhtr/blas/gemm.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/core/random.hpp"

using namespace tinyhtr;

namespace {

template <class T>
std::vector<T> random_numbers(Index count, std::uint32_t sample) {
  Random random(1, Purpose::user, 0, sample);
  std::vector<T> numbers(static_cast<std::size_t>(count));
  for (T& number : numbers) number = static_cast<T>(random.uniform(-1, 1));
  return numbers;
}

/// op(matrix)(row, column)
template <class T>
double element(const Matrix<const T>& matrix, Op op, Index row, Index column) {
  return op == Op::none ? matrix.data[row * matrix.stride + column] : matrix.data[column * matrix.stride + row];
}

/// Multiplies two random matrices with gemm and with plain loops in double, and compares each element. A sum of k
/// products of numbers below 1 may be off by k roundings at most; what lies between the rows of c may not change.
template <class T>
void compare_with_loops(Index m, Index n, Index k, Op op_a, Op op_b, T alpha, T beta, Index gap) {
  CAPTURE(m);
  CAPTURE(n);
  CAPTURE(k);
  CAPTURE(static_cast<int>(op_a));
  CAPTURE(static_cast<int>(op_b));
  CAPTURE(alpha);
  CAPTURE(beta);
  CAPTURE(gap);
  const Index a_rows = op_a == Op::none ? m : k, a_cols = op_a == Op::none ? k : m;
  const Index b_rows = op_b == Op::none ? k : n, b_cols = op_b == Op::none ? n : k;
  const std::vector<T> a_numbers = random_numbers<T>(a_rows * (a_cols + gap), 1);
  const std::vector<T> b_numbers = random_numbers<T>(b_rows * (b_cols + gap), 2);
  std::vector<T> c_numbers = random_numbers<T>(m * (n + gap), 3);
  const std::vector<T> before = c_numbers;
  const Matrix<const T> a(a_numbers.data(), a_rows, a_cols, a_cols + gap);
  const Matrix<const T> b(b_numbers.data(), b_rows, b_cols, b_cols + gap);

  gemm(Matrix<T>(c_numbers.data(), m, n, n + gap), op_a, a, op_b, b, alpha, beta);

  const double rounding = std::numeric_limits<T>::epsilon();
  for (Index row = 0; row < m; ++row) {
    for (Index column = 0; column < n + gap; ++column) {
      const auto place = static_cast<std::size_t>(row * (n + gap) + column);
      if (column >= n) {
        REQUIRE(c_numbers[place] == before[place]);
        continue;
      }
      double sum = 0;
      for (Index i = 0; i < k; ++i) sum += element(a, op_a, row, i) * element(b, op_b, i, column);
      const double expected = alpha * sum + beta * before[place];
      const double bound = (std::abs(alpha) * static_cast<double>(k) + std::abs(beta) + 1) * rounding;
      REQUIRE(std::abs(c_numbers[place] - expected) <= bound);
    }
  }
}

}  // namespace

TEST_CASE_TEMPLATE("gemm equals plain loops over odd shapes, transposes and strides", T, float, double) {
  const std::vector<std::vector<Index>> shapes{{1, 1, 1},    {1, 7, 3},    {7, 1, 3},     {3, 5, 1},     {2, 3, 4},
                                               {16, 16, 16}, {17, 31, 13}, {64, 79, 256}, {33, 129, 65}, {128, 3, 27}};
  for (const auto& shape : shapes) {
    for (const Op op_a : {Op::none, Op::transpose}) {
      for (const Op op_b : {Op::none, Op::transpose}) {
        for (const Index gap : {0, 1, 5}) {
          compare_with_loops<T>(shape[0], shape[1], shape[2], op_a, op_b, T(1), T(0), gap);
        }
      }
    }
  }
}

TEST_CASE_TEMPLATE("gemm scales the product by alpha and what c held by beta", T, float, double) {
  for (const double alpha : {0.0, 1.0, -1.0, 0.5}) {
    for (const double beta : {0.0, 1.0, -2.0, 0.25}) {
      compare_with_loops<T>(9, 11, 6, Op::none, Op::transpose, static_cast<T>(alpha), static_cast<T>(beta), 2);
    }
  }
}

TEST_CASE_TEMPLATE("with k = 0 the product is zero and c is scaled by beta", T, float, double) {
  for (const Op op : {Op::none, Op::transpose}) {
    compare_with_loops<T>(3, 4, 0, op, op, T(1), T(0), 0);
    compare_with_loops<T>(3, 4, 0, op, op, T(1), T(1), 0);
    compare_with_loops<T>(3, 4, 0, op, op, T(1), T(-2), 1);
  }
}

TEST_CASE("with m or n = 0 there is nothing to do") {
  const std::vector<float> numbers(6, 1.0f);
  std::vector<float> nothing;
  const auto matrix = [&](Index rows, Index cols) { return Matrix<const float>(numbers.data(), rows, cols); };
  CHECK_NOTHROW(gemm(Matrix<float>(nothing.data(), 0, 3), Op::none, matrix(0, 2), Op::none, matrix(2, 3)));
  CHECK_NOTHROW(gemm(Matrix<float>(nothing.data(), 3, 0), Op::none, matrix(3, 2), Op::none, matrix(2, 0)));
}

TEST_CASE("a and b may be the same memory") {
  const std::vector<float> a{1, 2, 3, 4, 5, 6};  // (2,3)
  const Matrix<const float> matrix(a.data(), 2, 3);
  std::vector<float> gram(4), outer(9);
  gemm(Matrix<float>(gram.data(), 2, 2), Op::none, matrix, Op::transpose, matrix);
  CHECK(gram == std::vector<float>{14, 32, 32, 77});
  gemm(Matrix<float>(outer.data(), 3, 3), Op::transpose, matrix, Op::none, matrix);
  CHECK(outer == std::vector<float>{17, 22, 27, 22, 29, 36, 27, 36, 45});
}

TEST_CASE_TEMPLATE("with beta = 0 it does not matter what c held", T, float, double) {
  const T poisons[] = {std::numeric_limits<T>::quiet_NaN(), std::numeric_limits<T>::infinity()};
  for (const T poison : poisons) {
    for (const Index size : {1, 2, 5, 40}) {
      const auto count = static_cast<std::size_t>(size * size);
      const std::vector<T> ones(count, T(1));
      std::vector<T> c(count, poison);
      const Matrix<const T> matrix(ones.data(), size, size);
      gemm(Matrix<T>(c.data(), size, size), Op::none, matrix, Op::none, matrix, T(1), T(0));
      CHECK(c == std::vector<T>(count, static_cast<T>(size)));
      std::fill(c.begin(), c.end(), poison);
      gemm(Matrix<T>(c.data(), size, size), Op::none, matrix, Op::none, matrix, T(0), T(0));
      CHECK(c == std::vector<T>(count, T(0)));
    }
  }
}

TEST_CASE("shapes that do not fit are an error that names all three") {
  std::vector<float> numbers(100);
  const auto in = [&](Index rows, Index cols) { return Matrix<const float>(numbers.data(), rows, cols); };
  const auto out = [&](Index rows, Index cols) { return Matrix<float>(numbers.data(), rows, cols); };
  CHECK_THROWS_WITH_AS(gemm(out(2, 4), Op::none, in(2, 3), Op::none, in(5, 4)),
                       "gemm: c (2,4) = a (2,3) times b (5,4) does not fit", ShapeError);
  CHECK_THROWS_WITH_AS(gemm(out(3, 4), Op::none, in(2, 3), Op::none, in(3, 4)),
                       "gemm: c (3,4) = a (2,3) times b (3,4) does not fit", ShapeError);
  CHECK_THROWS_WITH_AS(gemm(out(2, 5), Op::none, in(2, 3), Op::none, in(3, 4)),
                       "gemm: c (2,5) = a (2,3) times b (3,4) does not fit", ShapeError);
  CHECK_THROWS_WITH_AS(gemm(out(2, 4), Op::transpose, in(2, 3), Op::transpose, in(4, 3)),
                       "gemm: c (2,4) = a (2,3)^T times b (4,3)^T does not fit", ShapeError);
}

TEST_CASE("a stride shorter than a row is an error that names it") {
  std::vector<float> numbers(100);
  const Matrix<const float> good(numbers.data(), 3, 3), bad(numbers.data(), 3, 3, 2);
  const Matrix<float> c(numbers.data(), 3, 3), bad_c(numbers.data(), 3, 3, 1);
  CHECK_THROWS_WITH_AS(gemm(c, Op::none, bad, Op::none, good), "gemm: a (3,3) has rows 2 apart, expected 3 or more",
                       ShapeError);
  CHECK_THROWS_WITH_AS(gemm(c, Op::none, good, Op::none, bad), "gemm: b (3,3) has rows 2 apart, expected 3 or more",
                       ShapeError);
  CHECK_THROWS_WITH_AS(gemm(bad_c, Op::none, good, Op::none, good),
                       "gemm: c (3,3) has rows 1 apart, expected 3 or more", ShapeError);
}

TEST_CASE("a matrix larger than BLAS can count is an error, not a wrong product") {
  std::vector<float> numbers(4);
  const Index large = Index{1} << 31;
  const Matrix<const float> a(numbers.data(), large, 1), b(numbers.data(), 1, 1);
  CHECK_THROWS_WITH_AS(gemm(Matrix<float>(numbers.data(), large, 1), Op::none, a, Op::none, b),
                       "gemm: a (2147483648,1) with rows 1 apart is larger than BLAS can count, 2147483647",
                       ShapeError);
}

TEST_CASE("the same product has the same bits on any thread") {
  constexpr Index m = 64, n = 79, k = 256;
  const std::vector<float> a = random_numbers<float>(m * k, 4), b = random_numbers<float>(k * n, 5);
  const auto multiply = [&](std::vector<float>& c) {
    gemm(Matrix<float>(c.data(), m, n), Op::none, Matrix<const float>(a.data(), m, k), Op::none,
         Matrix<const float>(b.data(), k, n));
  };
  std::vector<float> alone(m * n);
  multiply(alone);
  const int before = thread_count();
  set_thread_count(4);
  std::vector<std::vector<float>> results(16, std::vector<float>(m * n));
  parallel_for(16, [&](Index i) { multiply(results[static_cast<std::size_t>(i)]); });
  set_thread_count(before);
  for (const auto& result : results) CHECK(std::memcmp(result.data(), alone.data(), alone.size() * sizeof(float)) == 0);
}
