// Tests of convolutions of images whose channels come last: the same numbers as with planes.
#include <doctest/doctest.h>

#include <cstdint>
#include <type_traits>
#include <vector>

#include "../support/compare.hpp"
#include "../support/counted.hpp"
#include "../support/odd_convolutions.hpp"
#include "tinyhtr/kernels/conv2d.hpp"
#include "tinyhtr/kernels/reorder.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

TEST_CASE("Naive with channels last is Naive on planes, numbers moved") {
  const ConvGeometry planes{{2, 1}, Padding::same}, pixels{{2, 1}, Padding::same, ImageOrder::channels_last};
  const auto x = counted_tensor<double>({2, 3, 7, 5}, 1), weight = counted_tensor<double>({4, 3, 3, 2}, 2);
  const auto bias = counted_tensor<double>({4}, 3);
  Tensor<double> y, x_last, y_last;
  Naive::forward(y, x, weight, &bias, planes);
  reorder(x_last, x, ImageOrder::channels_first);
  Naive::forward(y_last, x_last, weight, &bias, pixels);
  REQUIRE(y_last.shape() == Shape{2, 4, 5, 4});
  for (Index n = 0; n < 2; ++n) {
    for (Index f = 0; f < 4; ++f) {
      for (Index p = 0; p < 4; ++p) {
        for (Index q = 0; q < 5; ++q) CHECK(y_last(n, p, q, f) == y(n, f, p, q));
      }
    }
  }
}

TEST_CASE_TEMPLATE("with channels last the fast ones equal Naive over odd shapes, strides, kernels, paddings",
                   Algorithm, Im2col, Direct, Automatic) {
  check_against_naive<Algorithm, double>(ImageOrder::channels_last);
}

TEST_CASE_TEMPLATE("channels and filters that fill vectors: Direct equals Naive in both orders", T, float, double) {
  for (const ImageOrder order : {ImageOrder::channels_first, ImageOrder::channels_last}) {
    check_against_naive<Direct, T>(order, convolutions_of_whole_vectors(), sizeof(T) == 4 ? 1e-5 : 1e-13);
  }
}

TEST_CASE_TEMPLATE("channels and filters that fill vectors: Automatic equals Naive in both orders", T, float, double) {
  for (const ImageOrder order : {ImageOrder::channels_first, ImageOrder::channels_last}) {
    // With the digits of Winograd, which it takes for many of them.
    check_against_naive<Automatic, T>(order, convolutions_of_whole_vectors(), sizeof(T) == 4 ? 5e-5 : 1e-12);
  }
}

TEST_CASE_TEMPLATE("with channels last Winograd equals Naive: channels that fill vectors or do not, bands, few tiles",
                   T, float, double) {
  std::uint64_t stream = 1;
  // As many channels as a vector has, at any width of it: 4, 8, 16.
  for (const Index channels : {1, 3, 4, 8, 16, 24}) {
    for (const Index filters : {2, 4, 8, 16, 24, 40}) {
      // The last two are of so many tiles that they are cut into bands: of 64 tiles, of a single image 8.
      for (const Shape& x : {Shape{1, channels, 5, 5}, Shape{3, channels, 8, 12}, Shape{5, channels, 9, 23},
                             Shape{4, channels, 37, 40}, Shape{1, channels, 18, 33}}) {
        for (const Padding padding : {Padding::same, Padding::none}) {
          const OddConvolution planes{x, {filters, channels, 3, 3}, {1, padding}};
          CAPTURE(x.to_string());
          CAPTURE(filters);
          CAPTURE(static_cast<int>(padding));
          check_against_naive<Winograd, T>(planes, stream, sizeof(T) == 4 ? 5e-5 : 1e-12);
          check_against_naive<Winograd, T>(channels_last(planes), stream, sizeof(T) == 4 ? 5e-5 : 1e-12);
          stream += 5;
        }
      }
    }
  }
}

TEST_CASE_TEMPLATE("with channels last any number of threads gives the same bits", Algorithm, Direct, Winograd) {
  for (const Shape& x : {Shape{5, 16, 9, 40}, Shape{1, 16, 20, 40}}) {
    check_same_bits_at_any_thread_count<Algorithm>(channels_last({x, {16, 16, 3, 3}, {}}));
  }
}

TEST_CASE_TEMPLATE("with channels last: no images, no filters, no channels", Algorithm, Direct, Winograd) {
  check_against_naive<Algorithm, double>(channels_last({{0, 3, 8, 9}, {4, 3, 3, 3}, {}}), 1, 1e-13);
  check_against_naive<Algorithm, double>(channels_last({{2, 3, 8, 9}, {0, 3, 3, 3}, {}}), 2, 1e-13);
  check_against_naive<Algorithm, double>(channels_last({{2, 0, 8, 9}, {4, 0, 3, 3}, {}}), 4, 1e-13);
  if constexpr (std::is_same_v<Algorithm, Direct>) {  // Winograd has 3x3 only
    check_against_naive<Direct, double>(channels_last({{2, 3, 8, 9}, {0, 3, 1, 1}, {}}), 5, 1e-13);
    check_against_naive<Direct, double>(channels_last({{2, 0, 8, 9}, {4, 0, 1, 1}, {2, Padding::same}}), 6, 1e-13);
  }
}

TEST_CASE("with channels last any number of threads gives the same bits at a stride, too") {
  for (const Shape& x : {Shape{5, 16, 9, 40}, Shape{1, 16, 20, 40}}) {
    check_same_bits_at_any_thread_count<Direct>(channels_last({x, {16, 16, 3, 3}, {2, Padding::same}}));
  }
}

TEST_CASE("shapes are read in the order that the geometry says, and errors name its axes") {
  const ConvGeometry pixels{1, Padding::same, ImageOrder::channels_last};
  const Tensor<float> weight(Shape{4, 3, 3, 3});
  Tensor<float> y;
  Direct::forward<float>(y, Tensor<float>(Shape{2, 5, 6, 3}), weight, nullptr, pixels);
  CHECK(y.shape() == Shape{2, 5, 6, 4});
  CHECK_THROWS_AS(Direct::forward<float>(y, Tensor<float>(Shape{2, 3, 5, 6}), weight, nullptr, pixels), ShapeError);
  CHECK_THROWS_WITH_AS(Direct::forward<float>(y, Tensor<float>(Shape{5, 6, 3}), weight, nullptr, pixels),
                       doctest::Contains("(N,H,W,C)"), ShapeError);
}
