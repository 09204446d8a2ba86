// The states of LSTM layers when nobody will ask for a gradient.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/lengths.hpp"
#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/core/scratch.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/kernels/lstm.hpp"
#include "tinyhtr/kernels/lstm_cell.hpp"
#include "tinyhtr/kernels/packed_matrix.hpp"

namespace tinyhtr {

/// The parameters of one direction, laid out for many calls.
template <class T>
struct PackedLstmWeights {
  const PackedMatrix<T>* weight_ih;  ///< weight_ih^T (C,4H)
  const PackedMatrix<T>* weight_hh;  ///< weight_hh^T (H,4H)
  const Tensor<T>* bias;             ///< (4H)
  Direction direction;
};

/// The same h as lstm_forward, by its formulas, but for rounding.
///
/// Nothing is kept for a way back, so the gates of a step need not outlive it. Both products of a step are made where
/// the step is: 8 samples' gates, 16 KiB for 128 states, stay in the first-level cache, where lstm_forward writes and
/// reads those of all steps, 8 MB a direction for 64 images. h (T,N,D H), the states of the D directions of `layers`
/// side by side; x (T,N,C); lengths (N), where given: sample n has lengths[n] steps, is read from the last of them in
/// reverse, and h is 0 behind. Costs 8 D T N H (C + H) operations. Throws ShapeError, ArgumentError without directions.
template <class T>
void lstm_states(Tensor<T>& h, const Tensor<T>& x, std::span<const PackedLstmWeights<T>> layers,
                 const Lengths& lengths = {}) {
  check_rank("lstm_states", "x", x.shape(), "(T,N,C)");
  if (layers.empty()) throw ArgumentError("lstm_states: expected the weights of one direction or more");
  const Index steps = x.dim(0), batch = x.dim(1), channels = x.dim(2), hidden = layers[0].weight_hh->rows();
  const auto directions = static_cast<Index>(layers.size());
  check_lengths("lstm_states", lengths, batch, steps);
  for (const PackedLstmWeights<T>& layer : layers) {
    check_shape("lstm_states", "weight_ih^T", layer.weight_ih->shape(), {channels, 4 * hidden});
    check_shape("lstm_states", "weight_hh^T", layer.weight_hh->shape(), {hidden, 4 * hidden});
    check_shape("lstm_states", "bias", layer.bias->shape(), {4 * hidden});
  }
  h.resize({steps, batch, directions * hidden});
  const Index stride = directions * hidden;
  const Index pieces = (batch + detail::lstm_batch_piece - 1) / detail::lstm_batch_piece;
  parallel_for(directions * pieces, [&](Index piece) {
    const PackedLstmWeights<T>& layer = layers[static_cast<std::size_t>(piece % directions)];
    const Index first = piece / directions * detail::lstm_batch_piece;
    const Index count = std::min(batch - first, detail::lstm_batch_piece);
    T* const own = h.data() + piece % directions * hidden;
    // Of few samples, several steps fill a block of the product of their inputs; their rows of x lie in one piece.
    const Index at_once = count == batch ? std::max<Index>(1, detail::lstm_batch_piece / count) : 1;
    T* const gates_of_all = scratch<T, 0>(at_once * count * 4 * hidden);
    T* cell = scratch<T, 1>(count * hidden);
    T* cell_before = scratch<T, 2>(count * hidden);
    T* const cell_tanh = scratch<T, 3>(hidden);
    for (Index k = 0; k < steps; ++k) {
      const Index t = layer.direction == Direction::forward ? k : steps - 1 - k;
      const Index before = detail::previous_step(t, steps, layer.direction);
      const Index lowest = t / at_once * at_once;  // step t is made with the others of its block
      T* const gates = gates_of_all + (t - lowest) * count * 4 * hidden;
      if (k == 0 || before / at_once != t / at_once) {
        const Index rows = std::min(at_once, steps - lowest) * count;
        for (Index r = 0; r < rows; ++r)
          std::copy(layer.bias->begin(), layer.bias->end(), gates_of_all + r * 4 * hidden);
        layer.weight_ih->multiply_add({gates_of_all, rows, 4 * hidden},
                                      {x.data() + (lowest * batch + first) * channels, rows, channels});
      }
      if (before >= 0) {
        layer.weight_hh->multiply_add({gates, count, 4 * hidden},
                                      {own + (before * batch + first) * stride, count, hidden, stride});
      }
      for (Index n = 0; n < count; ++n) {
        T* const state = own + (t * batch + first + n) * stride;
        if (t >= length_of(lengths, first + n, steps)) {
          std::fill_n(state, hidden, T(0));
          std::fill_n(cell + n * hidden, hidden, T(0));
          continue;
        }
        lstm_cell_forward(state, cell + n * hidden, cell_tanh, gates + n * 4 * hidden,
                          before >= 0 ? cell_before + n * hidden : nullptr, hidden);
      }
      std::swap(cell, cell_before);
    }
  });
}

}  // namespace tinyhtr
