// A long short-term memory layer over a whole sequence, in one direction.
#pragma once

#include <algorithm>

#include "tinyhtr/blas/gemm.hpp"
#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/kernels/elementwise.hpp"
#include "tinyhtr/kernels/linear.hpp"

namespace tinyhtr {

enum class Direction { forward, reverse };

/// What the forward pass keeps for backward.
template <class T>
struct LstmCache {
  Tensor<T> gates;      ///< (T,N,4H) after their activations: input i, forget f, candidate g, output o
  Tensor<T> cell;       ///< (T,N,H) c_t
  Tensor<T> cell_tanh;  ///< (T,N,H) tanh(c_t)
};

namespace detail {

/// tanh x = 2 sigmoid(2 x) - 1, with one exponential. Its error is that of the number format at 1, so
/// that small values keep fewer digits; a gate's value is added to others of that size.
template <class T>
T tanh_by_sigmoid(T x) {
  return 2 * sigmoid(2 * x) - 1;
}

/// The samples that one thread takes through time: they do not depend on each other.
inline constexpr Index lstm_batch_piece = 8;

/// The step that comes before step t, in the order in which the sequence is read; -1 at the start.
inline Index previous_step(Index t, Index steps, Direction direction) {
  if (direction == Direction::forward) return t - 1;
  return t + 1 == steps ? -1 : t + 1;
}

}  // namespace detail

/// Runs the sequence x through the cell, from state zero.
///
///     (i, f, g, o) = x_t W_ih^T + h_{t-1} W_hh^T + b,   i, f, o through the sigmoid, g through tanh
///     c_t = f c_{t-1} + i g,   h_t = o tanh(c_t)
///
/// h (T,N,H); x (T,N,C); weight_ih (4H,C); weight_hh (4H,H); bias (4H); gate rows in PyTorch's order i, f, g, o.
/// Direction::reverse reads from t = T-1 down to 0; h_t still stands at t. One GEMM makes the input half of all steps
/// at once; then each step needs one (N,H) x (H,4H). Costs 8 T N H (C + H) operations. Throws ShapeError.
/// Source: Hochreiter, Schmidhuber 1997; Gers, Schmidhuber, Cummins 2000 (forget gate); the form is that of PyTorch's
/// LSTM.
template <class T>
void lstm_forward(Tensor<T>& h, LstmCache<T>& cache, const Tensor<T>& x, const Tensor<T>& weight_ih,
                  const Tensor<T>& weight_hh, const Tensor<T>& bias, Direction direction) {
  check_rank("lstm_forward", "x", x.shape(), "(T,N,C)");
  check_rank("lstm_forward", "weight_hh", weight_hh.shape(), "(4H,H)");
  const Index steps = x.dim(0), batch = x.dim(1), channels = x.dim(2), hidden = weight_hh.dim(1);
  check_shape("lstm_forward", "weight_hh", weight_hh.shape(), {4 * hidden, hidden});
  check_shape("lstm_forward", "weight_ih", weight_ih.shape(), {4 * hidden, channels});
  check_shape("lstm_forward", "bias", bias.shape(), {4 * hidden});
  h.resize({steps, batch, hidden});
  cache.cell.resize(h.shape());
  cache.cell_tanh.resize(h.shape());

  // x_t W_ih^T + b for all t at once, rows (t, n).
  cache.gates.resize({steps, batch, 4 * hidden});
  parallel_pieces(steps * batch, gemm_row_piece, [&](Index begin, Index end) {
    T* rows = cache.gates.data() + begin * 4 * hidden;
    for (Index r = 0; r < end - begin; ++r) std::copy(bias.begin(), bias.end(), rows + r * 4 * hidden);
    gemm<T>({rows, end - begin, 4 * hidden}, Op::none, {x.data() + begin * channels, end - begin, channels},
            Op::transpose, {weight_ih.data(), 4 * hidden, channels}, T(1), T(1));
  });

  parallel_pieces(batch, detail::lstm_batch_piece, [&](Index first, Index last) {
    for (Index k = 0; k < steps; ++k) {
      const Index t = direction == Direction::forward ? k : steps - 1 - k;
      const Index before = detail::previous_step(t, steps, direction);
      T* gates_t = cache.gates.data() + (t * batch + first) * 4 * hidden;
      if (before >= 0) {
        gemm<T>({gates_t, last - first, 4 * hidden}, Op::none,
                {h.data() + (before * batch + first) * hidden, last - first, hidden}, Op::transpose,
                {weight_hh.data(), 4 * hidden, hidden}, T(1), T(1));
      }
      for (Index n = first; n < last; ++n, gates_t += 4 * hidden) {
        T* input_gate = gates_t;
        T* forget_gate = gates_t + hidden;
        T* candidate = gates_t + 2 * hidden;
        T* output_gate = gates_t + 3 * hidden;
        const Index row = (t * batch + n) * hidden;
        const T* cell_before = before >= 0 ? cache.cell.data() + (before * batch + n) * hidden : nullptr;
        for (Index j = 0; j < hidden; ++j) {
          input_gate[j] = sigmoid(input_gate[j]);
          forget_gate[j] = sigmoid(forget_gate[j]);
          candidate[j] = detail::tanh_by_sigmoid(candidate[j]);
          output_gate[j] = sigmoid(output_gate[j]);
          const T kept = cell_before ? forget_gate[j] * cell_before[j] : T(0);
          const T cell = kept + input_gate[j] * candidate[j];
          cache.cell.data()[row + j] = cell;
          cache.cell_tanh.data()[row + j] = detail::tanh_by_sigmoid(cell);
          h.data()[row + j] = output_gate[j] * cache.cell_tanh.data()[row + j];
        }
      }
    }
  });
}

/// Gradients of lstm_forward, by backpropagation through time. At step t, with dh the gradient of h_t (from dy and
/// from the step after it) and dc that of c_t:
///
///     dc += dh o (1 - tanh^2(c_t))
///     d(before activation) = (dc g i(1-i), dc c_{t-1} f(1-f), dc i (1-g^2), dh tanh(c_t) o(1-o))
///     dh_{t-1} = d(before activation) W_hh,   dc_{t-1} = dc f
///
/// and over all steps dW_ih += d^T x, dW_hh += d^T h_{t-1}, db += sum d, dx += d W_ih.
/// dx (T,N,C) and the gradients of weights and bias are added to; null where not wanted. h, cache: of the forward pass.
template <class T>
void lstm_backward(Tensor<T>* dx, Tensor<T>* dweight_ih, Tensor<T>* dweight_hh, Tensor<T>* dbias, const Tensor<T>& dh,
                   const Tensor<T>& h, const LstmCache<T>& cache, const Tensor<T>& x, const Tensor<T>& weight_ih,
                   const Tensor<T>& weight_hh, Direction direction) {
  check_shape("lstm_backward", "dh", dh.shape(), h.shape());
  const Index steps = x.dim(0), batch = x.dim(1), channels = x.dim(2), hidden = weight_hh.dim(1);
  Tensor<T> dgates = Tensor<T>::uninitialized({steps * batch, 4 * hidden});  // before the activations

  parallel_pieces(batch, detail::lstm_batch_piece, [&](Index first, Index last) {
    Tensor<T> dh_carried(Shape{last - first, hidden});  // from the step that was read after this one
    Tensor<T> dc_carried(Shape{last - first, hidden});
    for (Index k = steps - 1; k >= 0; --k) {
      const Index t = direction == Direction::forward ? k : steps - 1 - k;
      const Index before = detail::previous_step(t, steps, direction);
      for (Index n = first; n < last; ++n) {
        const Index row = t * batch + n;
        const T* gates = cache.gates.data() + row * 4 * hidden;
        T* d = dgates.data() + row * 4 * hidden;
        const T* cell_before = before >= 0 ? cache.cell.data() + (before * batch + n) * hidden : nullptr;
        T* dc_row = dc_carried.data() + (n - first) * hidden;
        const T* dh_row = dh_carried.data() + (n - first) * hidden;
        for (Index j = 0; j < hidden; ++j) {
          const T i = gates[j], f = gates[hidden + j], g = gates[2 * hidden + j], o = gates[3 * hidden + j];
          const T cell_tanh = cache.cell_tanh.data()[row * hidden + j];
          const T dh_j = dh.data()[row * hidden + j] + dh_row[j];
          const T dc = dc_row[j] + dh_j * o * (1 - cell_tanh * cell_tanh);
          d[j] = dc * g * i * (1 - i);
          d[hidden + j] = cell_before ? dc * cell_before[j] * f * (1 - f) : T(0);
          d[2 * hidden + j] = dc * i * (1 - g * g);
          d[3 * hidden + j] = dh_j * cell_tanh * o * (1 - o);
          dc_row[j] = dc * f;
        }
      }
      if (before < 0) continue;
      gemm<T>({dh_carried.data(), last - first, hidden}, Op::none,
              {dgates.data() + (t * batch + first) * 4 * hidden, last - first, 4 * hidden}, Op::none,
              {weight_hh.data(), 4 * hidden, hidden});
    }
  });

  if (dweight_hh && steps > 1) {
    // Rows of step t meet those of h at the step before: the same rows, one step further on in one of the two.
    check_shape("lstm_backward", "dweight_hh", dweight_hh->shape(), weight_hh.shape());
    const Index rows = (steps - 1) * batch;
    const T* d = dgates.data() + (direction == Direction::forward ? batch * 4 * hidden : 0);
    const T* h_before = h.data() + (direction == Direction::forward ? 0 : batch * hidden);
    parallel_pieces(4 * hidden, gemm_row_piece, [&](Index begin, Index end) {
      gemm<T>({dweight_hh->data() + begin * hidden, end - begin, hidden}, Op::transpose,
              {d + begin, rows, end - begin, 4 * hidden}, Op::none, {h_before, rows, hidden}, T(1), T(1));
    });
  }
  const Shape x_shape = x.shape();
  Tensor<T> dx_rows = dx ? std::move(*dx).reshaped({steps * batch, channels}) : Tensor<T>();
  const Tensor<T> x_rows = x.reshaped({steps * batch, channels});
  linear_backward(dx ? &dx_rows : nullptr, dweight_ih, dbias, dgates, x_rows, weight_ih);
  if (dx) *dx = std::move(dx_rows).reshaped(x_shape);
}

}  // namespace tinyhtr
