// Tests of the LSTM layer: the fused one equals the one built of cells; gradient checks; PyTorch's bidirectional layer.
#include "tinyhtr/nn/lstm.hpp"

#include <doctest/doctest.h>

#include <string>

#include "../support/compare.hpp"
#include "../support/counted.hpp"
#include "../support/gradient.hpp"
#include "../support/npy.hpp"
#include "../support/padding.hpp"
#include "tinyhtr/autograd/backward.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

namespace {

/// x, weight_ih, weight_hh, bias.
Inputs make_inputs(Index steps, Index batch, Index channels, Index hidden) {
  return {Variable<double>(counted_tensor<double>({steps, batch, channels}, 1), true, "x"),
          Variable<double>(counted_tensor<double>({4 * hidden, channels}, 2), true, "weight_ih"),
          Variable<double>(counted_tensor<double>({4 * hidden, hidden}, 3), true, "weight_hh"),
          Variable<double>(counted_tensor<double>({4 * hidden}, 4), true, "bias")};
}

}  // namespace

TEST_CASE("lstm equals lstm_by_cells, states and all gradients, in both directions") {
  for (const Direction direction : {Direction::forward, Direction::reverse}) {
    for (const auto& sizes : {std::pair<Index, Index>{1, 1}, {1, 3}, {6, 1}, {5, 17}, {9, 8}}) {
      const Index steps = sizes.first, batch = sizes.second;
      CAPTURE(steps);
      CAPTURE(batch);
      Inputs fused = make_inputs(steps, batch, 5, 4), cells = make_inputs(steps, batch, 5, 4);
      const Variable<double> a = lstm(fused[0], fused[1], fused[2], fused[3], direction);
      const Variable<double> b = lstm_by_cells(cells[0], cells[1], cells[2], cells[3], direction);
      CHECK(relative_error(a.value(), b.value()) < 1e-12);
      const auto dy = counted_tensor<double>(a.shape(), 5);
      backward(a, dy);
      backward(b, dy);
      for (std::size_t k = 0; k < 4; ++k) {
        CAPTURE(fused[k].name());
        CHECK(relative_error(fused[k].grad(), cells[k].grad()) < 1e-12);
      }
      CHECK(fused[2].grad().shape() == Shape{16, 4});
    }
  }
}

TEST_CASE("gradient check: lstm, lstm_by_cells, both directions") {
  for (const Direction direction : {Direction::forward, Direction::reverse}) {
    const Inputs inputs = make_inputs(4, 3, 3, 2);
    const auto fused = [&](const Inputs& in) { return lstm(in[0], in[1], in[2], in[3], direction); };
    const auto cells = [&](const Inputs& in) { return lstm_by_cells(in[0], in[1], in[2], in[3], direction); };
    check_gradient(fused, inputs);
    check_gradient(cells, inputs);
  }
}

TEST_CASE("gradients are made only for inputs that ask for one") {
  const Inputs all = make_inputs(4, 3, 3, 2);
  const Variable<double> x(all[0].value()), weight_hh(all[2].value());
  backward(sum(lstm(all[0], all[1], all[2], all[3], Direction::forward)));
  Variable<double> weight_ih(all[1].value(), true), bias(all[3].value(), true);
  backward(sum(lstm(x, weight_ih, weight_hh, bias, Direction::forward)));
  CHECK(same_bits(weight_ih.grad(), all[1].grad()));
  CHECK(same_bits(bias.grad(), all[3].grad()));
  CHECK(x.grad().empty());
  CHECK(weight_hh.grad().empty());
}

TEST_CASE("gradient check: the bidirectional layer, two of them stacked") {
  Random random(1, Purpose::init);
  BiLstm<double> first(3, 2, random), second(4, 2, random);
  Inputs inputs{Variable<double>(counted_tensor<double>({4, 2, 3}, 1), true, "x")};
  for (const Variable<double>& parameter : parameters_of<double>(first)) inputs.push_back(parameter);
  for (const Variable<double>& parameter : parameters_of<double>(second)) inputs.push_back(parameter);
  check_gradient([&](const Inputs& in) { return second.forward(first.forward(in[0])); }, inputs);
}

TEST_CASE_TEMPLATE("the bidirectional layer agrees with PyTorch's under PyTorch's names", T, float, double) {
  const auto stored = [](const std::string& name) {
    return load_npy<double>("references/torch/bilstm_" + name + ".npy");
  };
  Random random(1);
  BiLstm<T> layer(5, 4, random);
  std::uint64_t stream = 33;
  for (const auto& [name, parameter] : members_of<T>(layer).parameters) {
    parameter->value() = counted_tensor<T>(parameter->shape(), stream++);
  }
  Variable<T> x(counted_tensor<T>({7, 3, 5}, 31), true);
  const Variable<T> y = layer.forward(x);
  backward(y, counted_tensor<T>(y.shape(), 32));
  CHECK(relative_error(y.value(), stored("y")) < reference_tolerance<T>);
  CHECK(relative_error(x.grad(), stored("dx")) < reference_tolerance<T>);
  for (const auto& member : members_of<T>(layer).parameters) {
    CAPTURE(member.name);
    CHECK(relative_error(member.item->grad(), stored("d" + member.name)) < reference_tolerance<T>);
  }
}

TEST_CASE("initial values: orthogonal recurrent weights, a bias of one in the forget gate alone") {
  Random random(1, Purpose::init);
  const BiLstm<double> layer(6, 5, random);
  for (const auto& [weight_hh, bias] : {std::pair{layer.weight_hh_l0, layer.bias_ih_l0},
                                        std::pair{layer.weight_hh_l0_reverse, layer.bias_ih_l0_reverse}}) {
    for (Index j = 0; j < 20; ++j) CHECK(bias.value()[j] == (j >= 5 && j < 10 ? 1 : 0));
    for (Index a = 0; a < 5; ++a) {
      for (Index b = 0; b < 5; ++b) {
        double product = 0;
        for (Index r = 0; r < 20; ++r) product += weight_hh.value()(r, a) * weight_hh.value()(r, b);
        CHECK(std::abs(product - (a == b ? 1 : 0)) < 1e-14);
      }
    }
  }
  CHECK_FALSE(same_bits(layer.weight_ih_l0.value(), layer.weight_ih_l0_reverse.value()));
  CHECK_FALSE(same_bits(layer.weight_hh_l0.value(), layer.weight_hh_l0_reverse.value()));
  const double limit = std::sqrt(6.0 / (6 + 20));
  for (const double weight : layer.weight_ih_l0.value()) CHECK(std::abs(weight) <= limit);
}

TEST_CASE("a sequence of the wrong rank is an error") {
  const Inputs inputs = make_inputs(4, 3, 3, 2);
  CHECK_THROWS_AS(lstm(inputs[1], inputs[1], inputs[2], inputs[3], Direction::forward), ShapeError);
  CHECK_THROWS_AS(lstm_by_cells(inputs[1], inputs[1], inputs[2], inputs[3], Direction::forward), ShapeError);
}

TEST_CASE("gradient check: the bidirectional layer with lengths; the padding has no gradient") {
  Random random(1, Purpose::init);
  BiLstm<double> layer(3, 2, random);
  const Lengths lengths{4, 1, 3};
  const Variable<double> x(counted_tensor<double>({4, 3, 3}, 1), true, "x");
  Inputs inputs{x};
  for (const Variable<double>& parameter : parameters_of<double>(layer)) inputs.push_back(parameter);
  check_gradient([&](const Inputs& in) { return layer.forward(in[0], lengths); }, inputs);
  CHECK_THROWS_AS(layer.forward(x, {4, 1}), ShapeError);
  CHECK_THROWS_AS(layer.forward(x, {4, 1, 5}), ShapeError);
}

TEST_CASE("every algorithm of the bidirectional layer gives the same states and gradients, with lengths and without") {
  for (const Lengths& lengths : {Lengths{}, Lengths{5, 1, 3}, Lengths{2, 5, 1}}) {
    CAPTURE(lengths.size());
    const auto run = [&lengths]<class Algorithm>(Algorithm) {
      Random random(1, Purpose::init);
      BiLstm<double> layer(3, 2, random);
      const Variable<double> x(counted_tensor<double>({5, 3, 3}, 1), true, "x");
      const Variable<double> y = layer.forward_by<Algorithm>(x, lengths);
      backward(y, counted_tensor<double>(y.shape(), 5));
      std::vector<Tensor<double>> found{y.value(), x.grad()};
      for (const Variable<double>& parameter : parameters_of<double>(layer)) found.push_back(parameter.grad());
      return found;
    };
    const auto expected = run(CellByCell{});
    CHECK(expected[0].shape() == Shape{5, 3, 4});
    for (const auto& found : {run(OneDirectionFirst{}), run(BothDirections{})}) {
      for (std::size_t i = 0; i < expected.size(); ++i) CHECK(relative_error(found[i], expected[i]) < 1e-12);
    }
  }
}

TEST_CASE("gradient check: the bidirectional layer cell by cell, with lengths") {
  Random random(1, Purpose::init);
  BiLstm<double> layer(3, 2, random);
  Inputs inputs{Variable<double>(counted_tensor<double>({4, 3, 3}, 1), true, "x")};
  for (const Variable<double>& parameter : parameters_of<double>(layer)) inputs.push_back(parameter);
  check_gradient([&](const Inputs& in) { return layer.forward_by<CellByCell>(in[0], {4, 1, 3}); }, inputs);
  CHECK_THROWS_AS(layer.forward_by<CellByCell>(inputs[0], {4, 1, 5}), ShapeError);
}

TEST_CASE("a sample with a length is read as it is without what stands behind") {
  Random random(1, Purpose::init);
  const BiLstm<double> layer(3, 2, random);
  const auto x = counted_tensor<double>({5, 2, 3}, 1, 4.0);
  const Tensor<double> together = layer.forward(Variable<double>(x), {5, 2}).value();
  const Tensor<double> alone = layer.forward(Variable<double>(sequence_alone(x, 1, 2))).value();
  CHECK(relative_error(sequence_alone(together, 1, 2), alone) < 1e-14);
}
