// Tests of batch normalisation: PyTorch's values in both modes, running statistics, large means, threads.
#include "tinyhtr/kernels/batch_norm.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "../support/compare.hpp"
#include "../support/counted.hpp"
#include "../support/npy.hpp"
#include "../support/padding.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

namespace {

Tensor<double> stored_batch_norm(const std::string& name) {
  return load_npy<double>("references/torch/batch_norm_" + name + ".npy");
}

/// The numbers of references/make_torch_references.py.
template <class T>
struct Layer {
  Tensor<T> x = counted_tensor<T>({3, 4, 5, 7}, 11, 2.0, 0.5);
  Tensor<T> weight = counted_tensor<T>({4}, 12, 0.5, 1.0), bias = counted_tensor<T>({4}, 13);
  Tensor<T> running_mean = counted_tensor<T>({4}, 15), running_var = counted_tensor<T>({4}, 16, 0.5, 1.0);
  Tensor<T> dy = counted_tensor<T>({3, 4, 5, 7}, 14);
  T epsilon = T(1e-3);
};

}  // namespace

TEST_CASE_TEMPLATE("training agrees with PyTorch, gradients are added", T, float, double) {
  const double tolerance = reference_tolerance<T>;
  Layer<T> layer;
  Tensor<T> y;
  BatchStatistics<T> statistics;
  batch_norm_forward_training(y, statistics, layer.x, layer.weight, layer.bias, layer.epsilon);
  CHECK(relative_error(y, stored_batch_norm("training_y")) < tolerance);
  Tensor<T> dx(layer.x.shape(), T(0.5)), dweight(Shape{4}, T(0.5)), dbias(Shape{4}, T(0.5));
  batch_norm_backward(&dx, &dweight, &dbias, layer.dy, layer.x, layer.weight, statistics);
  CHECK(relative_error(minus_half(dx), stored_batch_norm("training_dx")) < tolerance);
  CHECK(relative_error(minus_half(dweight), stored_batch_norm("training_dweight")) < tolerance);
  CHECK(relative_error(minus_half(dbias), stored_batch_norm("training_dbias")) < tolerance);
  update_running_statistics(layer.running_mean, layer.running_var, statistics, 3 * 5 * 7, T(0.99));
  CHECK(relative_error(layer.running_mean, stored_batch_norm("running_mean")) < tolerance);
  CHECK(relative_error(layer.running_var, stored_batch_norm("running_var")) < tolerance);
}

TEST_CASE_TEMPLATE("inference agrees with PyTorch, gradients are added", T, float, double) {
  const double tolerance = reference_tolerance<T>;
  const Layer<T> layer;
  Tensor<T> y;
  batch_norm_forward_inference(y, layer.x, layer.weight, layer.bias, layer.running_mean, layer.running_var,
                               layer.epsilon);
  CHECK(relative_error(y, stored_batch_norm("inference_y")) < tolerance);
  Tensor<T> dx(layer.x.shape(), T(0.5)), dweight(Shape{4}, T(0.5)), dbias(Shape{4}, T(0.5));
  batch_norm_backward_inference(&dx, &dweight, &dbias, layer.dy, layer.x, layer.weight, layer.running_mean,
                                layer.running_var, layer.epsilon);
  CHECK(relative_error(minus_half(dx), stored_batch_norm("inference_dx")) < tolerance);
  CHECK(relative_error(minus_half(dweight), stored_batch_norm("inference_dweight")) < tolerance);
  CHECK(relative_error(minus_half(dbias), stored_batch_norm("inference_dbias")) < tolerance);
}

TEST_CASE("every channel comes out with the bias as mean and nearly the weight as deviation") {
  const Layer<double> layer;
  Tensor<double> y;
  BatchStatistics<double> statistics;
  batch_norm_forward_training(y, statistics, layer.x, layer.weight, layer.bias, layer.epsilon);
  for (Index c = 0; c < 4; ++c) {
    double mean = 0, square = 0;
    for (Index n = 0; n < 3; ++n) {
      for (Index h = 0; h < 5; ++h) {
        for (Index w = 0; w < 7; ++w) {
          mean += y(n, c, h, w) / 105;
          square += y(n, c, h, w) * y(n, c, h, w) / 105;
        }
      }
    }
    const double variance = statistics.variance[c];
    CHECK(mean == doctest::Approx(layer.bias[c]).epsilon(1e-12));
    CHECK(square - mean * mean ==
          doctest::Approx(layer.weight[c] * layer.weight[c] * variance / (variance + 1e-3)).epsilon(1e-12));
  }
}

TEST_CASE("the gradient by x is at right angles to constants and to x itself") {
  const Layer<double> layer;
  Tensor<double> y, dx(layer.x.shape());
  BatchStatistics<double> statistics;
  batch_norm_forward_training(y, statistics, layer.x, layer.weight, layer.bias, 0.0);
  Tensor<double>* none = nullptr;
  batch_norm_backward(&dx, none, none, layer.dy, layer.x, layer.weight, statistics);
  for (Index c = 0; c < 4; ++c) {
    double along_one = 0, along_x = 0;
    for (Index n = 0; n < 3; ++n) {
      for (Index h = 0; h < 5; ++h) {
        for (Index w = 0; w < 7; ++w) {
          along_one += dx(n, c, h, w);
          along_x += dx(n, c, h, w) * layer.x(n, c, h, w);
        }
      }
    }
    CHECK(std::abs(along_one) < 1e-12);
    CHECK(std::abs(along_x) < 1e-12);
  }
}

TEST_CASE("in float, a mean of 4096 does not drown a deviation of 1") {
  const auto x = counted_tensor<float>({2, 1, 64, 64}, 17, 1.0, 4096.0);  // the input itself has 2^-12 left
  Tensor<double> exact(x.shape()), expected;
  std::copy(x.begin(), x.end(), exact.begin());
  Tensor<float> y;
  BatchStatistics<float> statistics;
  batch_norm_forward_training(y, statistics, x, Tensor<float>(Shape{1}, 1.0F), Tensor<float>(Shape{1}), 1e-3F);
  BatchStatistics<double> exact_statistics;
  batch_norm_forward_training(expected, exact_statistics, exact, Tensor<double>(Shape{1}, 1.0),
                              Tensor<double>(Shape{1}), 1e-3);
  CHECK(relative_error(statistics.variance, exact_statistics.variance) < 1e-6);
  CHECK(relative_error(y, expected) < 1e-3);
}

TEST_CASE("a constant channel, a single number: finite, no division by zero") {
  const Tensor<float> flat(Shape{2, 1, 3, 3}, 7.0F), single(Shape{1, 1, 1, 1}, 7.0F);
  for (const Tensor<float>& x : {flat, single}) {
    Tensor<float> y, running_mean(Shape{1}), running_var(Shape{1}, 1.0F);
    BatchStatistics<float> statistics;
    batch_norm_forward_training(y, statistics, x, Tensor<float>(Shape{1}, 1.0F), Tensor<float>(Shape{1}, 0.25F), 1e-3F);
    for (const float value : y) CHECK(value == doctest::Approx(0.25F).epsilon(1e-4));
    update_running_statistics(running_mean, running_var, statistics, x.size(), 0.99F);
    CHECK(running_mean[0] == doctest::Approx(0.07F));
    CHECK(running_var[0] == doctest::Approx(0.99F));
  }
}

TEST_CASE("each gradient may be left out, the others stay as they are") {
  const Layer<double> layer;
  Tensor<double> y;
  BatchStatistics<double> statistics;
  batch_norm_forward_training(y, statistics, layer.x, layer.weight, layer.bias, layer.epsilon);
  const auto check = [&](const auto& backward) {
    Tensor<double> dx(layer.x.shape(), 0.5), dweight(Shape{4}, 0.5), dbias(Shape{4}, 0.5);
    Tensor<double> dx_alone(dx), dweight_alone(dweight), dbias_alone(dbias);
    backward(&dx, &dweight, &dbias);
    backward(&dx_alone, nullptr, nullptr);
    backward(nullptr, &dweight_alone, nullptr);
    backward(nullptr, nullptr, &dbias_alone);
    CHECK(same_bits(dx, dx_alone));
    CHECK(same_bits(dweight, dweight_alone));
    CHECK(same_bits(dbias, dbias_alone));
  };
  using Gradient = Tensor<double>*;
  check([&](Gradient dx, Gradient dweight, Gradient dbias) {
    batch_norm_backward(dx, dweight, dbias, layer.dy, layer.x, layer.weight, statistics);
  });
  check([&](Gradient dx, Gradient dweight, Gradient dbias) {
    batch_norm_backward_inference(dx, dweight, dbias, layer.dy, layer.x, layer.weight, layer.running_mean,
                                  layer.running_var, layer.epsilon);
  });
}

TEST_CASE("the same bits at any number of threads") {
  const Layer<float> layer;
  const int before = thread_count();
  Tensor<float> expected, expected_dx;
  for (const int threads : {1, 2, 3, 8}) {
    set_thread_count(threads);
    Tensor<float> y, dx(layer.x.shape()), dweight(Shape{4}), dbias(Shape{4});
    BatchStatistics<float> statistics;
    batch_norm_forward_training(y, statistics, layer.x, layer.weight, layer.bias, layer.epsilon);
    batch_norm_backward(&dx, &dweight, &dbias, layer.dy, layer.x, layer.weight, statistics);
    if (threads == 1) {
      expected = y;
      expected_dx = dx;
    }
    CHECK(same_bits(y, expected));
    CHECK(same_bits(dx, expected_dx));
  }
  set_thread_count(before);
}

TEST_CASE("shapes that do not fit are named") {
  const Layer<float> layer;
  Tensor<float> y;
  BatchStatistics<float> statistics;
  CHECK_THROWS_WITH_AS(
      batch_norm_forward_training(y, statistics, layer.x, Tensor<float>(Shape{5}), layer.bias, layer.epsilon),
      "batch_norm_forward_training: weight has shape (5), expected (4)", ShapeError);
  CHECK_THROWS_AS(batch_norm_forward_training(y, statistics, layer.weight, layer.weight, layer.bias, layer.epsilon),
                  ShapeError);
  CHECK_THROWS_AS(batch_norm_forward_inference(y, layer.x, layer.weight, layer.bias, Tensor<float>(Shape{3}),
                                               layer.running_var, layer.epsilon),
                  ShapeError);
  Tensor<float>* none = nullptr;
  CHECK_THROWS_AS(batch_norm_backward(none, none, none, layer.weight, layer.x, layer.weight, statistics), ShapeError);
}

TEST_CASE_TEMPLATE("with widths: values, statistics, gradients are those of the real pixels alone", T, float, double) {
  const double tolerance = sizeof(T) == 4 ? 1e-5 : 1e-12;
  const Layer<T> layer;
  for (const Lengths& widths : {Lengths{7, 7, 7}, Lengths{7, 1, 4}, Lengths{2, 3, 1}}) {
    const Tensor<T> x = padded_with_noise(layer.x, widths, 7, 90, 1024.0);
    const Tensor<T> dy = padded_with_noise(layer.dy, widths, 7, 91, 1024.0);
    const Tensor<T> real = gathered(x, widths), real_dy = gathered(dy, widths);
    Tensor<T> y, expected_y;
    BatchStatistics<T> statistics, expected;
    batch_norm_forward_training(y, statistics, x, layer.weight, layer.bias, layer.epsilon, widths);
    batch_norm_forward_training(expected_y, expected, real, layer.weight, layer.bias, layer.epsilon);
    CHECK(relative_error(statistics.mean, expected.mean) < tolerance);
    CHECK(relative_error(statistics.variance, expected.variance) < tolerance);
    CHECK(relative_error(statistics.inverse_deviation, expected.inverse_deviation) < tolerance);
    CHECK(relative_error(gathered(y, widths), expected_y) < tolerance);
    for_each_in_padding(y, widths, [](T value) { CHECK(value == 0); });

    Tensor<T> dx(x.shape(), T(0.5)), dweight(Shape{4}, T(0.5)), dbias(Shape{4}, T(0.5));
    Tensor<T> expected_dx(real.shape(), T(0.5)), expected_dweight(Shape{4}, T(0.5)), expected_dbias(Shape{4}, T(0.5));
    batch_norm_backward(&dx, &dweight, &dbias, dy, x, layer.weight, statistics, widths);
    batch_norm_backward(&expected_dx, &expected_dweight, &expected_dbias, real_dy, real, layer.weight, expected);
    CHECK(relative_error(gathered(dx, widths), expected_dx) < tolerance);
    CHECK(relative_error(dweight, expected_dweight) < tolerance);
    CHECK(relative_error(dbias, expected_dbias) < tolerance);
    for_each_in_padding(dx, widths, [](T value) { CHECK(value == T(0.5)); });
  }
}

TEST_CASE("with widths that are all full: the bits of a batch without") {
  const Layer<float> layer;
  const Lengths full{7, 7, 7};
  Tensor<float> y, expected_y, dx(layer.x.shape()), expected_dx(layer.x.shape());
  Tensor<float> dweight(Shape{4}), dbias(Shape{4}), expected_dweight(Shape{4}), expected_dbias(Shape{4});
  BatchStatistics<float> statistics, expected;
  batch_norm_forward_training(y, statistics, layer.x, layer.weight, layer.bias, layer.epsilon, full);
  batch_norm_forward_training(expected_y, expected, layer.x, layer.weight, layer.bias, layer.epsilon);
  batch_norm_backward(&dx, &dweight, &dbias, layer.dy, layer.x, layer.weight, statistics, full);
  batch_norm_backward(&expected_dx, &expected_dweight, &expected_dbias, layer.dy, layer.x, layer.weight, expected);
  CHECK(same_bits(y, expected_y));
  CHECK(same_bits(statistics.variance, expected.variance));
  CHECK(same_bits(dx, expected_dx));
  CHECK(same_bits(dweight, expected_dweight));
  CHECK(same_bits(dbias, expected_dbias));
}

TEST_CASE("widths that fit no image are errors") {
  const Layer<float> layer;
  Tensor<float> y;
  BatchStatistics<float> statistics;
  for (const Lengths& widths : {Lengths{7, 7}, Lengths{7, 8, 7}, Lengths{7, 7, 0}}) {
    CHECK_THROWS_AS(
        batch_norm_forward_training(y, statistics, layer.x, layer.weight, layer.bias, layer.epsilon, widths),
        ShapeError);
  }
}
