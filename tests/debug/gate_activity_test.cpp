// Tests of what is shown of an LSTM's gates.
#include "tinyhtr/debug/gate_activity.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <tuple>
#include <vector>

#include "support/counted.hpp"
#include "tinyhtr/core/random.hpp"
#include "tinyhtr/debug/layer_output.hpp"

using namespace tinyhtr;

TEST_CASE("gate_activity: the gates are those of the cell that is built of small operations") {
  constexpr Index steps = 5, batch = 2, channels = 3, hidden = 4;
  Random random(7);
  BiLstm<double> lstm(channels, hidden, random);
  name_parameters<double>(lstm);
  const Variable<double> x(test::counted_tensor<double>({steps, batch, channels}, 1, 1, 0));
  const Variable<double> y = lstm.forward(x);
  for (Index n = 0; n < batch; ++n) {
    const std::vector<GateActivity> directions = gate_activity(y.node(), n);
    REQUIRE(directions.size() == 2);
    for (const GateActivity& activity : directions) {
      const bool forward = activity.direction == Direction::forward;
      const Variable<double>& weight_ih = forward ? lstm.weight_ih_l0 : lstm.weight_ih_l0_reverse;
      const Variable<double>& weight_hh = forward ? lstm.weight_hh_l0 : lstm.weight_hh_l0_reverse;
      const Variable<double>& bias = forward ? lstm.bias_ih_l0 : lstm.bias_ih_l0_reverse;
      Variable<double> h{Tensor<double>(Shape{batch, hidden})}, c{Tensor<double>(Shape{batch, hidden})};
      for (Index k = 0; k < steps; ++k) {
        const Index t = forward ? k : steps - 1 - k;
        const Variable<double> sums = add(linear(select_step(x, t), weight_ih, bias),
                                          linear(h, weight_hh, Variable<double>(Tensor<double>(Shape{4 * hidden}))));
        std::tie(h, c) = lstm_cell(select_step(x, t), h, c, weight_ih, weight_hh, bias);
        for (Index j = 0; j < hidden; ++j) {
          const auto open = [&](Index gate) { return 1 / (1 + std::exp(-sums.value()(n, gate * hidden + j))); };
          CHECK(activity.input(j, t) == doctest::Approx(open(0)));
          CHECK(activity.forget(j, t) == doctest::Approx(open(1)));
          CHECK(activity.candidate(j, t) == doctest::Approx(std::tanh(sums.value()(n, 2 * hidden + j))));
          CHECK(activity.output(j, t) == doctest::Approx(open(3)));
          CHECK(activity.cell(j, t) == doctest::Approx(c.value()(n, j)));
          CHECK(y.value()(t, n, (forward ? 0 : hidden) + j) ==
                doctest::Approx(activity.output(j, t) * std::tanh(activity.cell(j, t))));
        }
      }
    }
  }
}

TEST_CASE("gate_picture: units in the order of the step at which they remember most") {
  const Tensor<double> cell(Shape{3, 4}, {0, 1, 0, -3,   // at 3
                                          -2, 1, 0, 0,   // at 0
                                          0, 0, 5, 0});  // at 2
  CHECK(detail::units_by_time(cell) == std::vector<Index>{1, 2, 0});
  const Tensor<double> sorted = detail::rows_in_order(cell, {1, 2, 0});
  CHECK(sorted(0, 0) == -2);
  CHECK(sorted(2, 3) == -3);
  const Tensor<double> half(Shape{3, 4}, std::vector<double>(12, 0.5));
  GateActivity activity{Direction::forward, half, half, half, half, cell};
  const Image picture = gate_picture(Image(8, 32, 1, 255), activity);
  // The last map is the cell's: 8 pixels a row, from the bottom up.
  const Index bottom = picture.height - detail::picture_gap, x = detail::picture_margin;
  const auto pixel = [&](Index row, Index step) {
    const Index y = bottom - 8 * (3 - row) + 4, column = x + step * step_width(4) + 5;
    return Colour{picture.at(y, column, 0), picture.at(y, column, 1), picture.at(y, column, 2)};
  };
  CHECK(pixel(0, 0) == signed_colour(-1));
  CHECK(pixel(0, 1) == signed_colour(0.5));
  CHECK(pixel(1, 2) == signed_colour(1));
  CHECK(pixel(2, 3) == signed_colour(-1));
  CHECK(pixel(2, 1) == signed_colour(1.0 / 3));
}

TEST_CASE("gate_activity: another node, another sample") {
  Random random(7);
  BiLstm<float> lstm(2, 3, random);
  const Variable<float> x(Tensor<float>(Shape{2, 1, 2}));
  const Variable<float> y = lstm.forward(x);
  CHECK_THROWS_AS(gate_activity(y.node(), 1), ArgumentError);
  CHECK_THROWS_AS(gate_activity(y.node(), -1), ArgumentError);
  CHECK_THROWS_WITH_AS(gate_activity(x.node(), 0), doctest::Contains("found that of leaf"), ArgumentError);
}
