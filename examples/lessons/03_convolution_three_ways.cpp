// Lesson 03: a filter moved over an image, computed in three ways. The page: docs/lessons/03_convolution_three_ways.md

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "lesson.hpp"
#include "tinyhtr/blas/gemm.hpp"
#include "tinyhtr/core/random.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/kernels/conv2d_im2col.hpp"
#include "tinyhtr/kernels/conv2d_naive.hpp"
#include "tinyhtr/kernels/conv2d_winograd.hpp"

using namespace tinyhtr;

void print(const char* title, const double* numbers, Index rows, Index columns) {
  std::puts(title);
  for (Index i = 0; i < rows; ++i) {
    for (Index j = 0; j < columns; ++j) std::printf("%3.0f", numbers[i * columns + j]);
    std::puts("");
  }
}

double largest_difference(const Tensor<double>& a, const Tensor<double>& b) {
  double largest = 0;
  for (Index i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

int main() {
  const Tensor<double> letter(Shape{1, 1, 6, 6}, {0, 1, 0, 0, 0, 0,  // (N,C,H,W): one image, one channel
                                                  0, 1, 0, 0, 0, 0,  //
                                                  0, 1, 0, 0, 0, 0,  //
                                                  0, 1, 0, 0, 0, 0,  //
                                                  0, 1, 1, 1, 1, 0,  //
                                                  0, 0, 0, 0, 0, 0});
  const Tensor<double> filters(Shape{2, 1, 3, 3}, {-1, 0, 1, -1, 0, 1, -1, 0, 1,    // (F,C,KH,KW): right minus left,
                                                   -1, -1, -1, 0, 0, 0, 1, 1, 1});  // and below minus above
  const ConvGeometry plain{.stride = 1, .padding = Padding::symmetric};
  Tensor<double> edges;
  Naive::forward<double>(edges, letter, filters, nullptr, plain);
  print("A letter", letter.data(), 6, 6);
  print("Its upright edges, by filter 0", &edges(0, 0, 0, 0), 6, 6);
  print("Its level edges, by filter 1", &edges(0, 1, 0, 0), 6, 6);
  expect("row 1, column 0, to the left of the stem", edges(0, 0, 1, 0), 3);
  expect("row 1, column 1, on the stem", edges(0, 0, 1, 1), 0);
  expect("row 1, column 2, to the right of the stem", edges(0, 0, 1, 2), -3);

  std::puts("\nPadding and stride");
  Tensor<double> inside, strided;
  Naive::forward<double>(inside, letter, filters, nullptr, {.stride = 1, .padding = Padding::none});
  Naive::forward<double>(strided, letter, filters, nullptr, {.stride = 2, .padding = Padding::symmetric});
  std::printf("zeros around, stride 1: %s, no zeros: %s, zeros, stride 2: %s\n", edges.shape().to_string().c_str(),
              inside.shape().to_string().c_str(), strided.shape().to_string().c_str());
  expect("without zeros, row 0, column 0 is what was row 1, column 1", inside(0, 0, 0, 0) == edges(0, 0, 1, 1));
  expect("with stride 2, row 1, column 2 is what was row 2, column 4", strided(0, 0, 1, 2) == edges(0, 0, 2, 4));

  std::puts("\nSecond way: the image as columns, then a matrix product");
  const Tensor<double> image(Shape{1, 3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  const Tensor<double> weight(Shape{1, 4}, {1, 2, 0, -1});  // a filter of 2 x 2
  const Window axis(/*input=*/3, /*kernel=*/2, /*stride=*/1, Padding::none);
  Tensor<double> columns(Shape{4, 4}), product(Shape{1, 4});
  im2col(columns.data(), image.data(), /*channels=*/1, axis, axis, 0, axis.output);
  print("columns", columns.data(), 4, 4);
  gemm<double>({product.data(), 1, 4}, Op::none, {weight.data(), 1, 4}, Op::none, {columns.data(), 4, 4});
  print("1 2 0 -1, times the columns", product.data(), 1, 4);
  expect("the first, 1*1 + 2*2 + 0*4 - 1*5", product[0], 0);
  expect("the last, 1*5 + 2*6 + 0*8 - 1*9", product[3], 8);

  std::puts("\nThird way: two outputs of a filter of three by 4 products instead of 6");
  const double d[] = {1, 2, 3, 5}, g[] = {2, 1, 1};
  const double m1 = (d[0] - d[2]) * g[0], m2 = (d[1] + d[2]) * ((g[0] + g[1] + g[2]) / 2);
  const double m3 = (d[2] - d[1]) * ((g[0] - g[1] + g[2]) / 2), m4 = (d[1] - d[3]) * g[2];
  expect("d0 g0 + d1 g1 + d2 g2", d[0] * g[0] + d[1] * g[1] + d[2] * g[2], 7);
  expect("m1 + m2 + m3         ", m1 + m2 + m3, 7);
  expect("d1 g0 + d2 g1 + d3 g2", d[1] * g[0] + d[2] * g[1] + d[3] * g[2], 12);
  expect("m2 - m3 - m4         ", m2 - m3 - m4, 12);

  std::puts("\nAll ways give the same: 2 images, 8 channels, 6 filters, random numbers");
  Random random(/*seed=*/3);
  Tensor<double> x(Shape{2, 8, 9, 13}), w(Shape{6, 8, 3, 3}), loops, y;
  for (double& number : x) number = random.uniform(-1, 1);
  for (double& number : w) number = random.uniform(-1, 1);
  Naive::forward<double>(loops, x, w, nullptr, plain);
  Im2col::forward<double>(y, x, w, nullptr, plain);
  expect("matrix product = loops, within 1e-12", largest_difference(y, loops) < 1e-12);
  WinogradTile<2>::forward<double>(y, x, w, nullptr, plain);
  expect("Winograd, tiles of 2 x 2 = loops, within 1e-12", largest_difference(y, loops) < 1e-12);
  WinogradTile<4>::forward<double>(y, x, w, nullptr, plain);
  expect("Winograd, tiles of 4 x 4 = loops, within 1e-12", largest_difference(y, loops) < 1e-12);

  std::puts("\nMultiplications, 16 channels to 16, an image of 32 x 128, in millions");
  const ConvSizes sizes("lesson", Shape{1, 16, 32, 128}, Shape{16, 16, 3, 3}, plain);
  const auto pairs = static_cast<double>(sizes.channels * sizes.filters) / 1e6;
  const auto outputs = static_cast<double>(sizes.rows.output * sizes.cols.output);
  expect("loops, and matrix product", pairs * outputs * 9, 9.437184);
  expect("Winograd, 16 for each tile of 2 x 2", pairs * (outputs / 4) * 16, 4.194304);
  expect("Winograd, 36 for each tile of 4 x 4", pairs * (outputs / 16) * 36, 2.359296);
}
