// Tests of the LSTM's kernels: PyTorch's values, gradients left out, one step, threads.
#include "tinyhtr/kernels/lstm.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "../support/compare.hpp"
#include "../support/counted.hpp"
#include "../support/npy.hpp"
#include "../support/padding.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

namespace {

template <class T>
struct Lstm {
  Tensor<T> x, weight_ih, weight_hh, bias;
  Direction direction;
  Tensor<T> h;
  LstmCache<T> cache;

  /// Streams as in references/make_torch_references.py: x is 31, weights and bias begin at `stream`.
  Lstm(Index steps, Index batch, Index channels, Index hidden, std::uint64_t stream, Direction direction_)
      : x(counted_tensor<T>({steps, batch, channels}, 31)),
        weight_ih(counted_tensor<T>({4 * hidden, channels}, stream)),
        weight_hh(counted_tensor<T>({4 * hidden, hidden}, stream + 1)),
        bias(counted_tensor<T>({4 * hidden}, stream + 2)),
        direction(direction_) {
    lstm_forward(h, cache, x, weight_ih, weight_hh, bias, direction);
  }
};

template <class T>
struct FoundGradients {
  Tensor<T> dx, dweight_ih, dweight_hh, dbias;

  FoundGradients(const Lstm<T>& lstm, T start)
      : dx(lstm.x.shape(), start),
        dweight_ih(lstm.weight_ih.shape(), start),
        dweight_hh(lstm.weight_hh.shape(), start),
        dbias(lstm.bias.shape(), start) {}

  void add(const Lstm<T>& lstm, const Tensor<T>& dh) {
    lstm_backward(&dx, &dweight_ih, &dweight_hh, &dbias, dh, lstm.h, lstm.cache, lstm.x, lstm.weight_ih, lstm.weight_hh,
                  lstm.direction);
  }
};

Tensor<double> stored_lstm(const std::string& name) { return load_npy<double>("references/torch/" + name + ".npy"); }

/// Channels [begin, end) of (T,N,C).
template <class T>
Tensor<T> channels_of(const Tensor<T>& x, Index begin, Index end) {
  Tensor<T> part(Shape{x.dim(0), x.dim(1), end - begin});
  for (Index t = 0; t < x.dim(0); ++t) {
    for (Index n = 0; n < x.dim(1); ++n) {
      for (Index c = begin; c < end; ++c) part(t, n, c - begin) = x(t, n, c);
    }
  }
  return part;
}

}  // namespace

TEST_CASE_TEMPLATE("the LSTM agrees with PyTorch's, gradients are added", T, float, double) {
  const double tolerance = reference_tolerance<T>;
  const Lstm<T> lstm(7, 3, 5, 4, 33, Direction::forward);
  CHECK(relative_error(lstm.h, stored_lstm("lstm_y")) < tolerance);
  FoundGradients<T> found(lstm, T(0.5));
  found.add(lstm, counted_tensor<T>(lstm.h.shape(), 32));
  CHECK(relative_error(minus_half(found.dx), stored_lstm("lstm_dx")) < tolerance);
  CHECK(relative_error(minus_half(found.dweight_ih), stored_lstm("lstm_dweight_ih_l0")) < tolerance);
  CHECK(relative_error(minus_half(found.dweight_hh), stored_lstm("lstm_dweight_hh_l0")) < tolerance);
  CHECK(relative_error(minus_half(found.dbias), stored_lstm("lstm_dbias_ih_l0")) < tolerance);
}

TEST_CASE_TEMPLATE("both directions agree with PyTorch's bidirectional LSTM", T, float, double) {
  const double tolerance = reference_tolerance<T>;
  const Tensor<double> y = stored_lstm("bilstm_y");
  const auto dy = counted_tensor<T>(y.shape(), 32);
  Tensor<T> dx(Shape{7, 3, 5});
  for (const Direction direction : {Direction::forward, Direction::reverse}) {
    const bool forward = direction == Direction::forward;
    const std::string suffix = forward ? "" : "_reverse";
    CAPTURE(suffix);
    const Lstm<T> lstm(7, 3, 5, 4, forward ? 33 : 36, direction);
    CHECK(relative_error(lstm.h, channels_of(y, forward ? 0 : 4, forward ? 4 : 8)) < tolerance);
    FoundGradients<T> found(lstm, T(0));
    found.dx = dx;
    found.add(lstm, channels_of(dy, forward ? 0 : 4, forward ? 4 : 8));
    CHECK(relative_error(found.dweight_ih, stored_lstm("bilstm_dweight_ih_l0" + suffix)) < tolerance);
    CHECK(relative_error(found.dweight_hh, stored_lstm("bilstm_dweight_hh_l0" + suffix)) < tolerance);
    CHECK(relative_error(found.dbias, stored_lstm("bilstm_dbias_ih_l0" + suffix)) < tolerance);
    dx = found.dx;
  }
  CHECK(relative_error(dx, stored_lstm("bilstm_dx")) < tolerance);
}

TEST_CASE("reading in reverse is reading the reversed sequence forwards") {
  const Lstm<double> reverse(6, 2, 3, 4, 33, Direction::reverse);
  Tensor<double> turned(reverse.x.shape());
  for (Index t = 0; t < 6; ++t) {
    for (Index n = 0; n < 2; ++n) {
      for (Index c = 0; c < 3; ++c) turned(t, n, c) = reverse.x(5 - t, n, c);
    }
  }
  Tensor<double> h;
  LstmCache<double> cache;
  lstm_forward(h, cache, turned, reverse.weight_ih, reverse.weight_hh, reverse.bias, Direction::forward);
  for (Index t = 0; t < 6; ++t) {
    for (Index n = 0; n < 2; ++n) {
      for (Index j = 0; j < 4; ++j) CHECK(h(t, n, j) == reverse.h(5 - t, n, j));
    }
  }
}

TEST_CASE("each gradient may be left out, the others stay as they are") {
  for (const Direction direction : {Direction::forward, Direction::reverse}) {
    const Lstm<double> lstm(5, 9, 3, 4, 33, direction);
    const auto dh = counted_tensor<double>(lstm.h.shape(), 32);
    FoundGradients<double> all(lstm, 0.5), alone(lstm, 0.5);
    all.add(lstm, dh);
    const auto run = [&](Tensor<double>* dx, Tensor<double>* dweight_ih, Tensor<double>* dweight_hh,
                         Tensor<double>* dbias) {
      lstm_backward(dx, dweight_ih, dweight_hh, dbias, dh, lstm.h, lstm.cache, lstm.x, lstm.weight_ih, lstm.weight_hh,
                    direction);
    };
    run(&alone.dx, nullptr, nullptr, nullptr);
    run(nullptr, &alone.dweight_ih, nullptr, nullptr);
    run(nullptr, nullptr, &alone.dweight_hh, nullptr);
    run(nullptr, nullptr, nullptr, &alone.dbias);
    run(nullptr, nullptr, nullptr, nullptr);
    CHECK(same_bits(alone.dx, all.dx));
    CHECK(same_bits(alone.dweight_ih, all.dweight_ih));
    CHECK(same_bits(alone.dweight_hh, all.dweight_hh));
    CHECK(same_bits(alone.dbias, all.dbias));
  }
}

TEST_CASE("one step: the recurrent weights have no gradient") {
  const Lstm<double> lstm(1, 2, 3, 4, 33, Direction::reverse);
  FoundGradients<double> found(lstm, 0.5);
  found.add(lstm, counted_tensor<double>(lstm.h.shape(), 32));
  CHECK(relative_error(found.dweight_hh, Tensor<double>(found.dweight_hh.shape(), 0.5)) == 0);
  for (Index n = 0; n < 2; ++n) {
    for (Index j = 0; j < 4; ++j) {
      double gates[4];
      for (Index gate = 0; gate < 4; ++gate) {
        gates[gate] = lstm.bias[gate * 4 + j];
        for (Index c = 0; c < 3; ++c) gates[gate] += lstm.weight_ih(gate * 4 + j, c) * lstm.x(0, n, c);
      }
      const double cell = sigmoid(gates[0]) * std::tanh(gates[2]);
      CHECK(lstm.h(0, n, j) == doctest::Approx(sigmoid(gates[3]) * std::tanh(cell)).epsilon(1e-14));
    }
  }
}

TEST_CASE("a sample's states do not depend on its batch mates") {
  const Lstm<double> batch(6, 17, 5, 4, 33, Direction::forward);
  for (const Index n : {0, 7, 8, 16}) {
    Tensor<double> x(Shape{6, 1, 5}), h, expected(Shape{6, 1, 4});
    for (Index t = 0; t < 6; ++t) {
      for (Index c = 0; c < 5; ++c) x(t, 0, c) = batch.x(t, n, c);
      for (Index j = 0; j < 4; ++j) expected(t, 0, j) = batch.h(t, n, j);
    }
    LstmCache<double> cache;
    lstm_forward(h, cache, x, batch.weight_ih, batch.weight_hh, batch.bias, Direction::forward);
    CHECK(relative_error(h, expected) < 1e-14);
  }
}

TEST_CASE("large inputs saturate the gates without overflow") {
  Lstm<float> lstm(3, 2, 3, 4, 33, Direction::forward);
  for (float& element : lstm.x) element *= 1e30F;
  lstm_forward(lstm.h, lstm.cache, lstm.x, lstm.weight_ih, lstm.weight_hh, lstm.bias, Direction::forward);
  for (const float h : lstm.h) CHECK(std::abs(h) <= 1);
}

TEST_CASE("the same bits at any number of threads") {
  const int before = thread_count();
  set_thread_count(1);
  const Lstm<float> expected(30, 19, 16, 40, 33, Direction::reverse);
  const auto dh = counted_tensor<float>(expected.h.shape(), 32);
  FoundGradients<float> gradients(expected, 0.0F);
  gradients.add(expected, dh);
  for (const int threads : {2, 3, 8}) {
    set_thread_count(threads);
    const Lstm<float> lstm(30, 19, 16, 40, 33, Direction::reverse);
    FoundGradients<float> found(lstm, 0.0F);
    found.add(lstm, dh);
    CHECK(same_bits(lstm.h, expected.h));
    CHECK(same_bits(found.dx, gradients.dx));
    CHECK(same_bits(found.dweight_ih, gradients.dweight_ih));
    CHECK(same_bits(found.dweight_hh, gradients.dweight_hh));
    CHECK(same_bits(found.dbias, gradients.dbias));
  }
  set_thread_count(before);
}

TEST_CASE("shapes that do not fit are named") {
  const Tensor<float> x(Shape{7, 3, 5}), weight_ih(Shape{16, 5}), weight_hh(Shape{16, 4}), bias(Shape{16});
  Tensor<float> h;
  LstmCache<float> cache;
  CHECK_THROWS_WITH_AS(lstm_forward(h, cache, x, Tensor<float>(Shape{16, 6}), weight_hh, bias, Direction::forward),
                       "lstm_forward: weight_ih has shape (16,6), expected (16,5)", ShapeError);
  CHECK_THROWS_AS(lstm_forward(h, cache, x, weight_ih, Tensor<float>(Shape{15, 4}), bias, Direction::forward),
                  ShapeError);
  CHECK_THROWS_AS(lstm_forward(h, cache, x, weight_ih, weight_hh, Tensor<float>(Shape{4}), Direction::forward),
                  ShapeError);
  CHECK_THROWS_AS(lstm_forward(h, cache, bias, weight_ih, weight_hh, bias, Direction::forward), ShapeError);
}

namespace {

/// Both directions over sequences whose samples end at `lengths`.
template <class T>
struct PaddedLstm {
  std::vector<Tensor<T>> weight_ih, weight_hh, bias, dweight_ih, dweight_hh, dbias;
  Tensor<T> h, dx;

  PaddedLstm(Index channels, Index hidden) {
    for (std::uint64_t d = 0; d < 2; ++d) {
      weight_ih.push_back(counted_tensor<T>({4 * hidden, channels}, 33 + 3 * d));
      weight_hh.push_back(counted_tensor<T>({4 * hidden, hidden}, 34 + 3 * d));
      bias.push_back(counted_tensor<T>({4 * hidden}, 35 + 3 * d));
    }
  }

  /// Forward and backward; the gradients of the weights are added to what is there.
  void run(const Tensor<T>& x, const Tensor<T>& dh, const Lengths& lengths) {
    const std::vector<LstmWeights<T>> layers{{&weight_ih[0], &weight_hh[0], &bias[0], Direction::forward},
                                             {&weight_ih[1], &weight_hh[1], &bias[1], Direction::reverse}};
    if (dbias.empty()) {
      for (std::size_t d = 0; d < 2; ++d) {
        dweight_ih.emplace_back(weight_ih[d].shape());
        dweight_hh.emplace_back(weight_hh[d].shape());
        dbias.emplace_back(bias[d].shape());
      }
    }
    const std::vector<LstmGradients<T>> gradients{{&dweight_ih[0], &dweight_hh[0], &dbias[0]},
                                                  {&dweight_ih[1], &dweight_hh[1], &dbias[1]}};
    std::vector<LstmCache<T>> caches(2);
    dx = Tensor<T>(x.shape(), T(0.5));
    lstm_forward<T>(h, caches, x, layers, lengths);
    lstm_backward<T>(&dx, gradients, dh, h, caches, x, layers);
  }
};

}  // namespace

TEST_CASE_TEMPLATE("with lengths every sample is read as it is alone, cut there, in both directions", T, float,
                   double) {
  const double tolerance = sizeof(T) == 4 ? 2e-6 : 1e-13;
  // Within one piece of the batch, over several, with samples of one step and of all.
  for (const Lengths& lengths : {Lengths{6, 1, 4}, Lengths{3, 6, 5, 1, 2, 6, 4, 3, 6, 6, 1, 5, 2, 4, 3, 6, 1}}) {
    const Index steps = 6, batch = static_cast<Index>(lengths.size()), channels = 5, hidden = 4;
    CAPTURE(batch);
    const auto x = counted_tensor<T>({steps, batch, channels}, 31), dh = counted_tensor<T>({steps, batch, 8}, 32);
    PaddedLstm<T> padded(channels, hidden), alone(channels, hidden);
    padded.run(x, dh, lengths);
    for (Index n = 0; n < batch; ++n) {
      const Index own = lengths[static_cast<std::size_t>(n)];
      CAPTURE(n);
      alone.run(sequence_alone(x, n, own), sequence_alone(dh, n, own), {});
      CHECK(relative_error(sequence_alone(padded.h, n, own), alone.h) < tolerance);
      CHECK(relative_error(minus_half(sequence_alone(padded.dx, n, own)), minus_half(alone.dx)) < 10 * tolerance);
      for (Index t = own; t < steps; ++t) {
        for (Index j = 0; j < 2 * hidden; ++j) REQUIRE(padded.h(t, n, j) == 0);
        for (Index c = 0; c < channels; ++c) REQUIRE(padded.dx(t, n, c) == T(0.5));
      }
    }
    for (std::size_t d = 0; d < 2; ++d) {
      CHECK(relative_error(padded.dweight_ih[d], alone.dweight_ih[d]) < tolerance);
      CHECK(relative_error(padded.dweight_hh[d], alone.dweight_hh[d]) < tolerance);
      CHECK(relative_error(padded.dbias[d], alone.dbias[d]) < tolerance);
    }
  }
}

TEST_CASE("lengths that are all full give the bits of no lengths; any number of threads gives the same") {
  const int before = thread_count();
  const auto x = counted_tensor<float>({9, 11, 6}, 31), dh = counted_tensor<float>({9, 11, 10}, 32);
  PaddedLstm<float> without(6, 5), full(6, 5);
  without.run(x, dh, {});
  full.run(x, dh, Lengths(11, 9));
  CHECK(same_bits(without.h, full.h));
  CHECK(same_bits(without.dx, full.dx));
  CHECK(same_bits(without.dweight_hh[1], full.dweight_hh[1]));
  set_thread_count(1);
  const Lengths lengths{9, 1, 4, 8, 2, 7, 3, 9, 6, 5, 5};
  PaddedLstm<float> expected(6, 5);
  expected.run(x, dh, lengths);
  for (const int threads : {2, 3, 8}) {
    set_thread_count(threads);
    PaddedLstm<float> found(6, 5);
    found.run(x, dh, lengths);
    CHECK(same_bits(found.h, expected.h));
    CHECK(same_bits(found.dx, expected.dx));
    CHECK(same_bits(found.dweight_ih[1], expected.dweight_ih[1]));
  }
  set_thread_count(before);
}

TEST_CASE("lengths that fit no sequence are errors") {
  const auto x = counted_tensor<float>({4, 2, 3}, 31), dh = counted_tensor<float>({4, 2, 4}, 32);
  for (const Lengths& lengths : {Lengths{4}, Lengths{4, 5}, Lengths{0, 4}}) {
    PaddedLstm<float> lstm(3, 2);
    CHECK_THROWS_AS(lstm.run(x, dh, lengths), ShapeError);
  }
}
