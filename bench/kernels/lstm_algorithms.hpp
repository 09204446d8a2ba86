// The algorithms of the table of LSTMs.
#pragma once

#include <string>
#include <tuple>

#include "support/numbers.hpp"
#include "support/rows.hpp"
#include "tinyhtr/autograd/backward.hpp"
#include "tinyhtr/kernels/lstm.hpp"
#include "tinyhtr/models/word_net.hpp"
#include "tinyhtr/nn/lstm.hpp"

namespace tinyhtr::bench {

/// One direction of an LSTM.
struct LstmCase {
  Index steps, batch, channels, hidden;  ///< T, N, C, H
  Index layers = 0;                      ///< directions of the network that have this shape

  /// 8 T N H (C + H); backward takes twice as many. Gates and cells, which are no products, are not counted.
  double operations() const { return 8.0 * static_cast<double>(steps * batch * hidden * (channels + hidden)); }

  /// "64->128/t64/n16"
  std::string name() const {
    return std::to_string(channels) + "->" + std::to_string(hidden) + "/t" + std::to_string(steps) + "/n" +
           std::to_string(batch);
  }
};

/// The network's, then sweeps of the steps, the batch, the size: calls add(table, case).
template <class Add>
void for_each_lstm_case(const Add& add) {
  const WordNetOptions options;
  const LstmCase network{time_steps(options), 16, options.blocks.back().filters, options.hidden, 2};
  add("lstm", network);
  for (const Index steps : {8, 16, 32, 64, 128, 256}) add("lstm_by_steps", LstmCase{steps, 16, 64, 128});
  for (const Index batch : {1, 2, 4, 8, 16, 32, 64, 128}) add("lstm_by_batch", LstmCase{64, batch, 64, 128});
  for (const Index hidden : {16, 32, 64, 128, 256}) add("lstm_by_hidden", LstmCase{32, 16, hidden, hidden});
}

/// All that goes in, is kept, or comes out.
template <class T>
struct LstmData {
  Tensor<T> x, weight_ih, weight_hh, bias, dh;
  Tensor<T> h;
  LstmCache<T> cache;
  Tensor<T> dx, dweight_ih, dweight_hh, dbias;
  Variable<T> graph;  // of CellByCellLstm

  explicit LstmData(const LstmCase& shape)
      : x(random_tensor<T>({shape.steps, shape.batch, shape.channels}, 1)),
        weight_ih(random_tensor<T>({4 * shape.hidden, shape.channels}, 2)),
        weight_hh(random_tensor<T>({4 * shape.hidden, shape.hidden}, 3)),
        bias(random_tensor<T>({4 * shape.hidden}, 4)),
        dh(random_tensor<T>({shape.steps, shape.batch, shape.hidden}, 5)),
        dweight_ih(weight_ih.shape()),
        dweight_hh(weight_hh.shape()),
        dbias(bias.shape()) {
    scale_forward(weight_ih, weight_ih, T(0.1));  // gates in the middle of their range, as in a trained network
    scale_forward(weight_hh, weight_hh, T(0.1));
  }
};

/// A bidirectional layer in training, by an algorithm of BiLstm::forward_by. What backward adds to is not emptied.
template <class T>
struct BiLstmData {
  explicit BiLstmData(const LstmCase& shape)
      : random(3, Purpose::init),
        layer(shape.channels, shape.hidden, random),
        x(random_tensor<T>({shape.steps, shape.batch, shape.channels}, 1), true),
        dh(random_tensor<T>({shape.steps, shape.batch, 2 * shape.hidden}, 5)) {}

  Random random;
  BiLstm<T> layer;
  Variable<T> x, h;
  Tensor<T> dh;
};

/// One line for each.
inline constexpr std::tuple bi_lstm_algorithms{
    Choice<CellByCell>{"CellByCell"},
    Choice<OneDirectionFirst>{"OneDirectionFirst"},
    Choice<BothDirections>{"BothDirections"},
};

/// One node per sequence, with one product for the inputs of all steps.
struct SequenceLstm {
  template <class T>
  static void forward(LstmData<T>& d) {
    lstm_forward(d.h, d.cache, d.x, d.weight_ih, d.weight_hh, d.bias, Direction::forward);
  }

  template <class T>
  static void backward(LstmData<T>& d) {
    d.dx = Tensor<T>();  // empty counts as zeros
    lstm_backward(&d.dx, &d.dweight_ih, &d.dweight_hh, &d.dbias, d.dh, d.h, d.cache, d.x, d.weight_ih, d.weight_hh,
                  Direction::forward);
  }
};

/// The readable reference: each step out of small operations, each of them a node of a graph.
struct CellByCellLstm {
  template <class T>
  static void forward(LstmData<T>& d) {
    d.graph = lstm_by_cells(Variable<T>(d.x, true), Variable<T>(d.weight_ih, true), Variable<T>(d.weight_hh, true),
                            Variable<T>(d.bias, true), Direction::forward);
  }

  template <class T>
  static void backward(LstmData<T>& d) {
    tinyhtr::backward(d.graph, d.dh, Keep::leaves);
  }
};

/// One line for each.
inline constexpr std::tuple lstm_algorithms{
    Choice<CellByCellLstm>{"CellByCell"},
    Choice<SequenceLstm>{"Sequence"},
};

inline Work lstm_work(const LstmCase& shape, bool forward) {
  return {.operations = (forward ? 1 : 2) * shape.operations(), .layers = static_cast<double>(shape.layers)};
}

}  // namespace tinyhtr::bench
