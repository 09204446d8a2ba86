// Tests of the fully connected layer's product.
#include "tinyhtr/kernels/linear.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>

#include "../support/compare.hpp"
#include "../support/counted.hpp"
#include "../support/npy.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

TEST_CASE_TEMPLATE("linear agrees with PyTorch, gradients are added", T, float, double) {
  const auto stored = [](const std::string& part) {
    return load_npy<double>("references/torch/linear_" + part + ".npy");
  };
  const double tolerance = reference_tolerance<T>;
  const auto x = counted_tensor<T>({5, 7}, 21), weight = counted_tensor<T>({6, 7}, 22),
             bias = counted_tensor<T>({6}, 23);
  Tensor<T> y(Shape{5, 6}, std::numeric_limits<T>::quiet_NaN());
  linear_forward(y, x, weight, &bias);
  CHECK(relative_error(y, stored("y")) < tolerance);
  Tensor<T> dx(x.shape()), dweight(weight.shape()), dbias(bias.shape());
  for (int time = 1; time <= 2; ++time) {  // twice: the second time onto what the first one left
    linear_backward(&dx, &dweight, &dbias, counted_tensor<T>({5, 6}, 24), x, weight);
  }
  const auto half = [](Tensor<T> gradient) {
    for (T& element : gradient) element /= 2;
    return gradient;
  };
  CHECK(relative_error(half(dx), stored("dx")) < tolerance);
  CHECK(relative_error(half(dweight), stored("dweight")) < tolerance);
  CHECK(relative_error(half(dbias), stored("dbias")) < tolerance);
}

TEST_CASE("sizes around the pieces of work, against plain loops, with and without bias") {
  for (const Index rows : {1, 127, 128, 129, 300}) {
    for (const Index outputs : {1, 5, 130}) {
      CAPTURE(rows);
      CAPTURE(outputs);
      const auto x = counted_tensor<double>({rows, 3}, 1), weight = counted_tensor<double>({outputs, 3}, 2);
      const auto bias = counted_tensor<double>({outputs}, 3), dy = counted_tensor<double>({rows, outputs}, 4);
      Tensor<double> y, without, expected(dy.shape()), expected_without(dy.shape());
      Tensor<double> dx(x.shape()), dweight(weight.shape()), dbias(bias.shape());
      Tensor<double> expected_dx(x.shape()), expected_dweight(weight.shape()), expected_dbias(bias.shape());
      for (Index r = 0; r < rows; ++r) {
        for (Index o = 0; o < outputs; ++o) {
          for (Index i = 0; i < 3; ++i) {
            expected_without(r, o) += x(r, i) * weight(o, i);
            expected_dx(r, i) += dy(r, o) * weight(o, i);
            expected_dweight(o, i) += dy(r, o) * x(r, i);
          }
          expected(r, o) = expected_without(r, o) + bias[o];
          expected_dbias[o] += dy(r, o);
        }
      }
      linear_forward(y, x, weight, &bias);
      linear_forward(without, x, weight, static_cast<const Tensor<double>*>(nullptr));
      linear_backward(&dx, &dweight, &dbias, dy, x, weight);
      CHECK(relative_error(y, expected) < 1e-14);
      CHECK(relative_error(without, expected_without) < 1e-14);
      CHECK(relative_error(dx, expected_dx) < 1e-13);
      CHECK(relative_error(dweight, expected_dweight) < 1e-13);
      CHECK(relative_error(dbias, expected_dbias) < 1e-13);
      Tensor<double>* none = nullptr;
      CHECK_NOTHROW(linear_backward(none, none, none, dy, x, weight));
    }
  }
}

TEST_CASE("the same bits at any number of threads") {
  const auto x = counted_tensor<float>({500, 64}, 1), weight = counted_tensor<float>({200, 64}, 2);
  const auto bias = counted_tensor<float>({200}, 3), dy = counted_tensor<float>({500, 200}, 4);
  const int before = thread_count();
  Tensor<float> expected_y, expected_dx, expected_dweight;
  for (const int threads : {1, 2, 3, 8}) {
    set_thread_count(threads);
    Tensor<float> y, dx(x.shape()), dweight(weight.shape()), dbias(bias.shape());
    linear_forward(y, x, weight, &bias);
    linear_backward(&dx, &dweight, &dbias, dy, x, weight);
    if (threads == 1) {
      expected_y = y;
      expected_dx = dx;
      expected_dweight = dweight;
    }
    CHECK(same_bits(y, expected_y));
    CHECK(same_bits(dx, expected_dx));
    CHECK(same_bits(dweight, expected_dweight));
  }
  set_thread_count(before);
}

TEST_CASE("shapes that do not fit are named") {
  Tensor<float> y;
  const Tensor<float> x(Shape{5, 7}), weight(Shape{6, 7}), bias(Shape{6});
  CHECK_THROWS_WITH_AS(linear_forward(y, x, Tensor<float>(Shape{6, 8}), &bias),
                       "linear_forward: x has shape (5,7), expected rows of 8, as weight (6,8) takes them", ShapeError);
  const Tensor<float> long_bias(Shape{7});
  CHECK_THROWS_AS(linear_forward(y, x, weight, &long_bias), ShapeError);
  CHECK_THROWS_AS(linear_forward(y, bias, weight, &bias), ShapeError);
  Tensor<float>* none = nullptr;
  CHECK_THROWS_AS(linear_backward(none, none, none, x, x, weight), ShapeError);
}
