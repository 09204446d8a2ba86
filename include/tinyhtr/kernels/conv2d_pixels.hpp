// Direct's convolution of images whose channels come last.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/core/scratch.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/kernels/conv_sizes.hpp"
#include "tinyhtr/kernels/correlate_pixels.hpp"
#include "tinyhtr/kernels/gradient.hpp"

namespace tinyhtr {

namespace detail {

/// The weight (F,C,KH,KW) of a convolution as a correlation takes it, (row, (column, channel), filter), with zeros up
/// to whole vectors of filters.
template <class T>
Tensor<T> pack_weight_by_pixels(const Tensor<T>& weight) {
  const Index filters = weight.dim(0), channels = weight.dim(1), height = weight.dim(2), width = weight.dim(3);
  Tensor<T> packed(Shape{height, width * channels, PixelCorrelation<T>::whole_vectors(filters)});
  for (Index f = 0; f < filters; ++f) {
    for (Index c = 0; c < channels; ++c) {
      for (Index i = 0; i < height; ++i) {
        for (Index j = 0; j < width; ++j) packed(i, j * channels + c, f) = weight(f, c, i, j);
      }
    }
  }
  return packed;
}

/// The correlation that a convolution is.
template <class T>
PixelCorrelation<T> forward_correlation(const Tensor<T>& packed, const ConvSizes& sizes) {
  const Window &rows = sizes.rows, &cols = sizes.cols;
  PixelCorrelation<T> result{rows.input,  cols.input,    sizes.channels, cols.output,
                             rows.stride, cols.stride,   -cols.before,   cols.kernel,
                             {},          packed.data(), packed.dim(2)};
  for (Index i = 0; i < rows.kernel; ++i) result.row_offsets.push_back(i - rows.before);
  return result;
}

/// The sums of every row p < rows of outputs of every image n, then finish(n, p, sums). place(n, p): where they are to
/// be written, (whole_outputs(), lanes), or null for work memory.
template <class T, class Place, class Finish>
void correlate_rows(Index batch, const PixelCorrelation<T>& correlation, Index rows, const T* x, const Place& place,
                    const Finish& finish) {
  const Index size = correlation.height * correlation.width * correlation.depth;
  // Rows that one call makes: all of an image, of few images a fourth.
  constexpr Index few_images = 4, pieces_of_few = 4;
  const Index piece = batch < few_images ? std::max<Index>(1, (rows + pieces_of_few - 1) / pieces_of_few) : rows;
  const Index pieces = rows == 0 ? 0 : (rows + piece - 1) / piece;
  parallel_for(batch * pieces, [&](Index task) {
    const Index n = task / pieces, first = task % pieces * piece;
    for (Index p = first; p < std::min(rows, first + piece); ++p) {
      T* sums = place(n, p);
      if (!sums) sums = scratch<T, 2>(correlation.sums_size());
      correlation.run(sums, x + n * size, p);
      finish(n, p, static_cast<const T*>(sums));
    }
  });
}

/// y = leaky_relu(convolution + bias + residual), with weights of pack_weight_by_pixels(), a slope up to 1, which
/// leaves the rectifier out; bias (F) and a residual of y's shape, or null.
template <class T>
void forward_pixels(Tensor<T>& y, const Tensor<T>& x, const Tensor<T>& packed, const Tensor<T>* bias,
                    const ConvSizes& sizes, T slope = T(1), const Tensor<T>* residual = nullptr) {
  y.resize(sizes.output());
  const Index rows = sizes.rows.output, columns = sizes.cols.output, filters = sizes.filters;
  Tensor<T> shift(Shape{packed.dim(2)});
  if (bias) std::copy(bias->begin(), bias->end(), shift.begin());
  const auto correlation = forward_correlation(packed, sizes);
  const PixelFinish<T> finish{shift.data(), filters, packed.dim(2), slope};
  const auto row = [=](Index n, Index p) { return (n * rows + p) * columns * filters; };
  // Where whole blocks fit, sums are made where the result will be: so stores to memory that is in no cache yet are
  // spread over the work, instead of waited for at its end.
  const bool in_place = correlation.lanes == filters && correlation.whole_outputs() == columns;
  correlate_rows(
      sizes.batch, correlation, rows, x.data(),
      [&](Index n, Index p) { return in_place ? y.data() + row(n, p) : nullptr; },
      [&](Index n, Index p, const T* sums) {
        finish.run(y.data() + row(n, p), filters, sums, residual ? residual->data() + row(n, p) : nullptr, columns);
      });
}

/// dx, as Direct::backward has it for planes: a correlation of dy for each remainder (a, b) of the input's rows and
/// columns modulo the stride. Of the outputs that see input column r s_w + b, the first is q = r + (b + before - j) /
/// s_w with the largest kernel column j that has the remainder (b + before) mod s_w, the next one has j - s_w, and so
/// on.
template <class T>
void backward_input_pixels(Tensor<T>& dx, const Tensor<T>& dy, const Tensor<T>& weight, const ConvSizes& sizes) {
  using Correlation = PixelCorrelation<T>;
  const Window &rows = sizes.rows, &cols = sizes.cols;
  const Index channels = sizes.channels, filters = sizes.filters, lanes = Correlation::whole_vectors(channels);
  const bool adds = holds_gradient(dx, "conv2d_backward", "dx", {sizes.batch, rows.input, cols.input, channels});
  if (!adds && (rows.stride > rows.kernel || cols.stride > cols.kernel)) {  // pixels that no output sees
    std::fill(dx.begin(), dx.end(), T(0));
  }
  const Tensor<T> zeros(Shape{lanes});
  const PixelFinish<T> finish{zeros.data(), channels, lanes};
  for (Index a = 0; a < std::min(rows.stride, rows.input); ++a) {
    for (Index b = 0; b < std::min(cols.stride, cols.input); ++b) {
      const auto last_of = [](Index kernel, Index stride, Index remainder) {  // the largest k = remainder mod stride
        return kernel - 1 - (kernel - 1 - remainder + stride) % stride;
      };
      const Index row_remainder = (a + rows.before) % rows.stride, column_remainder = (b + cols.before) % cols.stride;
      if (row_remainder >= rows.kernel || column_remainder >= cols.kernel) continue;
      const Index last_i = last_of(rows.kernel, rows.stride, row_remainder);
      const Index last_j = last_of(cols.kernel, cols.stride, column_remainder);
      const Index row_taps = last_i / rows.stride + 1, column_taps = last_j / cols.stride + 1;
      const Index outputs = (cols.input - b + cols.stride - 1) / cols.stride;
      Tensor<T> packed(Shape{row_taps, column_taps * filters, lanes});
      Correlation part{rows.output, cols.output, filters,       outputs, 1, 1, (b + cols.before - last_j) / cols.stride,
                       column_taps, {},          packed.data(), lanes};
      for (Index t = 0; t < row_taps; ++t) {
        const Index i = last_i - t * rows.stride;
        part.row_offsets.push_back((a + rows.before - i) / rows.stride);
        for (Index m = 0; m < column_taps; ++m) {
          const Index j = last_j - m * cols.stride;
          for (Index f = 0; f < filters; ++f) {
            for (Index c = 0; c < channels; ++c) packed(t, m * filters + f, c) = weight(f, c, i, j);
          }
        }
      }
      const Index part_rows = (rows.input - a + rows.stride - 1) / rows.stride, step = cols.stride * channels;
      correlate_rows(
          sizes.batch, part, part_rows, dy.data(), [](Index, Index) -> T* { return nullptr; },
          [&](Index n, Index r, const T* sums) {
            T* to = dx.data() + ((n * rows.input + r * rows.stride + a) * cols.input + b) * channels;
            finish.run(to, step, sums, adds ? to : nullptr, outputs);
          });
    }
  }
}

}  // namespace detail

}  // namespace tinyhtr
