// Tests of reading with an LSTM: the states of lstm_forward, over odd shapes and lengths, at any number of threads.
#include "tinyhtr/kernels/lstm_states.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "../support/compare.hpp"
#include "../support/counted.hpp"
#include "tinyhtr/core/parallel.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

namespace {

/// Two directions with their weights, as both functions take them.
template <class T>
struct TwoDirections {
  std::vector<Tensor<T>> weight_ih, weight_hh, bias;
  std::vector<PackedMatrix<T>> packed_ih, packed_hh;

  TwoDirections(Index channels, Index hidden) {
    for (std::uint64_t d = 0; d < 2; ++d) {
      weight_ih.push_back(counted_tensor<T>({4 * hidden, channels}, 1 + d));
      weight_hh.push_back(counted_tensor<T>({4 * hidden, hidden}, 3 + d));
      bias.push_back(counted_tensor<T>({4 * hidden}, 5 + d));
      packed_ih.emplace_back(Matrix<const T>(weight_ih.back().data(), 4 * hidden, channels), Op::transpose);
      packed_hh.emplace_back(Matrix<const T>(weight_hh.back().data(), 4 * hidden, hidden), Op::transpose);
    }
  }

  Tensor<T> kept(const Tensor<T>& x, const Lengths& lengths) const {
    const std::array<LstmWeights<T>, 2> layers{
        LstmWeights<T>{&weight_ih[0], &weight_hh[0], &bias[0], Direction::forward},
        LstmWeights<T>{&weight_ih[1], &weight_hh[1], &bias[1], Direction::reverse}};
    std::array<LstmCache<T>, 2> caches;
    Tensor<T> h;
    lstm_forward<T>(h, caches, x, layers, lengths);
    return h;
  }

  std::array<PackedLstmWeights<T>, 2> packed() const {
    return {PackedLstmWeights<T>{&packed_ih[0], &packed_hh[0], &bias[0], Direction::forward},
            PackedLstmWeights<T>{&packed_ih[1], &packed_hh[1], &bias[1], Direction::reverse}};
  }

  Tensor<T> states(const Tensor<T>& x, const Lengths& lengths) const {
    Tensor<T> h;
    lstm_states<T>(h, x, packed(), lengths);
    return h;
  }
};

}  // namespace

TEST_CASE_TEMPLATE("lstm_states: the states of lstm_forward, with lengths and without", T, float, double) {
  for (const auto& sizes : {std::array<Index, 4>{1, 1, 1, 1},
                            {6, 3, 5, 4},
                            {5, 17, 3, 7},
                            {9, 8, 16, 16},
                            {4, 9, 70, 33},
                            {11, 1, 4, 5},
                            {7, 2, 3, 6},
                            {7, 3, 3, 6}}) {
    const Index steps = sizes[0], batch = sizes[1], channels = sizes[2], hidden = sizes[3];
    CAPTURE(steps);
    CAPTURE(batch);
    CAPTURE(hidden);
    const TwoDirections<T> layer(channels, hidden);
    const auto x = counted_tensor<T>({steps, batch, channels}, 31);
    Lengths some;
    for (Index n = 0; n < batch; ++n) some.push_back(1 + (n * 5 + 2) % steps);
    for (const Lengths& lengths : {Lengths{}, some}) {
      const Tensor<T> found = layer.states(x, lengths), expected = layer.kept(x, lengths);
      CHECK(found.shape() == Shape{steps, batch, 2 * hidden});
      CHECK(relative_error(found, expected) < (sizeof(T) == 4 ? 2e-6 : 1e-14));
      for (Index n = 0; n < batch && !lengths.empty(); ++n) {
        for (Index t = lengths[static_cast<std::size_t>(n)]; t < steps; ++t) {
          for (Index j = 0; j < 2 * hidden; ++j) REQUIRE(found(t, n, j) == 0);
        }
      }
    }
  }
}

TEST_CASE("lstm_states: the same bits at any number of threads, and whatever the batch") {
  const int before = thread_count();
  const TwoDirections<float> layer(7, 20);
  const auto x = counted_tensor<float>({6, 21, 7}, 31);
  set_thread_count(1);
  const Tensor<float> expected = layer.states(x, {});
  for (const int threads : {2, 3, 8}) {
    set_thread_count(threads);
    CHECK(same_bits(layer.states(x, {}), expected));
  }
  set_thread_count(before);
  for (const Index batch : {1, 3, 8}) {  // the first ones alone
    CAPTURE(batch);
    Tensor<float> some(Shape{6, batch, 7});
    for (Index t = 0; t < 6; ++t) std::copy_n(&x(t, 0, 0), batch * 7, &some(t, 0, 0));
    const Tensor<float> found = layer.states(some, {});
    for (Index t = 0; t < 6; ++t) {
      for (Index n = 0; n < batch; ++n) {
        for (Index j = 0; j < 40; ++j) REQUIRE(found(t, n, j) == expected(t, n, j));
      }
    }
  }
}

TEST_CASE("lstm_states: no steps, no samples") {
  const TwoDirections<float> layer(7, 20);
  CHECK(layer.states(Tensor<float>(Shape{0, 3, 7}), {}).shape() == Shape{0, 3, 40});
  CHECK(layer.states(Tensor<float>(Shape{4, 0, 7}), {}).shape() == Shape{4, 0, 40});
}

TEST_CASE("lstm_states: what is refused") {
  const TwoDirections<float> layer(5, 4);
  Tensor<float> h;
  const auto packed = layer.packed();
  CHECK_THROWS_AS(lstm_states<float>(h, Tensor<float>(Shape{3, 5}), packed), ShapeError);
  CHECK_THROWS_AS(lstm_states<float>(h, Tensor<float>(Shape{3, 2, 4}), packed), ShapeError);
  CHECK_THROWS_AS(lstm_states<float>(h, Tensor<float>(Shape{3, 2, 5}), {}), ArgumentError);
  CHECK_THROWS_AS(lstm_states<float>(h, Tensor<float>(Shape{3, 2, 5}), packed, {3, 4}), ShapeError);
  auto wrong = packed;
  wrong[1].weight_hh = &layer.packed_ih[0];
  CHECK_THROWS_AS(lstm_states<float>(h, Tensor<float>(Shape{3, 2, 5}), wrong), ShapeError);
}
