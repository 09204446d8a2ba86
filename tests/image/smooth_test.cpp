// Tests of smoothing before shrinking against the convolution in double.
#include "tinyhtr/image/smooth.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <vector>

#include "support/image.hpp"
#include "tinyhtr/core/error.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

namespace {

/// The taps -radius .. radius of the Gaussian that belongs to a ratio.
std::vector<double> gaussian(double ratio) {
  if (ratio >= 1) return {1};
  const double sigma = 0.5 * std::sqrt(1 / (ratio * ratio) - 1);
  const int radius = static_cast<int>(std::ceil(3 * sigma));
  std::vector<double> taps;
  for (int i = -radius; i <= radius; ++i) taps.push_back(std::exp(-i * i / (2 * sigma * sigma)));
  const double sum = std::accumulate(taps.begin(), taps.end(), 0.0);
  for (double& tap : taps) tap /= sum;
  return taps;
}

double convolved(const Image& image, const std::vector<double>& rows, const std::vector<double>& columns, Index y,
                 Index x, Index c) {
  const Index down = static_cast<Index>(rows.size() / 2), right = static_cast<Index>(columns.size() / 2);
  double sum = 0;
  for (Index i = -down; i <= down; ++i) {
    for (Index j = -right; j <= right; ++j) {
      sum += rows[static_cast<std::size_t>(i + down)] * columns[static_cast<std::size_t>(j + right)] *
             image.at(std::clamp(y + i, Index{0}, image.height - 1), std::clamp(x + j, Index{0}, image.width - 1), c);
    }
  }
  return sum;
}

}  // namespace

TEST_CASE("smooth_for_shrinking is the convolution with a Gaussian, within rounding") {
  const Image image = load_image("input_noise");
  const double ratios[][2] = {{0.5, 0.5}, {0.9, 0.3}, {1, 0.45}, {0.2, 2}};
  for (const auto& ratio : ratios) {
    CAPTURE(ratio[0]);
    const Image result = smooth_for_shrinking(image, ratio[0], ratio[1]);
    const std::vector<double> rows = gaussian(ratio[0]), columns = gaussian(ratio[1]);
    double worst = 0;
    for (Index y = 0; y < image.height; ++y) {
      for (Index x = 0; x < image.width; ++x) {
        for (Index c = 0; c < image.channels; ++c) {
          worst = std::max(worst, std::abs(result.at(y, x, c) - convolved(image, rows, columns, y, x, c)));
        }
      }
    }
    CHECK(worst < 0.53);
  }
}

TEST_CASE("channels are smoothed apart, a flat image stays flat, ratios from 1 up change nothing") {
  const Image image = load_image("input_noise");
  const Image result = smooth_for_shrinking(image, 0.4, 0.3);
  for (Index c = 0; c < 3; ++c) CHECK(channel(result, c) == smooth_for_shrinking(channel(image, c), 0.4, 0.3));
  CHECK(smooth_for_shrinking(image, 1, 1.5) == image);
  for (const double ratio : {0.99, 0.5, 0.07, 0.06, 0.01, 1e-9}) {
    CHECK(smooth_for_shrinking(Image(5, 9, 1, 255), ratio, ratio) == Image(5, 9, 1, 255));
    CHECK(smooth_for_shrinking(Image(70, 3, 3, 77), ratio, ratio) == Image(70, 3, 3, 77));
  }
}

TEST_CASE("strong shrinking averages over 1 / ratio pixels") {
  Image line(1, 101, 1);
  line.at(0, 50) = 255;
  const Image result = smooth_for_shrinking(line, 1, 1.0 / 20);  // 21 pixels
  for (Index x = 0; x < 101; ++x) CHECK(result.at(0, x) == (std::abs(x - 50) <= 10 ? 12 : 0));
}

TEST_CASE("ratios that are none and images without pixels are refused") {
  const Image image(3, 3, 1);
  for (const double bad : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN()}) {
    CHECK_THROWS_AS(smooth_for_shrinking(image, bad, 1), ArgumentError);
    CHECK_THROWS_AS(smooth_for_shrinking(image, 1, bad), ArgumentError);
  }
  CHECK_THROWS_AS(smooth_for_shrinking(Image(), 1, 1), ArgumentError);
}
