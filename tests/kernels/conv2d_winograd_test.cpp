// Tests of Winograd's convolution: equal to the naive loops wherever it may be used, an error elsewhere.
#include "tinyhtr/kernels/conv2d_winograd.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <vector>

#include "../support/compare.hpp"
#include "../support/counted.hpp"
#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/kernels/conv2d_naive.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

namespace {

using SmallTiles = WinogradTile<2>;
using LargeTiles = WinogradTile<4>;

/// How many roundings results may be away from Naive's in double, measured against the same sums of absolute values: a
/// sum that cancels keeps the error of its terms. F(2x2) only adds and halves. The rows of F(4x4)'s matrices have
/// elements of up to 8, whose absolute values add up to 10 (B^T) and 19 (A^T), twice for the two axes: in the worst
/// case tens of thousands of roundings, of random signs some tens.
template <class Algorithm, class T>
constexpr double winograd_tolerance = (std::is_same_v<T, float> ? 0x1p-23 : 0x1p-52) *
                                      (std::is_same_v<Algorithm, LargeTiles> ? 100 : 10);

/// max |found - expected| / max size.
template <class T>
double winograd_error(const Tensor<T>& found, const Tensor<double>& expected, const Tensor<double>& size) {
  double difference = 0, largest = 0;
  for (Index i = 0; i < expected.size(); ++i) {
    if (!std::isfinite(found[i])) return std::numeric_limits<double>::infinity();
    difference = std::max(difference, std::abs(static_cast<double>(found[i]) - expected[i]));
    largest = std::max(largest, size[i]);
  }
  return found.shape() == expected.shape() ? difference / largest : std::numeric_limits<double>::infinity();
}

template <class T>
struct WinogradCase {
  Tensor<T> x, weight, bias, dy;

  WinogradCase(const Shape& image, Index filters, Padding padding, std::uint64_t stream)
      : x(counted_tensor<T>(image, stream)),
        weight(counted_tensor<T>({filters, image[1], 3, 3}, stream + 1)),
        bias(counted_tensor<T>({filters}, stream + 2)) {
    const Index lost = padding == Padding::none ? 2 : 0;
    dy = counted_tensor<T>({image[0], filters, image[2] - lost, image[3] - lost}, stream + 3);
  }

  WinogradCase absolute() const {
    WinogradCase result(*this);
    for (Tensor<T>* tensor : {&result.x, &result.weight, &result.bias, &result.dy}) {
      for (T& element : *tensor) element = std::abs(element);
    }
    return result;
  }
};

template <class T>
struct WinogradResults {
  Tensor<T> y, dx, dweight, dbias;
};

/// All results; gradients start from 0.5, or dx from nothing.
template <class Algorithm, class T>
WinogradResults<T> results_of(const WinogradCase<T>& c, const ConvGeometry& geometry, bool with_bias = true,
                              bool empty_dx = false) {
  WinogradResults<T> result{Tensor<T>(c.dy.shape(), std::numeric_limits<T>::quiet_NaN()),
                            empty_dx ? Tensor<T>() : Tensor<T>(c.x.shape(), T(0.5)),
                            Tensor<T>(c.weight.shape(), T(0.5)), Tensor<T>(c.bias.shape(), T(0.5))};
  Algorithm::forward(result.y, c.x, c.weight, with_bias ? &c.bias : nullptr, geometry);
  Algorithm::backward(&result.dx, &result.dweight, &result.dbias, c.dy, c.x, c.weight, geometry);
  return result;
}

}  // namespace

TEST_CASE_TEMPLATE("Winograd equals Naive over odd shapes and all paddings", T, float, double) {
  int compared = 0;
  std::uint64_t stream = 1;
  const auto compare = [&]<class Algorithm>(Algorithm, const Shape& image, Index filters, Padding padding) {
    CAPTURE(image.to_string());
    CAPTURE(filters);
    CAPTURE(static_cast<int>(padding));
    const WinogradCase<T> c(image, filters, padding, stream += 4);
    const WinogradCase<double> exact(image, filters, padding, stream);
    const ConvGeometry geometry{1, padding};
    const bool with_bias = compared % 2 == 0;
    const WinogradResults<T> found = results_of<Algorithm>(c, geometry, with_bias);
    const WinogradResults<double> expected = results_of<Naive>(exact, geometry, with_bias);
    const WinogradResults<double> sizes = results_of<Naive>(exact.absolute(), geometry, with_bias);
    constexpr double tolerance = winograd_tolerance<Algorithm, T>;
    REQUIRE(winograd_error(found.y, expected.y, sizes.y) < tolerance);
    REQUIRE(winograd_error(found.dx, expected.dx, sizes.dx) < tolerance);
    REQUIRE(winograd_error(found.dweight, expected.dweight, sizes.dweight) < tolerance);
    REQUIRE(winograd_error(found.dbias, expected.dbias, sizes.dbias) < tolerance);
    ++compared;
  };
  for (const Padding padding : {Padding::same, Padding::symmetric, Padding::none}) {
    for (const Shape& image :
         {Shape{1, 1, 1, 1}, Shape{2, 3, 1, 9}, Shape{1, 2, 3, 3}, Shape{2, 3, 4, 4}, Shape{3, 1, 5, 7},
          Shape{1, 16, 6, 11}, Shape{5, 2, 8, 5}, Shape{2, 17, 7, 18}, Shape{1, 33, 9, 6}, Shape{9, 4, 4, 16}}) {
      if (padding == Padding::none && (image[2] < 3 || image[3] < 3)) continue;
      for (const Index filters : {1, 7, 16, 19, 40}) {
        compare(SmallTiles{}, image, filters, padding);
        compare(LargeTiles{}, image, filters, padding);
      }
    }
  }
  CHECK(compared == (2 * 10 + 8) * 5 * 2);
}

TEST_CASE_TEMPLATE("Winograd over the network's shapes: several blocks of tiles, several images at a time", T, float,
                   double) {
  for (const Shape& image : {Shape{2, 16, 32, 128}, Shape{5, 16, 16, 64}, Shape{6, 32, 8, 32}, Shape{7, 64, 4, 16}}) {
    CAPTURE(image.to_string());
    const WinogradCase<T> c(image, image[1], Padding::same, 11);
    const WinogradCase<double> exact(image, image[1], Padding::same, 11);
    const WinogradResults<double> expected = results_of<Naive>(exact, {}),
                                  sizes = results_of<Naive>(exact.absolute(), {});
    const auto check = [&]<class Algorithm>(Algorithm) {
      const WinogradResults<T> found = results_of<Algorithm>(c, {});
      constexpr double tolerance = winograd_tolerance<Algorithm, T>;
      CHECK(winograd_error(found.y, expected.y, sizes.y) < tolerance);
      CHECK(winograd_error(found.dx, expected.dx, sizes.dx) < tolerance);
      CHECK(winograd_error(found.dweight, expected.dweight, sizes.dweight) < tolerance);
    };
    check(SmallTiles{});
    check(LargeTiles{});
  }
}

TEST_CASE_TEMPLATE("Winograd's gradients are those of its own forward pass, by differences", Algorithm, SmallTiles,
                   LargeTiles) {
  // <dy, conv(x)> is linear in x and in the weight: central differences are exact but for rounding.
  for (const Padding padding : {Padding::same, Padding::none}) {
    WinogradCase<double> c({2, 3, 6, 7}, 4, padding, 31);
    const ConvGeometry geometry{1, padding};
    Tensor<double> dx, dweight(c.weight.shape()), dbias(c.bias.shape());
    Algorithm::backward(&dx, &dweight, &dbias, c.dy, c.x, c.weight, geometry);
    const auto check = [&](Tensor<double>& input, const Tensor<double>& gradient) {
      for (Index i = 0; i < input.size(); ++i) {
        const double before = input[i];
        double difference = 0;
        for (const double sign : {1.0, -1.0}) {
          input[i] = before + sign * 0.5;
          Tensor<double> y;
          Algorithm::forward(y, c.x, c.weight, &c.bias, geometry);
          for (Index k = 0; k < y.size(); ++k) difference += sign * c.dy[k] * y[k];
        }
        input[i] = before;
        REQUIRE(std::abs(gradient[i] - difference) < 1e-11);
      }
    };
    check(c.x, dx);
    check(c.weight, dweight);
    check(c.bias, dbias);
  }
}

TEST_CASE_TEMPLATE("Winograd writes an empty dx, adds to a full one, leaves out what is not wanted", Algorithm,
                   SmallTiles, LargeTiles) {
  const WinogradCase<double> c({5, 3, 9, 10}, 4, Padding::same, 51);
  const auto added = results_of<Algorithm>(c, {});
  const auto written = results_of<Algorithm>(c, {}, true, true);
  CHECK(relative_error(written.dx, minus_half(added.dx)) < 1e-14);
  Tensor<double> dx(c.x.shape(), 0.5), dweight(c.weight.shape(), 0.5), dbias(c.bias.shape(), 0.5), *none = nullptr;
  Algorithm::backward(&dx, none, none, c.dy, c.x, c.weight, {});
  Algorithm::backward(none, &dweight, none, c.dy, c.x, c.weight, {});
  Algorithm::backward(none, none, &dbias, c.dy, c.x, c.weight, {});
  Algorithm::backward(none, none, none, c.dy, c.x, c.weight, {});
  CHECK(same_bits(dx, added.dx));
  CHECK(same_bits(dweight, added.dweight));
  CHECK(same_bits(dbias, added.dbias));
}

TEST_CASE_TEMPLATE("Winograd gives the same bits at any number of threads, for an image alone, among others", Algorithm,
                   SmallTiles, LargeTiles) {
  const int before = thread_count();
  const WinogradCase<float> c({11, 5, 9, 22}, 6, Padding::same, 61);
  set_thread_count(1);
  const auto expected = results_of<Algorithm>(c, {});
  for (const int threads : {2, 3, 8}) {
    set_thread_count(threads);
    const auto found = results_of<Algorithm>(c, {});
    CHECK(same_bits(found.y, expected.y));
    CHECK(same_bits(found.dx, expected.dx));
    CHECK(same_bits(found.dweight, expected.dweight));
    CHECK(same_bits(found.dbias, expected.dbias));
  }
  set_thread_count(before);
  const Index image = 5 * 9 * 22, result = 6 * 9 * 22;
  for (const Index n : {0, 6, 10}) {
    Tensor<float> x(Shape{1, 5, 9, 22}), y;
    std::copy(c.x.begin() + n * image, c.x.begin() + (n + 1) * image, x.begin());
    Algorithm::forward(y, x, c.weight, &c.bias, {});
    CHECK(std::equal(y.begin(), y.end(), expected.y.begin() + n * result));
  }
}

TEST_CASE("Winograd: convolutions in turn, of other kernels, tiles, passes, each find kernels of their own") {
  const ConvGeometry geometry;
  const WinogradCase<float> first({5, 6, 9, 11}, 7, Padding::same, 51), second({5, 6, 9, 11}, 7, Padding::same, 61);
  const int before = thread_count();
  set_thread_count(1);
  const auto small_first = results_of<SmallTiles>(first, geometry),
             large_first = results_of<LargeTiles>(first, geometry);
  const auto large_second = results_of<LargeTiles>(second, geometry);
  const auto check_all = [&] {
    for (int round = 0; round < 3; ++round) {
      CHECK(same_bits(results_of<LargeTiles>(first, geometry).y, large_first.y));
      CHECK(same_bits(results_of<LargeTiles>(second, geometry).dx, large_second.dx));
      CHECK(same_bits(results_of<SmallTiles>(first, geometry).y, small_first.y));
      CHECK(same_bits(results_of<LargeTiles>(first, geometry).dx, large_first.dx));
      CHECK(same_bits(results_of<LargeTiles>(second, geometry).y, large_second.y));
    }
  };
  for (const int threads : {1, 2, 3, 8}) {
    CAPTURE(threads);
    set_thread_count(threads);
    check_all();
    std::vector<Tensor<float>> found(8);  // inside of parallel work
    parallel_for(8, [&](Index k) {
      const bool is_large = k % 2 == 0;
      found[static_cast<std::size_t>(k)] =
          is_large ? results_of<LargeTiles>(first, geometry).y : results_of<SmallTiles>(first, geometry).y;
    });
    for (std::size_t k = 0; k < 8; ++k) CHECK(same_bits(found[k], k % 2 == 0 ? large_first.y : small_first.y));
  }
  set_thread_count(before);
}

TEST_CASE_TEMPLATE("Winograd: no images, no filters, no channels", Algorithm, SmallTiles, LargeTiles) {
  const auto nothing = results_of<Algorithm>(WinogradCase<float>({0, 2, 4, 4}, 3, Padding::same, 71), {});
  CHECK(nothing.y.shape() == Shape{0, 3, 4, 4});
  CHECK(same_bits(nothing.dweight, Tensor<float>(Shape{3, 2, 3, 3}, 0.5F)));
  const auto blind = results_of<Algorithm>(WinogradCase<float>({2, 3, 6, 7}, 0, Padding::same, 72), {});
  CHECK(blind.y.shape() == Shape{2, 0, 6, 7});
  CHECK(same_bits(blind.dx, Tensor<float>(Shape{2, 3, 6, 7}, 0.5F)));
  const WinogradCase<float> without_channels({2, 0, 6, 7}, 3, Padding::same, 73);
  const auto constant = results_of<Algorithm>(without_channels, {});
  for (Index i = 0; i < constant.y.size(); ++i) CHECK(constant.y[i] == without_channels.bias[i / 42 % 3]);
}

TEST_CASE_TEMPLATE("Winograd takes 3x3 kernels at stride 1 and names what it found instead", Algorithm, SmallTiles,
                   LargeTiles) {
  const Tensor<float> x(Shape{2, 3, 8, 8}), square(Shape{4, 3, 3, 3}), flat(Shape{4, 3, 3, 1}), bias(Shape{5});
  const Tensor<float>* no_bias = nullptr;
  Tensor<float> y, *none = nullptr;
  CHECK_THROWS_WITH_AS(Algorithm::forward(y, x, flat, no_bias, {}),
                       "Winograd: expected a 3x3 kernel at stride 1, found 3x1 at strides 1 and 1; Direct and "
                       "Automatic take any",
                       ArgumentError);
  CHECK_THROWS_AS(Algorithm::forward(y, x, square, no_bias, {2, Padding::same}), ArgumentError);
  CHECK_THROWS_AS(Algorithm::forward(y, x, square, no_bias, {{1, 2}, Padding::same}), ArgumentError);
  CHECK_THROWS_AS(Algorithm::backward(none, none, none, Tensor<float>(Shape{2, 4, 4, 4}), x, square, {2}),
                  ArgumentError);
  CHECK_THROWS_WITH_AS(Algorithm::forward(y, x, square, &bias, {}), "conv2d_forward: bias has shape (5), expected (4)",
                       ShapeError);
  Tensor<float> dx(Shape{2, 3, 8, 7});
  CHECK_THROWS_WITH_AS(Algorithm::backward(&dx, none, none, Tensor<float>(Shape{2, 4, 8, 8}), x, square, {}),
                       "conv2d_backward: dx has shape (2,3,8,7), expected (2,3,8,8)", ShapeError);
}
