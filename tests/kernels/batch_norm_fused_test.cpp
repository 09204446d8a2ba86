// Tests of the fused batch norm: the layers one by one, gradients, sizes that fill no whole vector.
#include "tinyhtr/kernels/batch_norm_fused.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <optional>
#include <vector>

#include "../support/compare.hpp"
#include "../support/counted.hpp"
#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/kernels/elementwise.hpp"

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

/// Layer by layer, each with a kernel of its own; all gradients start from `start`.
template <class T>
FusedRun<T> one_by_one(const FusedInputs<T>& in, bool with_residual, std::optional<T> probability, T start) {
  const Random random(7, Purpose::dropout, 1, 2);
  FusedRun<T> run{{},
                  Tensor<T>(in.x.shape(), start),
                  Tensor<T>(in.x.shape(), start),
                  Tensor<T>(in.weight.shape(), start),
                  Tensor<T>(in.weight.shape(), start)};
  BatchStatistics<T> statistics;
  Tensor<T> normalised, sum, rectified, mask;
  batch_norm_forward_training(normalised, statistics, in.x, in.weight, in.bias, T(1e-3));
  sum = normalised;
  if (with_residual) add_forward(sum, normalised, in.residual);
  leaky_relu_forward(rectified, sum, T(fused_slope));
  Tensor<T> drectified = in.dy, dsum(sum.shape());
  run.y = rectified;
  if (probability) {
    dropout_forward(run.y, mask, rectified, *probability, random);
    drectified.fill(0);
    dropout_backward(drectified, in.dy, mask);
  }
  leaky_relu_backward(dsum, drectified, sum, T(fused_slope));
  if (with_residual) accumulate(run.dresidual, dsum);
  batch_norm_backward(&run.dx, &run.dweight, &run.dbias, dsum, in.x, in.weight, statistics);
  return run;
}

/// The fused kernels; without `start`, dx and dresidual start empty.
template <class T>
FusedRun<T> at_once(const FusedInputs<T>& in, bool with_residual, std::optional<T> probability,
                    std::optional<T> start) {
  NormTail<T> tail{.slope = T(fused_slope)};
  if (probability) tail.dropout.emplace(*probability, Random(7, Purpose::dropout, 1, 2));
  FusedRun<T> run{
      {}, {}, {}, Tensor<T>(in.weight.shape(), start.value_or(0)), Tensor<T>(in.weight.shape(), start.value_or(0))};
  if (start) run.dx = run.dresidual = Tensor<T>(in.x.shape(), *start);
  BatchStatistics<T> statistics;
  batch_norm_fused_forward(run.y, statistics, in.x, in.weight, in.bias, with_residual ? &in.residual : nullptr, T(1e-3),
                           tail);
  batch_norm_fused_backward(&run.dx, with_residual ? &run.dresidual : nullptr, &run.dweight, &run.dbias, in.dy, run.y,
                            in.x, in.weight, statistics, tail);
  return run;
}

}  // namespace

TEST_CASE_TEMPLATE("fused batch norm equals its layers one by one", T, float, double) {
  const double tolerance = sizeof(T) == 4 ? 2e-5 : 1e-12;
  // Planes below a vector, of one chunk and a bit, of several chunks; 7 x 19 makes dropout's stream start in between.
  // (Not two values in a channel: they are normalised to +-1 whatever they are, so that dx is all cancellation.)
  for (const Shape& shape : {Shape{3, 1, 1, 2}, Shape{2, 3, 5, 7}, Shape{3, 2, 7, 19}, Shape{2, 2, 23, 23}}) {
    CAPTURE(shape.to_string());
    const FusedInputs<T> in(shape);
    for (const bool with_residual : {false, true}) {
      for (const std::optional<T> probability : {std::optional<T>(), std::optional<T>(T(0.3))}) {
        CAPTURE(with_residual);
        CAPTURE(probability.has_value());
        const FusedRun<T> expected = one_by_one(in, with_residual, probability, T(0.5));
        const FusedRun<T> found = at_once(in, with_residual, probability, std::optional<T>(T(0.5)));
        CHECK(relative_error(found.y, expected.y) < tolerance);
        CHECK(relative_error(found.dx, expected.dx) < tolerance);
        CHECK(relative_error(found.dweight, expected.dweight) < tolerance);
        CHECK(relative_error(found.dbias, expected.dbias) < tolerance);
        if (with_residual) CHECK(relative_error(found.dresidual, expected.dresidual) < tolerance);

        const FusedRun<T> from_zero = one_by_one(in, with_residual, probability, T(0));
        const FusedRun<T> from_empty = at_once<T>(in, with_residual, probability, std::nullopt);
        CHECK(relative_error(from_empty.dx, from_zero.dx) < tolerance);
        if (with_residual) CHECK(relative_error(from_empty.dresidual, from_zero.dresidual) < tolerance);
      }
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
  std::vector<FusedRun<float>> runs;
  for (const int threads : {1, 2, 3, 8}) {
    set_thread_count(threads);
    runs.push_back(at_once<float>(in, true, std::optional<float>(0.2f), std::nullopt));
  }
  set_thread_count(before);
  for (const FusedRun<float>& run : runs) {
    CHECK(same_bits(run.y, runs[0].y));
    CHECK(same_bits(run.dx, runs[0].dx));
    CHECK(same_bits(run.dresidual, runs[0].dresidual));
    CHECK(same_bits(run.dweight, runs[0].dweight));
  }
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
