// Long short-term memory layers over a whole sequence, in one direction or several at once.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tinyhtr/blas/gemm.hpp"
#include "tinyhtr/core/left_to_caller.hpp"
#include "tinyhtr/core/lengths.hpp"
#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/core/scratch.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/kernels/linear.hpp"
#include "tinyhtr/kernels/lstm_cell.hpp"
#include "tinyhtr/kernels/packed_matrix.hpp"

namespace tinyhtr {

enum class Direction { forward, reverse };

/// What the forward pass keeps for backward.
template <class T>
struct LstmCache {
  Tensor<T> gates;      ///< (T,N,4H) after their activations: input i, forget f, candidate g, output o
  Tensor<T> cell;       ///< (T,N,H) c_t
  Tensor<T> cell_tanh;  ///< (T,N,H) tanh(c_t)
};

/// The parameters of one direction.
template <class T>
struct LstmWeights {
  const Tensor<T>* weight_ih;  ///< (4H,C)
  const Tensor<T>* weight_hh;  ///< (4H,H)
  const Tensor<T>* bias;       ///< (4H), or null
  Direction direction;
};

/// Where the gradients of one direction's parameters are added; null where not wanted.
template <class T>
struct LstmGradients {
  Tensor<T>* weight_ih;
  Tensor<T>* weight_hh;
  Tensor<T>* bias;
};

namespace detail {

/// The samples that one thread takes through time: they do not depend on each other. Eight fill a block of
/// PackedMatrix; four at a time take 12% longer, 16 2%, and would leave a batch of 16 to one thread.
inline constexpr Index lstm_batch_piece = 8;

/// The step that comes before step t, in the order in which the sequence is read; -1 at the start.
inline Index previous_step(Index t, Index steps, Direction direction) {
  if (direction == Direction::forward) return t - 1;
  return t + 1 == steps ? -1 : t + 1;
}

/// The sizes of LSTM layers that read one sequence, checked once.
struct LstmSizes {
  Index steps, batch, channels, hidden, directions, pieces;  ///< T, N, C, H; pieces of the batch

  template <class T>
  LstmSizes(const char* where, const Tensor<T>& x, std::span<const LstmWeights<T>> layers) {
    check_rank(where, "x", x.shape(), "(T,N,C)");
    if (layers.empty()) throw ArgumentError(std::string(where) + ": expected the weights of one direction or more");
    check_rank(where, "weight_hh", layers[0].weight_hh->shape(), "(4H,H)");
    steps = x.dim(0);
    batch = x.dim(1);
    channels = x.dim(2);
    hidden = layers[0].weight_hh->dim(1);
    directions = static_cast<Index>(layers.size());
    pieces = (batch + lstm_batch_piece - 1) / lstm_batch_piece;
    for (const LstmWeights<T>& layer : layers) {
      check_shape(where, "weight_hh", layer.weight_hh->shape(), {4 * hidden, hidden});
      check_shape(where, "weight_ih", layer.weight_ih->shape(), {4 * hidden, channels});
      if (layer.bias) check_shape(where, "bias", layer.bias->shape(), {4 * hidden});
    }
  }

  Shape states() const { return {steps, batch, directions * hidden}; }

  /// What one piece of parallel work takes: samples [first, last) in one direction.
  struct Piece {
    std::size_t direction;
    Index first, last;
  };

  Piece piece(Index number) const {
    const Index first = number / directions * lstm_batch_piece;
    return {static_cast<std::size_t>(number % directions), first, std::min(batch, first + lstm_batch_piece)};
  }
};

/// One direction of some samples, from the first step read to the last, as the body of a parallel loop: a function
/// object, so that in a debugger one frame stands between lstm_forward and the cell. The gates hold the input half of
/// every step before. Behind the end of a sample everything is zero, so that the reverse direction finds there what it
/// would find at its start, and the way back finds no gradient.
template <class T>
struct LstmPieceForward {
  T* states;  // (T,N,D H), of all directions
  std::span<LstmCache<T>> caches;
  std::span<const std::optional<PackedMatrix<T>>> weights_hh;
  std::span<const LstmWeights<T>> layers;
  const LstmSizes& sizes;
  const Lengths& lengths;

  void operator()(Index number) const {
    const auto [d, first, last] = sizes.piece(number);
    const Index hidden = sizes.hidden, h_stride = sizes.directions * hidden;
    T* const h = states + static_cast<Index>(d) * hidden;
    LstmCache<T>& cache = caches[d];
    const PackedMatrix<T>& weight_hh = *weights_hh[d];
    const Direction direction = layers[d].direction;
    for (Index k = 0; k < sizes.steps; ++k) {
      const Index t = direction == Direction::forward ? k : sizes.steps - 1 - k;
      const Index before = previous_step(t, sizes.steps, direction);
      T* gates = cache.gates.data() + (t * sizes.batch + first) * 4 * hidden;
      if (before >= 0) {
        weight_hh.multiply_add({gates, last - first, 4 * hidden},
                               {h + (before * sizes.batch + first) * h_stride, last - first, hidden, h_stride});
      }
      for (Index n = first; n < last; ++n, gates += 4 * hidden) {
        const Index row = t * sizes.batch + n;
        if (t >= length_of(lengths, n, sizes.steps)) {
          std::fill(gates, gates + 4 * hidden, T(0));
          std::fill_n(h + row * h_stride, hidden, T(0));
          std::fill_n(cache.cell.data() + row * hidden, hidden, T(0));
          std::fill_n(cache.cell_tanh.data() + row * hidden, hidden, T(0));
          continue;
        }
        const T* cell_before = before >= 0 ? cache.cell.data() + (before * sizes.batch + n) * hidden : nullptr;
        lstm_cell_forward(h + row * h_stride, cache.cell.data() + row * hidden, cache.cell_tanh.data() + row * hidden,
                          gates, cell_before, hidden);
      }
    }
  }
};

/// The way back: writes dgates (T,N,4H), the gradients before the gates' activations.
template <class T>
struct LstmPieceBackward {
  std::span<Tensor<T>> dgates_of;  // a tensor for each direction
  const T* dstates;                // (T,N,D H)
  std::span<const LstmCache<T>> caches;
  std::span<const std::optional<PackedMatrix<T>>> weights_hh;
  std::span<const LstmWeights<T>> layers;
  const LstmSizes& sizes;

  void operator()(Index number) const {
    const auto [d, first, last] = sizes.piece(number);
    const Index hidden = sizes.hidden, dh_stride = sizes.directions * hidden;
    Tensor<T>& dgates = dgates_of[d];
    const T* const dh = dstates + static_cast<Index>(d) * hidden;
    const LstmCache<T>& cache = caches[d];
    const PackedMatrix<T>& weight_hh = *weights_hh[d];
    const Direction direction = layers[d].direction;
    const Index carried = (last - first) * hidden;
    T* dh_carried = scratch<T, 0>(carried);  // (last - first, H), from the step that was read after this one
    T* dc_carried = scratch<T, 1>(carried);
    std::fill(dh_carried, dh_carried + carried, T(0));
    std::fill(dc_carried, dc_carried + carried, T(0));
    for (Index k = sizes.steps - 1; k >= 0; --k) {
      const Index t = direction == Direction::forward ? k : sizes.steps - 1 - k;
      const Index before = previous_step(t, sizes.steps, direction);
      for (Index n = first; n < last; ++n) {
        const Index row = t * sizes.batch + n;
        const T* cell_before = before >= 0 ? cache.cell.data() + (before * sizes.batch + n) * hidden : nullptr;
        lstm_cell_backward(dgates.data() + row * 4 * hidden, dc_carried + (n - first) * hidden,
                           dh_carried + (n - first) * hidden, dh + row * dh_stride,
                           cache.gates.data() + row * 4 * hidden, cache.cell_tanh.data() + row * hidden, cell_before,
                           hidden);
      }
      if (before < 0) continue;
      std::fill(dh_carried, dh_carried + carried, T(0));
      weight_hh.multiply_add({dh_carried, last - first, hidden},
                             {dgates.data() + (t * sizes.batch + first) * 4 * hidden, last - first, 4 * hidden});
    }
  }
};

}  // namespace detail

/// Runs the sequence x through the cell, from state zero, in every direction of `layers` at the same time.
///
///     (i, f, g, o) = x_t W_ih^T + h_{t-1} W_hh^T + b,   i, f, o through the sigmoid, g through tanh
///     c_t = f c_{t-1} + i g,   h_t = o tanh(c_t)
///
/// h (T,N,D H), the states of the D directions side by side; x (T,N,C); caches and layers: one for each direction; gate
/// rows in PyTorch's order i, f, g, o. Direction::reverse reads from t = T-1 down to 0; h_t still stands at t. lengths
/// (N), where given: sample n has lengths[n] steps, is read from the last of them in reverse, and h is 0 behind. One
/// GEMM makes the input half of all steps at once; then each step needs one (N,H) x (H,4H). Costs 8 D T N H (C + H)
/// operations. Throws ShapeError, ArgumentError without directions.
/// Source: Hochreiter, Schmidhuber 1997; Gers, Schmidhuber, Cummins 2000 (forget gate); the form is that of PyTorch's
/// LSTM.
template <class T>
void lstm_forward(Tensor<T>& h, std::span<LstmCache<T>> caches, const Tensor<T>& x,
                  std::span<const LstmWeights<T>> layers, const Lengths& lengths = {}) {
  const detail::LstmSizes sizes("lstm_forward", x, layers);
  check_lengths("lstm_forward", lengths, sizes.batch, sizes.steps);
  if (caches.size() != layers.size()) throw ArgumentError("lstm_forward: expected one cache for each direction");
  const Index hidden = sizes.hidden, channels = sizes.channels, rows = sizes.steps * sizes.batch;
  h.resize(sizes.states());
  std::vector<std::optional<PackedMatrix<T>>> recurrent(layers.size());
  for (std::size_t d = 0; d < layers.size(); ++d) {
    caches[d].gates.resize({sizes.steps, sizes.batch, 4 * hidden});
    caches[d].cell.resize({sizes.steps, sizes.batch, hidden});
    caches[d].cell_tanh.resize(caches[d].cell.shape());
  }
  parallel_for(sizes.directions, [&](Index direction) {
    const auto d = static_cast<std::size_t>(direction);
    recurrent[d].emplace(Matrix<const T>(layers[d].weight_hh->data(), 4 * hidden, hidden), Op::transpose);
  });

  // x_t W_ih^T + b for all t at once, rows (t, n).
  const Index row_pieces = (rows + gemm_row_piece - 1) / gemm_row_piece;
  const auto input_half = [&](Index piece) {
    const auto d = static_cast<std::size_t>(piece / row_pieces);
    const Index begin = piece % row_pieces * gemm_row_piece, end = std::min(rows, begin + gemm_row_piece);
    T* gates = caches[d].gates.data() + begin * 4 * hidden;
    std::fill(gates, gates + (end - begin) * 4 * hidden, T(0));
    if (const Tensor<T>* bias = layers[d].bias) {
      for (Index r = 0; r < end - begin; ++r) std::copy(bias->begin(), bias->end(), gates + r * 4 * hidden);
    }
    const Matrix<T> sums(gates, end - begin, 4 * hidden);
    const Matrix<const T> inputs(x.data() + begin * channels, end - begin, channels);
    gemm<T>(sums, Op::none, inputs, Op::transpose, {layers[d].weight_ih->data(), 4 * hidden, channels}, T(1), T(1));
  };
  for (const Index piece : indices_left(sizes.directions * row_pieces, input_half)) input_half(piece);

  const detail::LstmPieceForward<T> run{h.data(), caches, recurrent, layers, sizes, lengths};
  for (const Index piece : indices_left(sizes.directions * sizes.pieces, run)) run(piece);
}

/// Gradients of lstm_forward, by backpropagation through time. At step t, with dh the gradient of h_t (from dy and
/// from the step after it) and dc that of c_t:
///
///     dc += dh o (1 - tanh^2(c_t))
///     d(before activation) = (dc g i(1-i), dc c_{t-1} f(1-f), dc i (1-g^2), dh tanh(c_t) o(1-o))
///     dh_{t-1} = d(before activation) W_hh,   dc_{t-1} = dc f
///
/// and over all steps dW_ih += d^T x, dW_hh += d^T h_{t-1}, db += sum d, dx += d W_ih.
/// dx (T,N,C) and the gradients of weights and bias are added to; null where not wanted; an empty dx counts as zeros.
/// dh, h (T,N,D H); h, caches: of the forward pass, whose zeros behind the end of a sample let no gradient through.
/// Throws ShapeError.
template <class T>
void lstm_backward(Tensor<T>* dx, std::span<const LstmGradients<T>> gradients, const Tensor<T>& dh, const Tensor<T>& h,
                   std::span<const LstmCache<T>> caches, const Tensor<T>& x, std::span<const LstmWeights<T>> layers) {
  const detail::LstmSizes sizes("lstm_backward", x, layers);
  check_shape("lstm_backward", "h", h.shape(), sizes.states());
  check_shape("lstm_backward", "dh", dh.shape(), sizes.states());
  if (gradients.size() != layers.size() || caches.size() != layers.size()) {
    throw ArgumentError("lstm_backward: expected gradients and a cache for each direction");
  }
  for (std::size_t d = 0; d < layers.size(); ++d) {  // all of them, before anything is added to
    check_shape("lstm_backward", "gates", caches[d].gates.shape(), {sizes.steps, sizes.batch, 4 * sizes.hidden});
    check_shape("lstm_backward", "cell", caches[d].cell.shape(), {sizes.steps, sizes.batch, sizes.hidden});
    check_shape("lstm_backward", "cell_tanh", caches[d].cell_tanh.shape(), caches[d].cell.shape());
    if (const Tensor<T>* dw = gradients[d].weight_ih)
      check_shape("lstm_backward", "dweight_ih", dw->shape(), layers[d].weight_ih->shape());
    if (const Tensor<T>* dw = gradients[d].weight_hh)
      check_shape("lstm_backward", "dweight_hh", dw->shape(), layers[d].weight_hh->shape());
    if (const Tensor<T>* db = gradients[d].bias) check_shape("lstm_backward", "dbias", db->shape(), {4 * sizes.hidden});
  }
  const Index hidden = sizes.hidden, stride = sizes.directions * hidden;
  std::vector<std::optional<PackedMatrix<T>>> recurrent(layers.size());
  std::vector<Tensor<T>> dgates(layers.size());
  parallel_for(sizes.directions, [&](Index direction) {
    const auto d = static_cast<std::size_t>(direction);
    recurrent[d].emplace(Matrix<const T>(layers[d].weight_hh->data(), 4 * hidden, hidden), Op::none);
    dgates[d] = Tensor<T>::uninitialized({sizes.steps, sizes.batch, 4 * hidden});
  });
  const detail::LstmPieceBackward<T> run_back{dgates, dh.data(), caches, recurrent, layers, sizes};
  for (const Index piece : indices_left(sizes.directions * sizes.pieces, run_back)) run_back(piece);

  for (std::size_t d = 0; d < layers.size(); ++d) {
    if (Tensor<T>* dweight_hh = gradients[d].weight_hh; dweight_hh && sizes.steps > 1) {
      // Rows of step t meet those of h at the step before: the same rows, one step further on in one of the two.
      const bool forward = layers[d].direction == Direction::forward;
      const Index count = (sizes.steps - 1) * sizes.batch;
      const T* dgate = dgates[d].data() + (forward ? sizes.batch * 4 * hidden : 0);
      const T* h_before = h.data() + static_cast<Index>(d) * hidden + (forward ? 0 : sizes.batch * stride);
      const auto dweight_rows = [&](Index begin, Index end) {
        gemm<T>({dweight_hh->data() + begin * hidden, end - begin, hidden}, Op::transpose,
                {dgate + begin, count, end - begin, 4 * hidden}, Op::none, {h_before, count, hidden, stride}, T(1),
                T(1));
      };
      for (const auto [begin, end] : pieces_left(4 * hidden, gemm_row_piece, dweight_rows)) dweight_rows(begin, end);
    }
    linear_backward(dx, gradients[d].weight_ih, gradients[d].bias, dgates[d], x, *layers[d].weight_ih);
  }
}

/// lstm_forward in one direction: h (T,N,H); weight_ih (4H,C); weight_hh (4H,H); bias (4H).
template <class T>
void lstm_forward(Tensor<T>& h, LstmCache<T>& cache, const Tensor<T>& x, const Tensor<T>& weight_ih,
                  const Tensor<T>& weight_hh, const Tensor<T>& bias, Direction direction) {
  const LstmWeights<T> layer{&weight_ih, &weight_hh, &bias, direction};
  lstm_forward<T>(h, std::span(&cache, 1), x, std::span(&layer, 1));
}

/// lstm_backward in one direction.
template <class T>
void lstm_backward(Tensor<T>* dx, Tensor<T>* dweight_ih, Tensor<T>* dweight_hh, Tensor<T>* dbias, const Tensor<T>& dh,
                   const Tensor<T>& h, const LstmCache<T>& cache, const Tensor<T>& x, const Tensor<T>& weight_ih,
                   const Tensor<T>& weight_hh, Direction direction) {
  const LstmWeights<T> layer{&weight_ih, &weight_hh, nullptr, direction};
  const LstmGradients<T> gradients{dweight_ih, dweight_hh, dbias};
  lstm_backward<T>(dx, std::span(&gradients, 1), dh, h, std::span(&cache, 1), x, std::span(&layer, 1));
}

}  // namespace tinyhtr
