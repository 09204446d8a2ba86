// Differentiable neighbourhoods of time steps, side by side.
#pragma once

#include <algorithm>
#include <memory>

#include "tinyhtr/autograd/variable.hpp"
#include "tinyhtr/core/parallel.hpp"

namespace tinyhtr {

namespace detail {

/// Calls move(row of the window, row of the sequence) for every pair that meets, a row being C numbers: those at
/// y[t, n, j] and x[t + j - width / 2, n].
template <class Move>
void for_each_in_time_window(Index steps, Index batch, Index width, const Move& move) {
  parallel_for(steps, [&](Index t) {
    for (Index j = 0; j < width; ++j) {
      const Index from = t + j - width / 2;
      if (from < 0 || from >= steps) continue;
      for (Index n = 0; n < batch; ++n) move((t * batch + n) * width + j, from * batch + n);
    }
  });
}

}  // namespace detail

template <class T>
struct TimeWindowNode : Node<T> {
  Index width;
  explicit TimeWindowNode(Index width_) : Node<T>("time_window"), width(width_) {}
  void backward() override {
    Tensor<T>* dx = this->input_grad(0);
    if (!dx) return;
    const Index steps = dx->dim(0), batch = dx->dim(1), channels = dx->dim(2);
    // By the rows of x, so that no two threads add to one: y[s, n, j] read x[s + j - width / 2, n].
    parallel_for(steps, [&](Index t) {
      for (Index j = 0; j < width; ++j) {
        const Index s = t - j + width / 2;
        if (s < 0 || s >= steps) continue;
        for (Index n = 0; n < batch; ++n) {
          const T* dy = this->grad.data() + ((s * batch + n) * width + j) * channels;
          T* out = dx->data() + (t * batch + n) * channels;
          for (Index c = 0; c < channels; ++c) out[c] += dy[c];
        }
      }
    });
  }
};

/// Every step with its neighbours: y[t, n, j C + c] = x[t + j - width / 2, n, c], zero beyond the ends. A linear layer
/// on it is a convolution over time.
/// x (T,N,C); y (T,N,width C); width odd. Throws ShapeError, ArgumentError.
template <class T>
Variable<T> time_window(const Variable<T>& x, Index width) {
  check_rank("time_window", "x", x.shape(), "(T,N,C)");
  if (width < 1 || width % 2 == 0) {
    throw ArgumentError("time_window: expected an odd width of 1 or more, found " + std::to_string(width));
  }
  const Index steps = x.shape()[0], batch = x.shape()[1], channels = x.shape()[2];
  auto node = make_node<TimeWindowNode<T>>(width);
  node->value.resize({steps, batch, width * channels});
  node->value.fill(T(0));
  const T* from = x.value().data();
  T* to = node->value.data();
  detail::for_each_in_time_window(steps, batch, width, [=](Index window_row, Index row) {
    std::copy_n(from + row * channels, channels, to + window_row * channels);
  });
  return connect<T>(node, {x});
}

}  // namespace tinyhtr
