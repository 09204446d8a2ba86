// What every implementation of conv2d is held to: Naive's numbers, over shapes that fit no block.
#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

#include "support/compare.hpp"
#include "support/counted.hpp"
#include "tinyhtr/kernels/conv2d.hpp"

namespace tinyhtr::test {

struct OddConvolution {
  Shape x, weight;
  ConvGeometry geometry;
};

/// Every padding with kernels of 1 to 5 rows and columns, strides up to 4 that differ, images from 5 x 5 on.
inline std::vector<OddConvolution> odd_convolutions() {
  std::vector<OddConvolution> list;
  for (const Padding padding : {Padding::same, Padding::symmetric, Padding::none}) {
    for (const Index kernel_height : {1, 2, 3, 5}) {
      for (const Index kernel_width : {1, 2, 3, 5}) {
        for (const Stride& stride : {Stride(1), Stride(2), Stride(2, 1), Stride(1, 2), Stride(3, 4)}) {
          // A register holds 16, 8, 4 or 2 numbers: 23 and 40 columns are several of them, and a rest.
          for (const Shape& x :
               {Shape{1, 1, 5, 5}, Shape{2, 3, 6, 11}, Shape{3, 2, 7, 8}, Shape{1, 2, 5, 23}, Shape{5, 1, 6, 40}}) {
            const Index filters = list.size() % 3 == 0 ? 11 : 3;  // more than a block of filters, and fewer
            list.push_back({x, {filters, x[1], kernel_height, kernel_width}, {stride, padding}});
          }
        }
      }
    }
  }
  return list;
}

/// Channels and filters that fill vectors of any width, with rows of outputs that fill a block of them and rows that do
/// not: where an algorithm works in place, or copies edges only.
inline std::vector<OddConvolution> convolutions_of_whole_vectors() {
  std::vector<OddConvolution> list;
  for (const Padding padding : {Padding::same, Padding::symmetric, Padding::none}) {
    for (const Index kernel : {1, 3}) {
      for (const Stride& stride : {Stride(1), Stride(2), Stride(2, 1)}) {
        for (const Index channels : {8, 16, 32}) {
          for (const Index filters : {16, 40}) {
            for (const Shape& x : {Shape{2, channels, 5, 16}, Shape{5, channels, 7, 33}}) {
              list.push_back({x, {filters, channels, kernel, kernel}, {stride, padding}});
            }
          }
        }
      }
    }
  }
  return list;
}

/// The same convolution with the channels of x last.
inline OddConvolution channels_last(OddConvolution c) {
  c.x = {c.x[0], c.x[2], c.x[3], c.x[1]};
  c.geometry.order = ImageOrder::channels_last;
  return c;
}

/// Fails unless Algorithm gives what Naive gives, forward and backward, on one convolution: whether y held something
/// before or not, gradients are added to, an empty dx counts as zeros, a gradient that is not wanted is left alone.
template <class Algorithm, class T>
void check_against_naive(const OddConvolution& c, std::uint64_t stream, double tolerance) {
  const auto x = counted_tensor<T>(c.x, stream), weight = counted_tensor<T>(c.weight, stream + 1);
  const auto bias = counted_tensor<T>({c.weight[0]}, stream + 2);
  const Tensor<T>* bias_or_null = stream % 2 == 0 ? &bias : nullptr;
  Tensor<T> expected;
  conv2d_forward<Naive>(expected, x, weight, bias_or_null, c.geometry);
  Tensor<T> y(expected.shape(), std::numeric_limits<T>::quiet_NaN());
  conv2d_forward<Algorithm>(y, x, weight, bias_or_null, c.geometry);
  REQUIRE(relative_error(y, expected) < tolerance);

  const auto dy = counted_tensor<T>(y.shape(), stream + 3);
  struct Gradients {
    Tensor<T> dx, dweight, dbias;
  };
  const Gradients halves{Tensor<T>(c.x, T(0.5)), Tensor<T>(c.weight, T(0.5)), Tensor<T>(bias.shape(), T(0.5))};
  Gradients wanted = halves, found = halves;
  conv2d_backward<Naive>(&wanted.dx, &wanted.dweight, &wanted.dbias, dy, x, weight, c.geometry);
  conv2d_backward<Algorithm>(&found.dx, &found.dweight, &found.dbias, dy, x, weight, c.geometry);
  REQUIRE(relative_error(found.dx, wanted.dx) < tolerance);
  REQUIRE(relative_error(found.dweight, wanted.dweight) < tolerance);
  REQUIRE(relative_error(found.dbias, wanted.dbias) < tolerance);

  Tensor<T>* none = nullptr;
  Gradients alone{Tensor<T>(), halves.dweight, halves.dbias};
  conv2d_backward<Algorithm>(&alone.dx, none, none, dy, x, weight, c.geometry);
  conv2d_backward<Algorithm>(none, &alone.dweight, none, dy, x, weight, c.geometry);
  conv2d_backward<Algorithm>(none, none, &alone.dbias, dy, x, weight, c.geometry);
  // Less the half that the others started from, which costs the last digits of small gradients.
  REQUIRE(relative_error(alone.dx, minus_half(wanted.dx)) < 4 * tolerance);
  REQUIRE(relative_error(alone.dweight, wanted.dweight) < tolerance);
  REQUIRE(relative_error(alone.dbias, wanted.dbias) < tolerance);
}

/// check_against_naive over a list of convolutions, by default all odd_convolutions(), in that order: all that a test
/// of an implementation of one's own needs.
template <class Algorithm, class T>
void check_against_naive(ImageOrder order = ImageOrder::channels_first,
                         const std::vector<OddConvolution>& convolutions = odd_convolutions(),
                         double tolerance = std::is_same_v<T, float> ? 1e-5 : 1e-13) {
  std::uint64_t stream = 1000;
  for (const OddConvolution& planes : convolutions) {
    const OddConvolution c = order == ImageOrder::channels_first ? planes : channels_last(planes);
    CAPTURE(c.x.to_string());
    CAPTURE(c.weight.to_string());
    CAPTURE(c.geometry.stride.to_string());
    CAPTURE(static_cast<int>(c.geometry.padding));
    check_against_naive<Algorithm, T>(c, stream, tolerance);
    stream += 5;
  }
}

/// Fails unless one, two, three, four and eight threads give the same bits.
template <class Algorithm>
void check_same_bits_at_any_thread_count(const OddConvolution& c = {{5, 8, 9, 40}, {6, 8, 3, 3}, {}}) {
  const int before = thread_count();
  const ConvGeometry& geometry = c.geometry;
  const auto x = counted_tensor<float>(c.x, 1), weight = counted_tensor<float>(c.weight, 2);
  const auto bias = counted_tensor<float>({c.weight[0]}, 3);
  const auto dy = counted_tensor<float>(ConvSizes("conv2d", c.x, c.weight, geometry).output(), 4);
  const auto run = [&](int threads) {
    set_thread_count(threads);
    Tensor<float> y, dx, dweight(weight.shape()), dbias(bias.shape());
    conv2d_forward<Algorithm>(y, x, weight, &bias, geometry);
    conv2d_backward<Algorithm>(&dx, &dweight, &dbias, dy, x, weight, geometry);
    return std::vector<Tensor<float>>{y, dx, dweight, dbias};
  };
  const auto expected = run(1);
  for (const int threads : {2, 3, 4, 8}) {
    const auto found = run(threads);
    for (std::size_t i = 0; i < expected.size(); ++i) CHECK(same_bits(found[i], expected[i]));
  }
  set_thread_count(before);
}

}  // namespace tinyhtr::test
