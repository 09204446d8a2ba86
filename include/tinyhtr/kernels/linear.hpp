// The fully connected layer's product.
#pragma once

#include <algorithm>
#include <string>

#include "tinyhtr/blas/gemm.hpp"
#include "tinyhtr/core/left_to_caller.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/kernels/gradient.hpp"

namespace tinyhtr {

/// Rows that one piece of a row-wise matrix product takes. Fixed, so that sums do not depend on the number of threads.
/// With 64 it takes 5% longer, with 256 4% less; but 16 sequences of 32 steps are only 512 rows, for all threads.
inline constexpr Index gemm_row_piece = 128;

namespace detail {

/// The shape (..,O) of the result for x (..,I). Throws ShapeError where x has no rows of `inputs`.
inline Shape linear_result(const char* where, const Shape& x, Index inputs, Index outputs) {
  if (x.rank() < 2 || x[x.rank() - 1] != inputs) {
    throw ShapeError(std::string(where) + ": x has shape " + x.to_string() + ", expected rows of " +
                     std::to_string(inputs) + ", as weight (" + std::to_string(outputs) + "," + std::to_string(inputs) +
                     ") takes them");
  }
  Shape result;
  for (Index axis = 0; axis + 1 < x.rank(); ++axis) result.append(x[axis]);
  result.append(outputs);
  return result;
}

}  // namespace detail

/// y = x weight^T + bias on every row, a piece of rows per thread.
///
///     y[..,o] = bias[o] + sum over i of x[..,i] weight[o,i]
///
/// y (..,O); x (..,I), such as (R,I) or (T,N,I); weight (O,I); bias (O) or null. Costs 2 O I operations a row.
/// Throws ShapeError.
template <class T>
void linear_forward(Tensor<T>& y, const Tensor<T>& x, const Tensor<T>& weight, const Tensor<T>* bias) {
  check_rank("linear_forward", "weight", weight.shape(), "(O,I)");
  const Index outputs = weight.dim(0), inputs = weight.dim(1);
  const Shape shape = detail::linear_result("linear_forward", x.shape(), inputs, outputs);
  const Index rows = outputs == 0 ? 0 : shape.size() / outputs;
  if (bias) check_shape("linear_forward", "bias", bias->shape(), {outputs});
  y.resize(shape);
  const auto products = [&](Index begin, Index end) {
    for (Index r = begin; r < end; ++r) {
      T* row = y.data() + r * outputs;
      if (bias) {
        std::copy(bias->begin(), bias->end(), row);
      } else {
        std::fill(row, row + outputs, T(0));
      }
    }
    gemm<T>({y.data() + begin * outputs, end - begin, outputs}, Op::none,
            {x.data() + begin * inputs, end - begin, inputs}, Op::transpose, {weight.data(), outputs, inputs}, T(1),
            T(1));
  };
  for (const auto [begin, end] : pieces_left(rows, gemm_row_piece, products)) products(begin, end);
}

/// Gradients of linear_forward.
///
///     dx += dy weight,   dweight += dy^T x,   dbias += sum over rows of dy
///
/// dx (..,I), dweight (O,I), dbias (O): added to; null where not wanted; an empty dx counts as zeros.
template <class T>
void linear_backward(Tensor<T>* dx, Tensor<T>* dweight, Tensor<T>* dbias, const Tensor<T>& dy, const Tensor<T>& x,
                     const Tensor<T>& weight) {
  const Index outputs = weight.dim(0), inputs = weight.dim(1), rows = outputs == 0 ? 0 : dy.size() / outputs;
  check_shape("linear_backward", "dy", dy.shape(),
              detail::linear_result("linear_backward", x.shape(), inputs, outputs));
  if (dweight) check_shape("linear_backward", "dweight", dweight->shape(), weight.shape());
  if (dbias) check_shape("linear_backward", "dbias", dbias->shape(), {outputs});
  if (dx && outputs == 0) start_gradient(*dx, "linear_backward", "dx", x.shape());  // nothing comes back
  if (dx && outputs > 0) {
    const T keep = holds_gradient(*dx, "linear_backward", "dx", x.shape()) ? T(1) : T(0);
    const auto dx_rows = [&](Index begin, Index end) {
      gemm<T>({dx->data() + begin * inputs, end - begin, inputs}, Op::none,
              {dy.data() + begin * outputs, end - begin, outputs}, Op::none, {weight.data(), outputs, inputs}, T(1),
              keep);
    };
    for (const auto [begin, end] : pieces_left(rows, gemm_row_piece, dx_rows)) dx_rows(begin, end);
  }
  if (dweight) {
    // Pieces of outputs, each a sum over all rows.
    const auto dweight_rows = [&](Index begin, Index end) {
      gemm<T>({dweight->data() + begin * inputs, end - begin, inputs}, Op::transpose,
              {dy.data() + begin, rows, end - begin, outputs}, Op::none, {x.data(), rows, inputs}, T(1), T(1));
    };
    for (const auto [begin, end] : pieces_left(outputs, gemm_row_piece, dweight_rows)) dweight_rows(begin, end);
  }
  if (dbias) {
    T* sum = dbias->data();
    const T* first = dy.data();
    const auto dbias_sums = [=](Index begin, Index end) {
      for (Index r = 0; r < rows; ++r) {
        for (Index o = begin; o < end; ++o) {
          sum[o] += first[r * outputs + o];
        }
      }
    };
    for (const auto [begin, end] : pieces_left(outputs, gemm_row_piece, dbias_sums)) dbias_sums(begin, end);
  }
}

}  // namespace tinyhtr
