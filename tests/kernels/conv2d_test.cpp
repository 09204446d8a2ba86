// Tests of convolution: PyTorch's values, im2col + GEMM against the naive loops.
#include "tinyhtr/kernels/conv2d.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "../support/compare.hpp"
#include "../support/counted.hpp"
#include "../support/npy.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

namespace {

struct Case {
  std::string name;
  Shape x, weight;
  ConvGeometry geometry;
};

/// The rows of `convolutions` in references/make_torch_references.py.
std::vector<Case> reference_cases() {
  return {{"same", {2, 3, 7, 10}, {4, 3, 3, 3}, {1, Padding::same}},
          {"same_stride2_even", {2, 3, 8, 10}, {4, 3, 3, 3}, {2, Padding::same}},
          {"same_stride2_odd", {1, 2, 7, 9}, {3, 2, 3, 3}, {2, Padding::same}},
          {"same_5x2_stride1x2", {2, 2, 6, 9}, {3, 2, 5, 2}, {{1, 2}, Padding::same}},
          {"symmetric", {2, 3, 7, 10}, {4, 3, 3, 3}, {1, Padding::symmetric}},
          {"symmetric_stride2_even", {2, 3, 8, 10}, {4, 3, 3, 3}, {2, Padding::symmetric}},
          {"symmetric_5x5_stride2x1", {2, 2, 9, 8}, {3, 2, 5, 5}, {{2, 1}, Padding::symmetric}},
          {"none_3x3_stride2", {2, 2, 8, 7}, {3, 2, 3, 3}, {2, Padding::none}},
          {"same_1x1_stride2", {2, 3, 8, 6}, {5, 3, 1, 1}, {2, Padding::same}}};
}

template <class T>
struct Gradients {
  Tensor<T> dx, dweight, dbias;
};

/// Gradients that start from 0.5, for minus_half.
template <class Algorithm, class T>
Gradients<T> backward_from_half(const Tensor<T>& dy, const Tensor<T>& x, const Tensor<T>& weight,
                                const ConvGeometry& geometry) {
  Gradients<T> result{Tensor<T>(x.shape(), T(0.5)), Tensor<T>(weight.shape(), T(0.5)),
                      Tensor<T>(Shape{weight.dim(0)}, T(0.5))};
  conv2d_backward<Algorithm>(&result.dx, &result.dweight, &result.dbias, dy, x, weight, geometry);
  return result;
}

}  // namespace

TEST_CASE_TEMPLATE("conv2d agrees with PyTorch under every padding", T, float, double) {
  const double tolerance = reference_tolerance<T>;
  for (const Case& c : reference_cases()) {
    CAPTURE(c.name);
    const auto stored = [&](const char* part) {
      return load_npy<double>("references/torch/conv_" + c.name + "_" + part + ".npy");
    };
    const auto x = counted_tensor<T>(c.x, 1), weight = counted_tensor<T>(c.weight, 2);
    const auto bias = counted_tensor<T>({c.weight[0]}, 3);
    const auto check = [&]<class Algorithm>(Algorithm) {
      Tensor<T> y;
      conv2d_forward<Algorithm>(y, x, weight, &bias, c.geometry);
      CHECK(relative_error(y, stored("y")) < tolerance);
      const auto dy = counted_tensor<T>(y.shape(), 4);
      const Gradients<T> found = backward_from_half<Algorithm>(dy, x, weight, c.geometry);
      CHECK(relative_error(minus_half(found.dx), stored("dx")) < tolerance);
      CHECK(relative_error(minus_half(found.dweight), stored("dweight")) < tolerance);
      CHECK(relative_error(minus_half(found.dbias), stored("dbias")) < tolerance);
    };
    check(Naive{});
    check(Im2col{});
    check(Direct{});
    check(Automatic{});
  }
}

TEST_CASE_TEMPLATE("the fast ones equal Naive over odd shapes, strides, kernels, paddings", Algorithm, Im2col, Direct,
                   Automatic) {
  int compared = 0;
  std::uint64_t stream = 1000;
  for (const Padding padding : {Padding::same, Padding::symmetric, Padding::none}) {
    for (const Index kernel_height : {1, 2, 3, 5}) {
      for (const Index kernel_width : {1, 2, 3, 5}) {
        for (const auto& strides : {std::pair<Index, Index>{1, 1}, {2, 2}, {2, 1}, {1, 2}, {3, 4}}) {
          const Index stride_height = strides.first, stride_width = strides.second;
          // A register holds 16, 8, 4 or 2 numbers: 23 and 40 columns are several of them, and a rest.
          for (const Shape& image :
               {Shape{1, 1, 5, 5}, Shape{2, 3, 6, 11}, Shape{3, 2, 7, 8}, Shape{1, 2, 5, 23}, Shape{5, 1, 6, 40}}) {
            const ConvGeometry geometry{{stride_height, stride_width}, padding};
            CAPTURE(static_cast<int>(padding));
            CAPTURE(kernel_height);
            CAPTURE(kernel_width);
            CAPTURE(stride_height);
            CAPTURE(stride_width);
            CAPTURE(image.to_string());
            const auto x = counted_tensor<double>(image, ++stream);
            const Index filters = compared % 3 == 0 ? 11 : 3;  // more than a block of filters, and fewer
            const auto weight = counted_tensor<double>({filters, image[1], kernel_height, kernel_width}, ++stream);
            const auto bias = counted_tensor<double>({filters}, ++stream);
            const Tensor<double>* bias_or_null = compared % 2 == 0 ? &bias : nullptr;
            Tensor<double> y, expected;
            conv2d_forward<Algorithm>(y, x, weight, bias_or_null, geometry);
            conv2d_forward<Naive>(expected, x, weight, bias_or_null, geometry);
            REQUIRE(relative_error(y, expected) < 1e-13);
            const auto dy = counted_tensor<double>(y.shape(), ++stream);
            const auto a = backward_from_half<Algorithm>(dy, x, weight, geometry);
            const auto b = backward_from_half<Naive>(dy, x, weight, geometry);
            REQUIRE(relative_error(a.dx, b.dx) < 1e-13);
            REQUIRE(relative_error(a.dweight, b.dweight) < 1e-13);
            REQUIRE(relative_error(a.dbias, b.dbias) < 1e-13);
            ++compared;
          }
        }
      }
    }
  }
  CHECK(compared == 3 * 16 * 5 * 5);
}

TEST_CASE_TEMPLATE("images that Im2col cuts into several bands give what Naive gives", T, float, double) {
  // 16 channels with 3x3 kernels are 144 taps; half a megabyte of columns holds 1 to 3 output rows of these widths.
  for (const auto& sizes : {std::pair<Index, Index>{300, 1}, {611, 2}, {5000, 2}}) {
    const Index width = sizes.first, stride = sizes.second;
    for (const Padding padding : {Padding::same, Padding::symmetric, Padding::none}) {
      CAPTURE(width);
      CAPTURE(static_cast<int>(padding));
      const ConvGeometry geometry{stride, padding};
      const auto x = counted_tensor<T>({2, 16, 13, width}, 5), weight = counted_tensor<T>({2, 16, 3, 3}, 6);
      const auto bias = counted_tensor<T>({2}, 7);
      Tensor<T> y, expected;
      conv2d_forward<Im2col>(y, x, weight, &bias, geometry);
      conv2d_forward<Naive>(expected, x, weight, &bias, geometry);
      const double tolerance = reference_tolerance<T>;
      CHECK(relative_error(y, expected) < tolerance);
      const auto dy = counted_tensor<T>(y.shape(), 8);
      const auto a = backward_from_half<Im2col>(dy, x, weight, geometry);
      const auto b = backward_from_half<Naive>(dy, x, weight, geometry);
      CHECK(relative_error(a.dx, b.dx) < tolerance);
      CHECK(relative_error(a.dweight, b.dweight) < tolerance);
      CHECK(relative_error(a.dbias, b.dbias) < tolerance);
    }
  }
}

TEST_CASE_TEMPLATE("Automatic gives what Naive gives for large images and for small ones", T, float, double) {
  for (const Shape& image : {Shape{5, 3, 16, 40}, Shape{5, 3, 4, 16}}) {
    for (const Index kernel : {1, 3}) {
      CAPTURE(image.to_string());
      CAPTURE(kernel);
      const ConvGeometry geometry{1, Padding::same};
      const auto x = counted_tensor<T>(image, 5), weight = counted_tensor<T>({9, 3, kernel, kernel}, 6);
      const auto dy = counted_tensor<T>({5, 9, image[2], image[3]}, 8);
      const auto a = backward_from_half<Automatic>(dy, x, weight, geometry);
      const auto b = backward_from_half<Naive>(dy, x, weight, geometry);
      CHECK(relative_error(a.dx, b.dx) < reference_tolerance<T>);
      CHECK(relative_error(a.dweight, b.dweight) < reference_tolerance<T>);
      CHECK(relative_error(a.dbias, b.dbias) < reference_tolerance<T>);
    }
  }
}

TEST_CASE_TEMPLATE("each gradient may be left out, the others stay as they are", Algorithm, Naive, Im2col, Direct,
                   Automatic) {
  const ConvGeometry geometry{{2, 1}, Padding::same};
  // The last two have images and kernels for which Automatic takes other ways.
  for (const auto& shapes : {std::pair<Shape, Shape>{{2, 3, 6, 7}, {4, 3, 3, 3}},
                             {{2, 3, 32, 20}, {4, 3, 3, 3}},
                             {{2, 3, 6, 7}, {4, 3, 1, 1}}}) {
    CAPTURE(shapes.first.to_string());
    CAPTURE(shapes.second.to_string());
    const auto x = counted_tensor<double>(shapes.first, 1), weight = counted_tensor<double>(shapes.second, 2);
    const auto dy = counted_tensor<double>({2, 4, shapes.first[2] / 2, shapes.first[3]}, 3);
    const auto all = backward_from_half<Algorithm>(dy, x, weight, geometry);
    Gradients<double> alone{Tensor<double>(x.shape(), 0.5), Tensor<double>(weight.shape(), 0.5),
                            Tensor<double>(Shape{4}, 0.5)};
    Tensor<double>* none = nullptr;
    conv2d_backward<Algorithm>(&alone.dx, none, none, dy, x, weight, geometry);
    conv2d_backward<Algorithm>(none, &alone.dweight, none, dy, x, weight, geometry);
    conv2d_backward<Algorithm>(none, none, &alone.dbias, dy, x, weight, geometry);
    conv2d_backward<Algorithm>(none, none, none, dy, x, weight, geometry);
    CHECK(same_bits(alone.dx, all.dx));
    CHECK(same_bits(alone.dweight, all.dweight));
    CHECK(same_bits(alone.dbias, all.dbias));
  }
}

TEST_CASE_TEMPLATE("backward is the transpose of forward: <dy, conv x> == <x, dx>, and so for the weight", Algorithm,
                   Naive, Im2col, Direct, Automatic) {
  for (const Index stride : {1, 2}) {
    CAPTURE(stride);
    const ConvGeometry geometry{stride, Padding::same};
    const auto x = counted_tensor<double>({2, 3, 17, 24}, 1), weight = counted_tensor<double>({4, 3, 3, 3}, 2);
    Tensor<double> y;
    conv2d_forward<Algorithm>(y, x, weight, static_cast<Tensor<double>*>(nullptr), geometry);
    const auto dy = counted_tensor<double>(y.shape(), 3);
    Tensor<double> dx(x.shape()), dweight(weight.shape());
    conv2d_backward<Algorithm>(&dx, &dweight, static_cast<Tensor<double>*>(nullptr), dy, x, weight, geometry);
    double along_y = 0, along_x = 0, along_weight = 0;
    for (Index i = 0; i < y.size(); ++i) along_y += dy[i] * y[i];
    for (Index i = 0; i < x.size(); ++i) along_x += dx[i] * x[i];
    for (Index i = 0; i < weight.size(); ++i) along_weight += dweight[i] * weight[i];
    CHECK(along_x == doctest::Approx(along_y).epsilon(1e-12));
    CHECK(along_weight == doctest::Approx(along_y).epsilon(1e-12));
  }
}

TEST_CASE_TEMPLATE("the same bits at any number of threads, whatever the result held before", Algorithm, Naive, Im2col,
                   Direct, Automatic) {
  const int before = thread_count();
  // Images of many pixels, of few; channels for Winograd; 1x1 kernels: Automatic's three ways.
  for (const auto& shapes : {std::pair<Shape, Shape>{{5, 8, 9, 40}, {6, 8, 3, 3}},
                             {{5, 8, 9, 10}, {6, 8, 3, 3}},
                             {{5, 16, 9, 10}, {16, 16, 3, 3}},
                             {{5, 8, 9, 10}, {6, 8, 1, 1}}}) {
    CAPTURE(shapes.first.to_string());
    CAPTURE(shapes.second.to_string());
    const ConvGeometry geometry{1, Padding::same};
    const auto x = counted_tensor<float>(shapes.first, 1), weight = counted_tensor<float>(shapes.second, 2);
    const Index filters = weight.dim(0);
    const auto bias = counted_tensor<float>({filters}, 3);
    const auto dy = counted_tensor<float>({5, filters, shapes.first[2], shapes.first[3]}, 4);
    set_thread_count(1);
    Tensor<float> expected;
    conv2d_forward<Algorithm>(expected, x, weight, &bias, geometry);
    const auto gradients = backward_from_half<Algorithm>(dy, x, weight, geometry);
    for (const int threads : {2, 3, 4, 8}) {
      set_thread_count(threads);
      Tensor<float> y(expected.shape(), std::numeric_limits<float>::quiet_NaN());
      conv2d_forward<Algorithm>(y, x, weight, &bias, geometry);
      CHECK(same_bits(y, expected));
      const auto again = backward_from_half<Algorithm>(dy, x, weight, geometry);
      CHECK(same_bits(again.dx, gradients.dx));
      CHECK(same_bits(again.dweight, gradients.dweight));
      CHECK(same_bits(again.dbias, gradients.dbias));
    }
  }
  set_thread_count(before);
}

TEST_CASE_TEMPLATE("an empty batch gives an empty result", Algorithm, Naive, Im2col, Direct, Automatic) {
  for (const Index kernel : {1, 3}) {
    const Tensor<float> x(Shape{0, 2, 4, 4}), weight(Shape{3, 2, kernel, kernel}, 1.0f), bias(Shape{3});
    Tensor<float> y;
    conv2d_forward<Algorithm>(y, x, weight, &bias, {});
    CHECK(y.shape() == Shape{0, 3, 4, 4});
    const auto gradients = backward_from_half<Algorithm>(y, x, weight, {});
    CHECK(same_bits(gradients.dweight, Tensor<float>(weight.shape(), 0.5f)));
    CHECK(same_bits(gradients.dbias, Tensor<float>(bias.shape(), 0.5f)));
  }
}

TEST_CASE_TEMPLATE("no filters give an empty result and leave the image's gradient as it is", Algorithm, Naive, Im2col,
                   Direct, Automatic) {
  for (const Index kernel : {1, 3}) {
    CAPTURE(kernel);
    const auto x = counted_tensor<float>({2, 3, 6, 7}, 1);
    const Tensor<float> weight(Shape{0, 3, kernel, kernel}), bias(Shape{0});
    Tensor<float> y;
    conv2d_forward<Algorithm>(y, x, weight, &bias, {});
    CHECK(y.shape() == Shape{2, 0, 6, 7});
    const auto gradients = backward_from_half<Algorithm>(y, x, weight, {});
    CHECK(same_bits(gradients.dx, Tensor<float>(x.shape(), 0.5f)));
  }
}

TEST_CASE_TEMPLATE("no channels give the bias alone", Algorithm, Naive, Im2col, Direct, Automatic) {
  for (const Index kernel : {1, 3}) {
    CAPTURE(kernel);
    const Tensor<float> x(Shape{2, 0, 6, 7}), weight(Shape{3, 0, kernel, kernel});
    const auto bias = counted_tensor<float>({3}, 2);
    Tensor<float> y(Shape{2, 3, 6, 7}, std::numeric_limits<float>::quiet_NaN());
    conv2d_forward<Algorithm>(y, x, weight, &bias, {});
    Tensor<float> expected(Shape{2, 3, 6, 7});
    for (Index i = 0; i < expected.size(); ++i) expected[i] = bias[i / 42 % 3];
    CHECK(same_bits(y, expected));
    const auto found = backward_from_half<Algorithm>(y, x, weight, {});
    const auto wanted = backward_from_half<Naive>(y, x, weight, {});
    CHECK(relative_error(found.dbias, wanted.dbias) < 1e-6);
    CHECK(found.dweight.shape() == weight.shape());
  }
}

TEST_CASE("shapes that do not fit are named") {
  const Tensor<float> x(Shape{2, 3, 8, 8}), weight(Shape{4, 3, 3, 3}), other(Shape{4, 2, 3, 3}), bias(Shape{5});
  Tensor<float> y;
  const Tensor<float>* no_bias = nullptr;
  CHECK_THROWS_WITH_AS(conv2d_forward<Im2col>(y, x, other, no_bias, {}),
                       "conv2d_forward: weight has shape (4,2,3,3), expected (4,3,3,3)", ShapeError);
  CHECK_THROWS_WITH_AS(conv2d_forward<Naive>(y, x, weight, &bias, {}),
                       "conv2d_forward: bias has shape (5), expected (4)", ShapeError);
  CHECK_THROWS_AS(conv2d_forward<Im2col>(y, bias, weight, no_bias, {}), ShapeError);
  const Tensor<float> dy(Shape{2, 4, 7, 8});
  Tensor<float>* none = nullptr;
  CHECK_THROWS_WITH_AS(conv2d_backward<Im2col>(none, none, none, dy, x, weight, {}),
                       "conv2d_backward: dy has shape (2,4,7,8), expected (2,4,8,8)", ShapeError);
  CHECK_THROWS_AS(conv2d_forward<Im2col>(y, x, Tensor<float>(Shape{1, 3, 9, 9}), no_bias, {1, Padding::none}),
                  ArgumentError);
}
