// Lesson 06: an LSTM, a layer that remembers what it has seen. The page: docs/lessons/06_lstm.md

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <tuple>
#include <vector>

#include "lesson.hpp"
#include "tinyhtr/autograd/backward.hpp"
#include "tinyhtr/nn/lstm.hpp"

using namespace tinyhtr;

using Numbers = std::vector<double>;

// One unit, one input: a number for each of i, f, g, o, in this order.
const Numbers weights_of_x{2, 0, 1, 0}, weights_of_h{0, 0, 1, 1}, biases{-1, 2, 0, 0};

Variable<double> sequence(const Numbers& x) {
  return Variable<double>(Tensor<double>(Shape{static_cast<Index>(x.size()), 1, 1}, x), true);
}

/// The weights as the library takes them: W_ih (4H,C), W_hh (4H,H), b (4H), here with H = C = 1.
struct Weights {
  Variable<double> ih{Tensor<double>(Shape{4, 1}, weights_of_x), true};
  Variable<double> hh{Tensor<double>(Shape{4, 1}, weights_of_h), true};
  Variable<double> b{Tensor<double>(Shape{4}, biases), true};
};

bool same(const Tensor<double>& a, const Tensor<double>& b) {
  double difference = a.shape() == b.shape() ? 0 : 1;
  for (Index i = 0; i < b.size() && difference < 1; ++i) difference = std::max(difference, std::abs(a[i] - b[i]));
  return difference < 1e-12;
}

/// d c_20 / d c_0 of twenty steps over white paper, x = 0, without a look at h.
double gradient_after_20_steps(double forget_bias) {
  const Variable<double> paper(Tensor<double>(Shape{1, 1})), none(Tensor<double>(Shape{4, 1}));
  const Variable<double> b(Tensor<double>(Shape{4}, {-1, forget_bias, 0, 0}));
  Variable<double> first(Tensor<double>(Shape{1, 1}, {0.5}), true), c = first, h = paper;
  for (int t = 0; t < 20; ++t) std::tie(h, c) = lstm_cell(paper, h, c, none, none, b);
  backward(c);
  return first.grad()[0];
}

int main() {
  std::puts("By hand: x = 1 (ink), then x = 0 (paper)");
  const Numbers x{1, 0};
  const Numbers expected_c{0.5568, 0.5570}, expected_h{0.2528, 0.2847};
  double h = 0, c = 0;
  for (std::size_t t = 0; t < 2; ++t) {
    const auto sum = [&](std::size_t row) { return weights_of_x[row] * x[t] + weights_of_h[row] * h + biases[row]; };
    const double i = 1 / (1 + std::exp(-sum(0))), f = 1 / (1 + std::exp(-sum(1)));
    const double g = std::tanh(sum(2)), o = 1 / (1 + std::exp(-sum(3)));
    c = f * c + i * g;
    h = o * std::tanh(c);
    std::printf("step %zu: i %.4f, f %.4f, g %.4f, o %.4f\n", t, i, f, g, o);
    expect("  c", c, expected_c[t], 1e-4);
    expect("  h", h, expected_h[t], 1e-4);
  }

  std::puts("\nThe library's kernels on the sums of both steps, and the way back through step 1");
  double gates[] = {1, 2, 1, 0}, h_0 = 0, c_0 = 0, tanh_c_0 = 0, h_1 = 0, c_1 = 0, tanh_c_1 = 0;
  lstm_cell_forward<double>(&h_0, &c_0, &tanh_c_0, gates, /*cell_before=*/nullptr, /*hidden=*/1);
  double gates_1[] = {-1, 2, h_0, h_0}, dgates[4], dc = 0;
  lstm_cell_forward<double>(&h_1, &c_1, &tanh_c_1, gates_1, &c_0, 1);
  expect("h of step 1", h_1, 0.2847, 1e-4);
  const double dh = 1, dh_carried = 0;  // loss = h_0 + h_1; no step comes after step 1
  lstm_cell_backward<double>(dgates, &dc, &dh_carried, &dh, gates_1, &tanh_c_1, &c_0, 1);
  expect("dc, handed back to step 0", dc, 0.3690, 1e-4);

  std::puts("\nThe whole sequence: out of small boxes, and as one box");
  Weights small, one;
  const Variable<double> x_small = sequence(x), x_one = sequence(x);
  const Variable<double> by_cells = lstm_by_cells(x_small, small.ih, small.hh, small.b, Direction::forward);
  const Variable<double> as_one = lstm(x_one, one.ih, one.hh, one.b, Direction::forward);
  expect("h of step 1, out of small boxes", by_cells.value()[1], h);
  expect("h of step 1, as one box", as_one.value()[1], h);
  backward(sum(by_cells));
  backward(sum(as_one));
  expect("gradient of u of the output gate", one.hh.grad()[3], 0.0315, 1e-4);
  expect("the same gradient of x", same(x_small.grad(), x_one.grad()));
  expect("the same gradient of W_ih", same(small.ih.grad(), one.ih.grad()));
  expect("the same gradient of W_hh", same(small.hh.grad(), one.hh.grad()));
  expect("the same gradient of b", same(small.b.grad(), one.b.grad()));

  std::puts("\nWhat is left of a gradient after twenty steps");
  Variable<double> first(Tensor<double>(Shape{1}, {0}), true), state = first;
  for (int t = 0; t < 20; ++t) state = tanh(scale(state, 0.5));
  backward(state);
  expect("plain cell, h = tanh(0.5 h): 0.5^20", first.grad()[0], std::pow(0.5, 20));
  for (const double forget_bias : {1.0, 2.0, 5.0}) {
    const double f = sigmoid(forget_bias);
    std::printf("LSTM cell, f = %.4f: ", f);
    expect("f^20", gradient_after_20_steps(forget_bias), std::pow(f, 20));
  }

  std::puts("\nBoth directions: n = (1, 1, 0) and m = (1, 1, 1), the states at step 1");
  Random random(0);
  BiLstm<double> both(1, 1, random);
  for (Variable<double>* w : {&both.weight_ih_l0, &both.weight_ih_l0_reverse}) w->value() = small.ih.value();
  for (Variable<double>* w : {&both.weight_hh_l0, &both.weight_hh_l0_reverse}) w->value() = small.hh.value();
  for (Variable<double>* w : {&both.bias_ih_l0, &both.bias_ih_l0_reverse}) w->value() = small.b.value();
  const Tensor<double> n = both.forward(sequence({1, 1, 0})).value(), m = both.forward(sequence({1, 1, 1})).value();
  std::printf("n: from the left %.4f, from the right %.4f\n", n(1, 0, 0), n(1, 0, 1));
  std::printf("m: from the left %.4f, from the right %.4f\n", m(1, 0, 0), m(1, 0, 1));
  expect("from the left, n and m look the same", n(1, 0, 0) == m(1, 0, 0));
  expect("from the right, they differ", std::abs(n(1, 0, 1) - m(1, 0, 1)) > 0.01);
  expect("(0, 1) from the right", both.forward(sequence({0, 1})).value()(0, 0, 1), h);  // is (1, 0) from the left
}
