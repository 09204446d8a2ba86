// The LSTM layer, in one direction or both, and its cell built of small operations.
#pragma once

#include <algorithm>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "tinyhtr/autograd/activations.hpp"
#include "tinyhtr/autograd/arithmetic.hpp"
#include "tinyhtr/autograd/layout.hpp"
#include "tinyhtr/core/lengths.hpp"
#include "tinyhtr/kernels/lstm.hpp"
#include "tinyhtr/nn/init.hpp"
#include "tinyhtr/nn/linear.hpp"
#include "tinyhtr/nn/module.hpp"

namespace tinyhtr {

/// The whole sequence in one direction or several, for training: inputs are x, then the weights of each direction.
template <class T>
struct LstmNode : Node<T> {
  std::vector<Direction> directions;
  std::vector<LstmCache<T>> caches;  ///< one for each direction

  explicit LstmNode(std::vector<Direction> directions_)
      : Node<T>("lstm"), directions(std::move(directions_)), caches(directions.size()) {}

  void backward() override {
    std::vector<LstmGradients<T>> gradients;
    for (std::size_t i = 1; i < this->inputs.size(); i += 3) {
      gradients.push_back({this->input_grad(i), this->input_grad(i + 1), this->input_grad(i + 2)});
    }
    lstm_backward<T>(this->input_grad_or_empty(0), gradients, this->grad, this->value, caches, this->input_value(0),
                     weights({this->inputs.begin() + 1, this->inputs.end()}));
  }

  /// weight_ih, weight_hh, bias of each direction, as the kernels take them.
  std::vector<LstmWeights<T>> weights(const std::vector<std::shared_ptr<Node<T>>>& parameters) const {
    std::vector<LstmWeights<T>> list;
    for (std::size_t d = 0; d < directions.size(); ++d) {
      list.push_back(
          {&parameters[3 * d]->value, &parameters[3 * d + 1]->value, &parameters[3 * d + 2]->value, directions[d]});
    }
    return list;
  }
};

/// h (T,N,H) of x (T,N,C), as one node; the formulas stand at lstm_forward. lengths (N), where given: the steps of each
/// sample; h is zero behind them.
template <class T>
Variable<T> lstm(const Variable<T>& x, const Variable<T>& weight_ih, const Variable<T>& weight_hh,
                 const Variable<T>& bias, Direction direction, const Lengths& lengths = {}) {
  auto node = make_node<LstmNode<T>>(std::vector{direction});
  const auto weights = node->weights({weight_ih.shared_node(), weight_hh.shared_node(), bias.shared_node()});
  lstm_forward<T>(node->value, node->caches, x.value(), weights, lengths);
  return connect<T>(node, {x, weight_ih, weight_hh, bias});
}

/// One step of the cell out of small operations, to be read and stepped through; the reference for lstm().
/// x (N,C); h, c (N,H), the state before; returns the state after.
template <class T>
std::pair<Variable<T>, Variable<T>> lstm_cell(const Variable<T>& x, const Variable<T>& h, const Variable<T>& c,
                                              const Variable<T>& weight_ih, const Variable<T>& weight_hh,
                                              const Variable<T>& bias) {
  const Index hidden = weight_hh.shape()[1];
  const Variable<T> no_bias(Tensor<T>(bias.shape()));
  const Variable<T> gates = add(linear(x, weight_ih, bias), linear(h, weight_hh, no_bias));  // (N,4H)
  const Variable<T> input_gate = sigmoid(slice_columns(gates, 0, hidden));
  const Variable<T> forget_gate = sigmoid(slice_columns(gates, hidden, 2 * hidden));
  const Variable<T> candidate = tanh(slice_columns(gates, 2 * hidden, 3 * hidden));
  const Variable<T> output_gate = sigmoid(slice_columns(gates, 3 * hidden, 4 * hidden));
  const Variable<T> c_next = add(multiply(forget_gate, c), multiply(input_gate, candidate));
  return {multiply(output_gate, tanh(c_next)), c_next};
}

/// The same sequence as lstm(), cell by cell: one small graph per step. Behind the end of a sample its state is made
/// zero, so that the reverse direction starts there.
template <class T>
Variable<T> lstm_by_cells(const Variable<T>& x, const Variable<T>& weight_ih, const Variable<T>& weight_hh,
                          const Variable<T>& bias, Direction direction, const Lengths& lengths = {}) {
  check_rank("lstm_by_cells", "x", x.shape(), "(T,N,C)");
  const Index steps = x.shape()[0], batch = x.shape()[1], hidden = weight_hh.shape()[1];
  check_lengths("lstm_by_cells", lengths, batch, steps);
  const Shape state{batch, hidden};
  Variable<T> h{Tensor<T>(state)}, c{Tensor<T>(state)};
  std::vector<Variable<T>> outputs(static_cast<std::size_t>(steps));
  for (Index k = 0; k < steps; ++k) {
    const Index t = direction == Direction::forward ? k : steps - 1 - k;
    std::tie(h, c) = lstm_cell(select_step(x, t), h, c, weight_ih, weight_hh, bias);
    if (!lengths.empty()) {
      Tensor<T> is_inside(state);
      for (Index n = 0; n < batch; ++n) std::fill_n(&is_inside(n, 0), hidden, T(t < length_of(lengths, n, steps)));
      h = multiply(h, Variable<T>(is_inside));
      c = multiply(c, Variable<T>(is_inside));
    }
    outputs[static_cast<std::size_t>(t)] = h;
  }
  return stack_steps(outputs);
}

/// How a bidirectional layer goes about its sequence, for BiLstm::forward_by. All give the same, up to rounding, of
/// finite inputs, those of the padding included.
struct CellByCell {};         ///< a small graph for each step of each direction: the formulas themselves
struct OneDirectionFirst {};  ///< a node for each direction, with one product for the inputs of all steps
struct BothDirections {};     ///< one node, in which pieces of both directions are computed at the same time

/// A bidirectional LSTM. Names and gate order (i, f, g, o) are PyTorch's; PyTorch's second bias, bias_hh_l0, is only
/// ever added to bias_ih_l0, so that their sum stands here.
template <class T>
struct BiLstm {
  Variable<T> weight_ih_l0, weight_hh_l0, bias_ih_l0;                          ///< (4H,C), (4H,H), (4H)
  Variable<T> weight_ih_l0_reverse, weight_hh_l0_reverse, bias_ih_l0_reverse;  ///< the same, reading backwards

  BiLstm(Index channels, Index hidden, Random& random, Initialisation initialisation = Initialisation::keras) {
    const auto initialise = initialisation == Initialisation::keras ? initialise_as_keras : initialise_as_pytorch;
    initialise(weight_ih_l0, weight_hh_l0, bias_ih_l0, channels, hidden, random);
    initialise(weight_ih_l0_reverse, weight_hh_l0_reverse, bias_ih_l0_reverse, channels, hidden, random);
  }

  void members(Members<T>& list) {
    list.parameter("weight_ih_l0", weight_ih_l0);
    list.parameter("weight_hh_l0", weight_hh_l0);
    list.parameter("bias_ih_l0", bias_ih_l0);
    list.parameter("weight_ih_l0_reverse", weight_ih_l0_reverse);
    list.parameter("weight_hh_l0_reverse", weight_hh_l0_reverse);
    list.parameter("bias_ih_l0_reverse", bias_ih_l0_reverse);
  }

  /// x (T,N,C) to (T,N,2H): what was read so far from the left, and from the right. Both at the same time, in one node.
  /// lengths (N), where given: the steps of each sample; the result is zero behind them.
  Variable<T> forward(const Variable<T>& x, const Lengths& lengths = {}) const {
    auto node = make_node<LstmNode<T>>(std::vector{Direction::forward, Direction::reverse});
    const auto weights = node->weights({weight_ih_l0.shared_node(), weight_hh_l0.shared_node(),
                                        bias_ih_l0.shared_node(), weight_ih_l0_reverse.shared_node(),
                                        weight_hh_l0_reverse.shared_node(), bias_ih_l0_reverse.shared_node()});
    lstm_forward<T>(node->value, node->caches, x.value(), weights, lengths);
    return connect<T>(node, {x, weight_ih_l0, weight_hh_l0, bias_ih_l0, weight_ih_l0_reverse, weight_hh_l0_reverse,
                             bias_ih_l0_reverse});
  }

  /// The same by the Algorithm of a set of them, nn/algorithms.hpp.
  template <class Algorithm>
  Variable<T> forward_by(const Variable<T>& x, const Lengths& lengths = {}) const {
    if constexpr (std::is_same_v<Algorithm, CellByCell>) {
      return concatenate(lstm_by_cells(x, weight_ih_l0, weight_hh_l0, bias_ih_l0, Direction::forward, lengths),
                         lstm_by_cells(x, weight_ih_l0_reverse, weight_hh_l0_reverse, bias_ih_l0_reverse,
                                       Direction::reverse, lengths));
    } else if constexpr (std::is_same_v<Algorithm, OneDirectionFirst>) {
      return concatenate(
          lstm(x, weight_ih_l0, weight_hh_l0, bias_ih_l0, Direction::forward, lengths),
          lstm(x, weight_ih_l0_reverse, weight_hh_l0_reverse, bias_ih_l0_reverse, Direction::reverse, lengths));
    } else {
      static_assert(std::is_same_v<Algorithm, BothDirections>, "no algorithm of a bidirectional LSTM");
      return forward(x, lengths);
    }
  }

 private:
  static void make(Variable<T>& weight_ih, Variable<T>& weight_hh, Variable<T>& bias, Index channels, Index hidden) {
    weight_ih = Variable<T>(Tensor<T>(Shape{4 * hidden, channels}), true);
    weight_hh = Variable<T>(Tensor<T>(Shape{4 * hidden, hidden}), true);
    bias = Variable<T>(Tensor<T>(Shape{4 * hidden}), true);
  }

  static void initialise_as_keras(Variable<T>& weight_ih, Variable<T>& weight_hh, Variable<T>& bias, Index channels,
                                  Index hidden, Random& random) {
    make(weight_ih, weight_hh, bias, channels, hidden);
    glorot_uniform(weight_ih.value(), channels, 4 * hidden, random);
    orthogonal(weight_hh.value(), random);
    for (Index j = hidden; j < 2 * hidden; ++j) bias.value()[j] = T(1);
  }

  static void initialise_as_pytorch(Variable<T>& weight_ih, Variable<T>& weight_hh, Variable<T>& bias, Index channels,
                                    Index hidden, Random& random) {
    make(weight_ih, weight_hh, bias, channels, hidden);
    const double limit = 1 / std::sqrt(static_cast<double>(hidden));
    fill_uniform(weight_ih.value(), limit, random);
    fill_uniform(weight_hh.value(), limit, random);
    for (T& b : bias.value()) b = static_cast<T>(random.uniform(-limit, limit) + random.uniform(-limit, limit));
  }
};

}  // namespace tinyhtr
