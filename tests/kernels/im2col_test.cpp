// Tests of im2col against its formula, and of col2im as its transpose.
#include "tinyhtr/kernels/im2col.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <vector>

#include "../support/counted.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

namespace {

struct ImageCase {
  Index channels;
  Window rows, cols;
};

std::vector<ImageCase> image_cases() {
  std::vector<ImageCase> list;
  for (const Padding padding : {Padding::same, Padding::symmetric, Padding::none}) {
    for (const Index kernel : {1, 2, 3, 5}) {
      for (const Index stride : {1, 2, 3}) {
        list.push_back({2, Window(6, kernel, stride, padding), Window(9, 3, 2, padding)});
        list.push_back({3, Window(5, 3, 1, padding), Window(7, kernel, stride, padding)});
        list.push_back({1, Window(7, 2, 2, padding), Window(5, kernel, stride, padding)});
      }
    }
    if (padding != Padding::none) list.push_back({2, Window(1, 5, 1, padding), Window(2, 5, 3, padding)});
  }
  return list;
}

}  // namespace

TEST_CASE("every entry is the input that the formula names, or zero outside") {
  for (const ImageCase& c : image_cases()) {
    const auto image = counted_tensor<double>({c.channels, c.rows.input, c.cols.input}, 1);
    for (Index begin = 0; begin < c.rows.output; ++begin) {
      const Index end = c.rows.output - (begin % 2), rows = end - begin;
      if (rows <= 0) continue;
      Tensor<double> columns(Shape{c.channels, c.rows.kernel, c.cols.kernel, rows, c.cols.output},
                             std::numeric_limits<double>::quiet_NaN());
      im2col(columns.data(), image.data(), c.channels, c.rows, c.cols, begin, end);
      for (Index channel = 0; channel < c.channels; ++channel) {
        for (Index i = 0; i < c.rows.kernel; ++i) {
          for (Index j = 0; j < c.cols.kernel; ++j) {
            for (Index y = begin; y < end; ++y) {
              for (Index x = 0; x < c.cols.output; ++x) {
                const Index h = c.rows.source(y, i), w = c.cols.source(x, j);
                const bool inside = h >= 0 && h < c.rows.input && w >= 0 && w < c.cols.input;
                REQUIRE(columns(channel, i, j, y - begin, x) == (inside ? image(channel, h, w) : 0));
              }
            }
          }
        }
      }
    }
  }
}

TEST_CASE("col2im is the transpose of im2col: <im2col x, c> == <x, col2im c>, added to what was there") {
  for (const ImageCase& c : image_cases()) {
    const auto image = counted_tensor<double>({c.channels, c.rows.input, c.cols.input}, 1);
    Tensor<double> columns(Shape{c.channels * c.rows.kernel * c.cols.kernel, c.rows.output * c.cols.output});
    im2col(columns.data(), image.data(), c.channels, c.rows, c.cols, 0, c.rows.output);
    const auto other = counted_tensor<double>(columns.shape(), 2);
    Tensor<double> back(image.shape(), 0.5);
    col2im(back.data(), other.data(), c.channels, c.rows, c.cols, 0, c.rows.output);
    double in_columns = 0, in_image = 0;
    for (Index i = 0; i < columns.size(); ++i) in_columns += columns[i] * other[i];
    for (Index i = 0; i < image.size(); ++i) in_image += image[i] * (back[i] - 0.5);
    REQUIRE(in_image == doctest::Approx(in_columns).epsilon(1e-12));
  }
}

TEST_CASE("bands of rows add up to the whole") {
  const Window rows(9, 3, 2, Padding::same), cols(8, 3, 2, Padding::same);
  const Index taps = 2 * 9;
  const auto whole = counted_tensor<double>({taps, rows.output, cols.output}, 3);
  Tensor<double> expected(Shape{2, 9, 8}), found(Shape{2, 9, 8});
  col2im(expected.data(), whole.data(), 2, rows, cols, 0, rows.output);
  for (Index top = 0; top < rows.output; top += 2) {
    const Index bottom = std::min(rows.output, top + 2);
    Tensor<double> band(Shape{taps, bottom - top, cols.output});
    for (Index tap = 0; tap < taps; ++tap) {
      for (Index y = top; y < bottom; ++y) {
        for (Index x = 0; x < cols.output; ++x) band(tap, y - top, x) = whole(tap, y, x);
      }
    }
    col2im(found.data(), band.data(), 2, rows, cols, top, bottom);
  }
  for (Index i = 0; i < found.size(); ++i) CHECK(found[i] == doctest::Approx(expected[i]).epsilon(1e-14));
}
