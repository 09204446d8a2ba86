// What an LSTM does to the gates of one sample at one step.
#pragma once

#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/kernels/elementwise.hpp"

namespace tinyhtr {

/// tanh x = 2 sigmoid(2 x) - 1, with one exponential. Its error is that of the number format at 1, so
/// that small values keep fewer digits; a gate's value is added to others of that size.
template <class T>
T tanh_by_sigmoid(T x) {
  return 2 * sigmoid(2 * x) - 1;
}

/// One step of one sample. On the way in, gates (4H) hold the sums i, f, g, o; on the way out, their activations.
///
///     c = sigmoid(f) c_before + sigmoid(i) tanh(g),   h = sigmoid(o) tanh(c)
///
/// h, cell, cell_tanh (H) are written; cell_before (H), or null at the first step. No two of them overlap: __restrict
/// says so to the compiler, which vectorises the loop only then.
template <class T>
void lstm_cell_forward(T* __restrict h, T* __restrict cell, T* __restrict cell_tanh, T* __restrict gates,
                       const T* __restrict cell_before, Index hidden) {
  T* __restrict input_gate = gates;
  T* __restrict forget_gate = gates + hidden;
  T* __restrict candidate = gates + 2 * hidden;
  T* __restrict output_gate = gates + 3 * hidden;
  for (Index j = 0; j < hidden; ++j) {
    input_gate[j] = sigmoid(input_gate[j]);
    forget_gate[j] = sigmoid(forget_gate[j]);
    candidate[j] = tanh_by_sigmoid(candidate[j]);
    output_gate[j] = sigmoid(output_gate[j]);
    cell[j] = input_gate[j] * candidate[j];
  }
  if (cell_before) {
    for (Index j = 0; j < hidden; ++j) {
      cell[j] += forget_gate[j] * cell_before[j];
    }
  }
  for (Index j = 0; j < hidden; ++j) {
    cell_tanh[j] = tanh_by_sigmoid(cell[j]);
    h[j] = output_gate[j] * cell_tanh[j];
  }
}

/// The way back through that step; the formulas stand at lstm_backward.
///
/// dgates (4H) is written. dc_carried (H): on the way in from the step read after this one, on the way out for the one
/// before. dh_carried (H) from the step after; dh, gates, cell_tanh, cell_before as of the forward pass.
template <class T>
void lstm_cell_backward(T* __restrict dgates, T* __restrict dc_carried, const T* __restrict dh_carried,
                        const T* __restrict dh, const T* __restrict gates, const T* __restrict cell_tanh,
                        const T* __restrict cell_before, Index hidden) {
  T* __restrict dinput = dgates;
  T* __restrict dforget = dgates + hidden;
  T* __restrict dcandidate = dgates + 2 * hidden;
  T* __restrict doutput = dgates + 3 * hidden;
  for (Index j = 0; j < hidden; ++j) {
    const T i = gates[j], f = gates[hidden + j], g = gates[2 * hidden + j], o = gates[3 * hidden + j];
    const T dh_j = dh[j] + dh_carried[j];
    const T dc = dc_carried[j] + dh_j * o * (1 - cell_tanh[j] * cell_tanh[j]);
    dinput[j] = dc * g * i * (1 - i);
    dforget[j] = dc * f * (1 - f);  // times c_before, below
    dcandidate[j] = dc * i * (1 - g * g);
    doutput[j] = dh_j * cell_tanh[j] * o * (1 - o);
    dc_carried[j] = dc * f;
  }
  for (Index j = 0; j < hidden; ++j) {
    dforget[j] *= cell_before ? cell_before[j] : T(0);
  }
}

}  // namespace tinyhtr
