// The fully connected layer's product.
#pragma once

#include <algorithm>

#include "tinyhtr/blas/gemm.hpp"
#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/core/tensor.hpp"

namespace tinyhtr {

/// Rows that one piece of a row-wise matrix product takes. Fixed, so that sums do not depend on the number of threads.
inline constexpr Index gemm_row_piece = 128;

/// y = x weight^T + bias on every row, a piece of rows per thread.
///
///     y[r,o] = bias[o] + sum over i of x[r,i] weight[o,i]
///
/// y (R,O); x (R,I); weight (O,I); bias (O) or null. Costs 2 R O I operations. Throws ShapeError.
template <class T>
void linear_forward(Tensor<T>& y, const Tensor<T>& x, const Tensor<T>& weight, const Tensor<T>* bias) {
  check_rank("linear_forward", "x", x.shape(), "(R,I)");
  check_rank("linear_forward", "weight", weight.shape(), "(O,I)");
  const Index inputs = x.dim(1), outputs = weight.dim(0);
  check_shape("linear_forward", "weight", weight.shape(), {outputs, inputs});
  if (bias) check_shape("linear_forward", "bias", bias->shape(), {outputs});
  y.resize({x.dim(0), outputs});
  parallel_pieces(x.dim(0), gemm_row_piece, [&](Index begin, Index end) {
    for (Index r = begin; r < end; ++r) {
      for (Index o = 0; o < outputs; ++o) y.data()[r * outputs + o] = bias ? bias->data()[o] : T(0);
    }
    gemm<T>({y.data() + begin * outputs, end - begin, outputs}, Op::none,
            {x.data() + begin * inputs, end - begin, inputs}, Op::transpose, {weight.data(), outputs, inputs}, T(1),
            T(1));
  });
}

/// Gradients of linear_forward.
///
///     dx += dy weight,   dweight += dy^T x,   dbias += sum over rows of dy
///
/// dx (R,I), dweight (O,I), dbias (O): added to; null where not wanted.
template <class T>
void linear_backward(Tensor<T>* dx, Tensor<T>* dweight, Tensor<T>* dbias, const Tensor<T>& dy, const Tensor<T>& x,
                     const Tensor<T>& weight) {
  const Index rows = x.dim(0), inputs = x.dim(1), outputs = weight.dim(0);
  check_shape("linear_backward", "dy", dy.shape(), {rows, outputs});
  if (dx) {
    check_shape("linear_backward", "dx", dx->shape(), x.shape());
    parallel_pieces(rows, gemm_row_piece, [&](Index begin, Index end) {
      gemm<T>({dx->data() + begin * inputs, end - begin, inputs}, Op::none,
              {dy.data() + begin * outputs, end - begin, outputs}, Op::none, {weight.data(), outputs, inputs}, T(1),
              T(1));
    });
  }
  if (dweight) {
    // Pieces of outputs, each a sum over all rows.
    check_shape("linear_backward", "dweight", dweight->shape(), weight.shape());
    parallel_pieces(outputs, gemm_row_piece, [&](Index begin, Index end) {
      gemm<T>({dweight->data() + begin * inputs, end - begin, inputs}, Op::transpose,
              {dy.data() + begin, rows, end - begin, outputs}, Op::none, {x.data(), rows, inputs}, T(1), T(1));
    });
  }
  if (dbias) {
    check_shape("linear_backward", "dbias", dbias->shape(), {outputs});
    for (Index r = 0; r < rows; ++r) {
      for (Index o = 0; o < outputs; ++o) dbias->data()[o] += dy.data()[r * outputs + o];
    }
  }
}

}  // namespace tinyhtr
