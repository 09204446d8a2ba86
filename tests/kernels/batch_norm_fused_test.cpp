// Tests of the fused batch norm: the layers one by one, gradients, sizes that fill no whole vector.
#include "tinyhtr/kernels/batch_norm_fused.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../support/compare.hpp"
#include "../support/counted.hpp"
#include "../support/padding.hpp"
#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/kernels/elementwise.hpp"
#include "tinyhtr/kernels/reorder.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

namespace {

template <class T>
struct FusedRun {
  Tensor<T> y, dx, dresidual, dweight, dbias;
};

/// Inputs of one case: everything that the layers take, and the gradient of their result.
template <class T>
struct FusedInputs {
  Tensor<T> x, residual, weight, bias, dy;

  explicit FusedInputs(const Shape& shape)
      : x(counted_tensor<T>(shape, 1)),
        residual(counted_tensor<T>(shape, 2)),
        weight(counted_tensor<T>({shape[1]}, 3)),
        bias(counted_tensor<T>({shape[1]}, 4)),
        dy(counted_tensor<T>(shape, 5)) {}
};

constexpr double fused_slope = 0.1;

/// x (N,C,H,W) in the order, and back.
template <class T>
Tensor<T> in_order(const Tensor<T>& x, ImageOrder order) {
  if (order == ImageOrder::channels_first || x.empty()) return x;
  Tensor<T> y;
  reorder(y, x, ImageOrder::channels_first);
  return y;
}
template <class T>
Tensor<T> in_planes(const Tensor<T>& x, ImageOrder order) {
  if (order == ImageOrder::channels_first || x.empty()) return x;
  Tensor<T> y;
  reorder(y, x, ImageOrder::channels_last);
  return y;
}

/// Layer by layer, each with a kernel of its own; all gradients start from `start`. Dropout's factors are those of the
/// elements in the order.
template <class T>
FusedRun<T> one_by_one(const FusedInputs<T>& in, bool with_residual, std::optional<T> probability, T start,
                       T slope = T(fused_slope), const Lengths& widths = {},
                       ImageOrder order = ImageOrder::channels_first) {
  const Random random(7, Purpose::dropout, 1, 2);
  FusedRun<T> run{{},
                  Tensor<T>(in.x.shape(), start),
                  Tensor<T>(in.x.shape(), start),
                  Tensor<T>(in.weight.shape(), start),
                  Tensor<T>(in.weight.shape(), start)};
  BatchStatistics<T> statistics;
  Tensor<T> normalised, sum, rectified, mask;
  batch_norm_forward_training(normalised, statistics, in.x, in.weight, in.bias, T(1e-3), widths);
  sum = normalised;
  if (with_residual) add_forward(sum, normalised, in.residual);
  leaky_relu_forward(rectified, sum, slope);
  mask_columns_forward(rectified, rectified, widths);
  Tensor<T> drectified = in.dy, dsum(sum.shape());
  run.y = rectified;
  if (probability) {
    Tensor<T> y, dx(in_order(in.dy, order).shape());
    dropout_forward(y, mask, in_order(rectified, order), *probability, random);
    dropout_backward(dx, in_order(in.dy, order), mask);
    run.y = in_planes(y, order);
    drectified = in_planes(dx, order);
  }
  mask_columns_forward(drectified, drectified, widths);
  leaky_relu_backward(dsum, drectified, sum, slope);
  if (with_residual) accumulate(run.dresidual, dsum);
  batch_norm_backward(&run.dx, &run.dweight, &run.dbias, dsum, in.x, in.weight, statistics, widths);
  return run;
}

/// The fused kernels; without `start`, dx and dresidual start empty.
template <class T>
FusedRun<T> at_once(const FusedInputs<T>& in, bool with_residual, std::optional<T> probability, std::optional<T> start,
                    T slope = T(fused_slope), const Lengths& widths = {},
                    ImageOrder order = ImageOrder::channels_first) {
  NormTail<T> tail{.slope = slope, .widths = widths, .order = order};
  if (probability) tail.dropout.emplace(*probability, Random(7, Purpose::dropout, 1, 2));
  FusedRun<T> run{
      {}, {}, {}, Tensor<T>(in.weight.shape(), start.value_or(0)), Tensor<T>(in.weight.shape(), start.value_or(0))};
  const Tensor<T> x = in_order(in.x, order), residual = in_order(in.residual, order), dy = in_order(in.dy, order);
  if (start) run.dx = run.dresidual = Tensor<T>(x.shape(), *start);
  BatchStatistics<T> statistics;
  batch_norm_fused_forward(run.y, statistics, x, in.weight, in.bias, with_residual ? &residual : nullptr, T(1e-3),
                           tail);
  batch_norm_fused_backward(&run.dx, with_residual ? &run.dresidual : nullptr, &run.dweight, &run.dbias, dy, run.y, x,
                            in.weight, statistics, tail);
  for (Tensor<T>* maps : {&run.y, &run.dx, &run.dresidual}) *maps = in_planes(*maps, order);
  return run;
}

/// With and without residual, with and without dropout, in both orders.
template <class T>
struct FusedCase {
  bool with_residual;
  std::optional<T> probability;
  ImageOrder order;
};
template <class T>
std::vector<FusedCase<T>> fused_cases() {
  std::vector<FusedCase<T>> list;
  for (const bool with_residual : {false, true}) {
    for (const std::optional<T> probability : {std::optional<T>(), std::optional<T>(T(0.3))}) {
      for (const ImageOrder order : {ImageOrder::channels_first, ImageOrder::channels_last}) {
        list.push_back({with_residual, probability, order});
      }
    }
  }
  return list;
}

}  // namespace

TEST_CASE_TEMPLATE("fused batch norm equals its layers one by one", T, float, double) {
  const double tolerance = sizeof(T) == 4 ? 2e-5 : 1e-12;
  // Planes below a vector, of one chunk and a bit, of several chunks; 7 x 19 makes dropout's stream start in between.
  // (Not two values in a channel: they are normalised to +-1 whatever they are, so that dx is all cancellation.)
  // 24 channels are one vector or several and a rest.
  for (const Shape& shape :
       {Shape{3, 1, 1, 2}, Shape{2, 3, 5, 7}, Shape{3, 2, 7, 19}, Shape{2, 2, 23, 23}, Shape{2, 24, 9, 11}}) {
    CAPTURE(shape.to_string());
    const FusedInputs<T> in(shape);
    for (const FusedCase<T>& c : fused_cases<T>()) {
      const bool with_residual = c.with_residual;
      const std::optional<T> probability = c.probability;
      const ImageOrder order = c.order;
      CAPTURE(with_residual);
      CAPTURE(probability.has_value());
      CAPTURE(static_cast<int>(order));
      const FusedRun<T> expected = one_by_one(in, with_residual, probability, T(0.5), T(fused_slope), {}, order);
      const FusedRun<T> found =
          at_once(in, with_residual, probability, std::optional<T>(T(0.5)), T(fused_slope), {}, order);
      CHECK(relative_error(found.y, expected.y) < tolerance);
      CHECK(relative_error(found.dx, expected.dx) < tolerance);
      CHECK(relative_error(found.dweight, expected.dweight) < tolerance);
      CHECK(relative_error(found.dbias, expected.dbias) < tolerance);
      if (with_residual) CHECK(relative_error(found.dresidual, expected.dresidual) < tolerance);

      const FusedRun<T> from_zero = one_by_one(in, with_residual, probability, T(0), T(fused_slope), {}, order);
      const FusedRun<T> from_empty =
          at_once<T>(in, with_residual, probability, std::nullopt, T(fused_slope), {}, order);
      CHECK(relative_error(from_empty.dx, from_zero.dx) < tolerance);
      if (with_residual) CHECK(relative_error(from_empty.dresidual, from_zero.dresidual) < tolerance);
    }
  }
}

TEST_CASE("the fused result tells a dropped element from one that is zero") {
  // Zeros, normalised, stay zeros, and so does the bias: all elements are.
  const Shape shape{1, 1, 8, 32};
  const Tensor<float> x(shape), weight(Shape{1}, 1.0f), bias(Shape{1}), dy(shape, 1.0f);
  const NormTail<float> tail{.slope = 0.5f, .dropout = DropoutMask<float>(0.5f, Random(1, Purpose::dropout))};
  BatchStatistics<float> statistics;
  Tensor<float> y, dresidual;
  batch_norm_fused_forward<float>(y, statistics, x, weight, bias, nullptr, 1e-3f, tail);
  batch_norm_fused_backward<float>(nullptr, &dresidual, nullptr, nullptr, dy, y, x, weight, statistics, tail);
  Index dropped = 0;
  for (Index i = 0; i < y.size(); ++i) {
    CHECK(y[i] == 0.0f);
    CHECK(dresidual[i] == (std::signbit(y[i]) ? 0.0f : 1.0f));  // slope 0.5, kept elements times 2
    dropped += std::signbit(y[i]) ? 1 : 0;
  }
  CHECK(dropped > 90);
  CHECK(dropped < 166);
}

TEST_CASE("fused batch norm gives the same bits at any number of threads") {
  const int before = thread_count();
  const FusedInputs<float> in(Shape{5, 3, 9, 33});
  for (const ImageOrder order : {ImageOrder::channels_first, ImageOrder::channels_last}) {
    std::vector<FusedRun<float>> runs;
    for (const int threads : {1, 2, 3, 8}) {
      set_thread_count(threads);
      runs.push_back(at_once<float>(in, true, std::optional<float>(0.2f), std::nullopt, 0.1f, {}, order));
    }
    for (const FusedRun<float>& run : runs) {
      CHECK(same_bits(run.y, runs[0].y));
      CHECK(same_bits(run.dx, runs[0].dx));
      CHECK(same_bits(run.dresidual, runs[0].dresidual));
      CHECK(same_bits(run.dweight, runs[0].dweight));
    }
  }
  set_thread_count(before);
}

TEST_CASE("fused batch norm refuses shapes that do not fit") {
  const FusedInputs<float> in(Shape{2, 3, 4, 5});
  BatchStatistics<float> statistics;
  Tensor<float> y, wrong(Shape{2, 3, 4, 4});
  CHECK_THROWS_AS(
      batch_norm_fused_forward<float>(y, statistics, in.x, in.weight, in.bias, &wrong, 1e-3f, NormTail<float>{}),
      ShapeError);
  batch_norm_fused_forward<float>(y, statistics, in.x, in.weight, in.bias, nullptr, 1e-3f, NormTail<float>{});
  CHECK_THROWS_AS(batch_norm_fused_backward<float>(&wrong, nullptr, nullptr, nullptr, in.dy, y, in.x, in.weight,
                                                   statistics, NormTail<float>{}),
                  ShapeError);
  CHECK_THROWS_AS(DropoutMask<float>(1.0f, Random(1)), ArgumentError);
}

TEST_CASE_TEMPLATE("with widths, fused batch norm equals its layers with a mask behind them", T, float, double) {
  const double tolerance = sizeof(T) == 4 ? 5e-5 : 1e-12;
  const std::vector<std::pair<Shape, Lengths>> cases{{Shape{3, 1, 2, 2}, {1, 2, 1}},    {Shape{2, 3, 5, 7}, {7, 3}},
                                                     {Shape{3, 2, 7, 19}, {19, 4, 1}},  {Shape{2, 2, 23, 23}, {22, 11}},
                                                     {Shape{2, 1, 1, 600}, {513, 600}}, {Shape{2, 2, 4, 5}, {5, 5}}};
  for (const auto& [shape, widths] : cases) {
    const std::string of_shape = shape.to_string();  // clang 14 captures no structured binding
    CAPTURE(of_shape);
    FusedInputs<T> in(shape);
    in.x = padded_with_noise(in.x, widths, shape[3], 6, 64.0);
    in.dy = padded_with_noise(in.dy, widths, shape[3], 7, 64.0);
    in.residual = padded_with_noise(in.residual, widths, shape[3], 8, 64.0);
    for (const FusedCase<T>& c : fused_cases<T>()) {
      const bool with_residual = c.with_residual;
      const std::optional<T> probability = c.probability;
      const ImageOrder order = c.order;
      CAPTURE(static_cast<int>(order));
      for (const T slope : {T(1), T(0.1), T(0)}) {
        CAPTURE(with_residual);
        CAPTURE(probability.has_value());
        CAPTURE(slope);
        const FusedRun<T> expected = one_by_one(in, with_residual, probability, T(0.5), slope, widths, order);
        const FusedRun<T> found =
            at_once(in, with_residual, probability, std::optional<T>(T(0.5)), slope, widths, order);
        CHECK(relative_error(found.y, expected.y) < tolerance);
        CHECK(relative_error(found.dx, expected.dx) < tolerance);
        CHECK(relative_error(found.dweight, expected.dweight) < tolerance);
        CHECK(relative_error(found.dbias, expected.dbias) < tolerance);
        if (with_residual) CHECK(relative_error(found.dresidual, expected.dresidual) < tolerance);
        for_each_in_padding(found.y, widths, [](T value) { REQUIRE((value == 0 && std::signbit(value))); });
        for_each_in_padding(found.dx, widths, [](T value) { REQUIRE(value == T(0.5)); });
        const FusedRun<T> from_empty = at_once<T>(in, with_residual, probability, std::nullopt, slope, widths, order);
        for_each_in_padding(from_empty.dx, widths, [](T value) { REQUIRE(value == 0); });
        if (with_residual) for_each_in_padding(from_empty.dresidual, widths, [](T value) { REQUIRE(value == 0); });
      }
    }
  }
}

TEST_CASE("the statistics of padded planes are those of their real pixels, without widths bit for bit") {
  const auto batch = counted_tensor<double>({3, 2, 5, 130}, 9, 2.0, 3.0);
  const Lengths widths{130, 17, 64};
  BatchStatistics<double> found, expected, textbook;
  detail::batch_statistics(found, padded_with_noise(batch, widths, 130, 10, 1e3), widths, 1e-3);
  detail::batch_statistics(expected, gathered(batch, widths), {}, 1e-3);
  CHECK(relative_error(found.mean, expected.mean) < 1e-13);
  CHECK(relative_error(found.variance, expected.variance) < 1e-12);
  const auto pixels = in_order(padded_with_noise(batch, widths, 130, 10, 1e3), ImageOrder::channels_last);
  detail::batch_statistics(found, pixels, widths, 1e-3, ImageOrder::channels_last);
  CHECK(relative_error(found.mean, expected.mean) < 1e-13);
  CHECK(relative_error(found.variance, expected.variance) < 1e-12);
  CHECK(detail::real_pixels(pixels.shape(), widths, ImageOrder::channels_last) == 5 * (130 + 17 + 64));
  CHECK(detail::real_pixels(batch.shape(), widths) == 5 * (130 + 17 + 64));
  CHECK(detail::real_pixels(batch.shape(), {}) == 5 * 3 * 130);
}

TEST_CASE("with widths that are all full, fused batch norm gives the bits of a batch without") {
  const FusedInputs<float> in(Shape{5, 3, 9, 33});
  for (const std::optional<float> probability : {std::optional<float>(), std::optional<float>(0.2f)}) {
    const FusedRun<float> without = at_once<float>(in, true, probability, std::nullopt);
    const FusedRun<float> full = at_once<float>(in, true, probability, std::nullopt, 0.1f, {33, 33, 33, 33, 33});
    CHECK(same_bits(full.y, without.y));
    CHECK(same_bits(full.dx, without.dx));
    CHECK(same_bits(full.dresidual, without.dresidual));
    CHECK(same_bits(full.dweight, without.dweight));
    CHECK(same_bits(full.dbias, without.dbias));
  }
}

TEST_CASE("with widths, fused batch norm gives the same bits at any number of threads, and refuses what does not fit") {
  const int before = thread_count();
  const FusedInputs<float> in(Shape{5, 3, 9, 33});
  std::vector<FusedRun<float>> runs;
  for (const int threads : {1, 2, 3, 8}) {
    set_thread_count(threads);
    runs.push_back(at_once<float>(in, true, std::optional<float>(0.2f), std::nullopt, 0.1f, {33, 1, 20, 16, 32}));
  }
  set_thread_count(before);
  for (const FusedRun<float>& run : runs) {
    CHECK(same_bits(run.y, runs[0].y));
    CHECK(same_bits(run.dx, runs[0].dx));
    CHECK(same_bits(run.dresidual, runs[0].dresidual));
    CHECK(same_bits(run.dweight, runs[0].dweight));
  }
  CHECK_THROWS_AS(at_once<float>(in, false, std::nullopt, std::nullopt, 0.1f, {33, 1, 20, 16}), ShapeError);
  CHECK_THROWS_AS(at_once<float>(in, false, std::nullopt, std::nullopt, 0.1f, {33, 1, 20, 16, 34}), ShapeError);
}
