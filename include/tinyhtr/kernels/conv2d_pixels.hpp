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
#include "tinyhtr/kernels/transpose.hpp"

namespace tinyhtr {

namespace detail {

/// The weight (F,C,KH,KW) with its filters last, (C,KH,KW,lanes), and zeros behind them up to whole vectors.
template <class T>
Tensor<T> filters_last(const Tensor<T>& weight) {
  const Index filters = weight.dim(0), channels = weight.dim(1), height = weight.dim(2), width = weight.dim(3);
  const Index lanes = whole_vectors<T>(filters), size = channels * height * width;
  Tensor<T> result(Shape{channels, height, width, lanes});
  transpose(result.data(), lanes, weight.data(), size, filters, size);
  return result;
}

/// The weight (F,C,KH,KW) of a convolution as a correlation takes it, (row, (column, channel), filter), with zeros up
/// to whole vectors of filters.
template <class T>
Tensor<T> pack_weight_by_pixels(const Tensor<T>& weight) {
  Tensor<T> from = filters_last(weight);
  const Index channels = weight.dim(1), height = weight.dim(2), width = weight.dim(3), lanes = from.dim(3);
  if (height * width == 1) return from.reshaped({1, channels, lanes});
  auto packed = Tensor<T>::uninitialized({height, width * channels, lanes});
  if (packed.empty()) return packed;
  for (Index i = 0; i < height; ++i) {
    for (Index j = 0; j < width; ++j) {
      for (Index c = 0; c < channels; ++c) std::copy_n(&from(c, i, j, 0), lanes, &packed(i, j * channels + c, 0));
    }
  }
  return packed;
}

/// The correlation that a convolution is; shift (lanes) is its bias.
template <class T>
PixelCorrelation<T> forward_correlation(const Tensor<T>& packed, const Tensor<T>& shift, const ConvSizes& sizes) {
  const Window &rows = sizes.rows, &cols = sizes.cols;
  PixelCorrelation<T> result{rows.input,  cols.input,    sizes.channels, cols.output,
                             rows.stride, cols.stride,   -cols.before,   cols.kernel,
                             {},          packed.data(), packed.dim(2),  shift.data()};
  for (Index i = 0; i < rows.kernel; ++i) result.row_offsets.push_back(i - rows.before);
  return result;
}

/// The rows of all images, cut for parallel work: those of an image together, where there are few images a fourth of
/// them.
struct RowPieces {
  Index rows, piece_rows, pieces_of_image, count;

  RowPieces(Index batch, Index rows_) : rows(rows_) {
    constexpr Index few_images = 4, pieces_of_few = 4;
    piece_rows = batch < few_images ? (rows + pieces_of_few - 1) / pieces_of_few : rows;
    pieces_of_image = rows == 0 ? 0 : (rows + piece_rows - 1) / piece_rows;
    count = batch * pieces_of_image;
  }

  Index image(Index piece) const { return piece / pieces_of_image; }
  Index first(Index piece) const { return piece % pieces_of_image * piece_rows; }
  Index last(Index piece) const { return std::min(rows, first(piece) + piece_rows); }
};

/// Of a 1x1 convolution at stride 1, channels last, the sizes of the same over images of a single row: what is done for
/// every row is done once, which saves 5% of the time. Of others, the sizes themselves; also of few images, which
/// threads share, and of larger ones than 256 KiB of float, which were not measured.
inline ConvSizes in_one_row(ConvSizes sizes) {
  Window &rows = sizes.rows, &cols = sizes.cols;
  constexpr Index few_images = 4, most_elements = Index{1} << 16;
  if (sizes.order == ImageOrder::channels_first) return sizes;
  if (rows.input * cols.input * std::max(sizes.channels, sizes.filters) > most_elements) return sizes;
  if (rows.kernel * cols.kernel * rows.stride * cols.stride > 1 || sizes.batch < few_images) return sizes;
  if (rows.input != rows.output || cols.input != cols.output) return sizes;
  cols.input = cols.output = rows.input * cols.input;
  rows.input = rows.output = std::min<Index>(1, rows.input);
  return sizes;
}

/// y = leaky_relu(convolution + bias + residual), with weights of pack_weight_by_pixels(), a slope up to 1, which
/// leaves the rectifier out; bias (F) and a residual of y's shape, or null.
template <class T>
void forward_pixels(Tensor<T>& y, const Tensor<T>& x, const Tensor<T>& packed, const Tensor<T>* bias,
                    const ConvSizes& given, T slope = T(1), const Tensor<T>* residual = nullptr) {
  y.resize(given.output());
  const ConvSizes sizes = in_one_row(given);
  const Index rows = sizes.rows.output, columns = sizes.cols.output, filters = sizes.filters;
  Tensor<T> shift(Shape{packed.dim(2)});
  if (bias) std::copy(bias->begin(), bias->end(), shift.begin());
  const PixelCorrelation<T> correlation = forward_correlation(packed, shift, sizes);
  const Index lanes = correlation.lanes;
  const PixelFinish<T> finish{filters, slope};
  // Where whole blocks fit, sums are made where the result will be: so stores to memory that is in no cache yet are
  // spread over the work, instead of waited for at its end.
  const bool in_place = correlation.fills(filters);
  const Index image_size = correlation.height * correlation.width * correlation.depth;
  const RowPieces pieces(sizes.batch, rows);
  parallel_for(pieces.count, [&](Index piece) {
    const Index n = pieces.image(piece);
    for (Index p = pieces.first(piece); p < pieces.last(piece); ++p) {
      const Index row = (n * rows + p) * columns * filters;
      T* const sums = in_place ? y.data() + row : scratch<T, 2>(correlation.sums_size());
      correlation.run(sums, lanes, x.data() + n * image_size, p);
      if (in_place && !residual && slope == T(1)) continue;
      finish.run(y.data() + row, filters, sums, lanes, residual ? residual->data() + row : nullptr, columns);
    }
  });
}

/// A part of a convolution's way back to its input: for the pixels whose row and column have the remainders a and b
/// modulo the stride, a correlation of dy.
template <class T>
struct BackwardPart {
  Index a, b;
  Tensor<T> weights;
  PixelCorrelation<T> correlation;  // with these weights
};

/// The parts, without those of pixels that no output sees. zeros (lanes) is what their sums start with.
///
/// Row h = r s_h + a is seen through kernel row i by the output p = (h + before - i) / s_h, where that is a whole
/// number: i has the remainder (a + before) mod s_h, and p = r + (a + before - i) / s_h. So the outputs that see a row
/// lie side by side, from the one that sees it through the largest such i on; columns likewise.
template <class T>
std::vector<BackwardPart<T>> backward_parts(const Tensor<T>& weight, const Tensor<T>& zeros, const ConvSizes& sizes) {
  const Window &rows = sizes.rows, &cols = sizes.cols;
  const Index channels = sizes.channels, filters = sizes.filters;
  const Index lanes = whole_vectors<T>(channels);
  // The kernel positions that see a pixel of this remainder, the largest first.
  const auto positions = [](const Window& window, Index remainder) {
    std::vector<Index> list;
    for (Index k = window.kernel - 1; k >= 0; --k) {
      if ((remainder + window.before - k) % window.stride == 0) list.push_back(k);
    }
    return list;
  };
  const bool one_tap = rows.kernel * cols.kernel == 1;  // then the weight is (F,C) as it lies
  const Tensor<T> from = one_tap ? Tensor<T>() : filters_last(weight);
  std::vector<BackwardPart<T>> parts;
  for (Index a = 0; a < std::min(rows.stride, rows.input); ++a) {
    for (Index b = 0; b < std::min(cols.stride, cols.input); ++b) {
      const auto kernel_rows = positions(rows, a), kernel_columns = positions(cols, b);
      if (kernel_rows.empty() || kernel_columns.empty()) continue;
      const Index row_taps = static_cast<Index>(kernel_rows.size());
      const Index taps = static_cast<Index>(kernel_columns.size());
      Tensor<T> weights(Shape{row_taps, taps * filters, lanes});
      std::vector<Index> row_offsets;
      for (Index t = 0; t < row_taps; ++t) {
        const Index i = kernel_rows[static_cast<std::size_t>(t)];
        row_offsets.push_back((a + rows.before - i) / rows.stride);
        for (Index m = 0; m < taps; ++m) {
          const Index j = kernel_columns[static_cast<std::size_t>(m)];
          if (weight.empty()) continue;  // no channels, or no filters
          if (one_tap) {
            for (Index f = 0; f < filters; ++f) std::copy_n(weight.data() + f * channels, channels, &weights(t, f, 0));
            continue;
          }
          // Of this kernel position, (C,F) to (F,C).
          transpose(&weights(t, m * filters, 0), lanes, &from(0, i, j, 0), rows.kernel * cols.kernel * from.dim(3),
                    channels, filters);
        }
      }
      const Index outputs = (cols.input - b + cols.stride - 1) / cols.stride;
      const Index first_column = (b + cols.before - kernel_columns.front()) / cols.stride;
      parts.push_back({a,
                       b,
                       std::move(weights),
                       {rows.output, cols.output, filters, outputs, 1, 1, first_column, taps, row_offsets, nullptr,
                        lanes, zeros.data()}});
    }
  }
  for (BackwardPart<T>& part : parts) part.correlation.weights = part.weights.data();  // now that none moves any more
  return parts;
}

/// dx, as Direct::backward has it for planes: (N,H,W,C) from dy (N,P,Q,F).
template <class T>
void backward_input_pixels(Tensor<T>& dx, const Tensor<T>& dy, const Tensor<T>& weight, const ConvSizes& given) {
  const bool adds =
      holds_gradient(dx, "conv2d_backward", "dx", {given.batch, given.rows.input, given.cols.input, given.channels});
  const ConvSizes sizes = in_one_row(given);
  const Window &rows = sizes.rows, &cols = sizes.cols;
  const Index channels = sizes.channels, row_size = cols.input * channels;
  const Tensor<T> zeros(Shape{whole_vectors<T>(channels)});
  const std::vector<BackwardPart<T>> parts = backward_parts(weight, zeros, sizes);
  const bool has_gaps = static_cast<Index>(parts.size()) < rows.stride * cols.stride;  // pixels that no output sees
  const PixelFinish<T> finish{channels};
  const Index step = cols.stride * channels;  // from a pixel of a part to the next
  const Index dy_size = rows.output * cols.output * sizes.filters;
  const RowPieces pieces(sizes.batch, (rows.input + rows.stride - 1) / rows.stride);
  parallel_for(pieces.count, [&](Index piece) {
    const Index n = pieces.image(piece);
    for (Index r = pieces.first(piece); r < pieces.last(piece); ++r) {
      T* const first_row = dx.data() + (n * rows.input + r * rows.stride) * row_size;
      const Index row_count = std::min(rows.stride, rows.input - r * rows.stride);
      if (has_gaps && !adds) std::fill(first_row, first_row + row_count * row_size, T(0));
      for (const BackwardPart<T>& part : parts) {
        if (part.a >= row_count) continue;
        const PixelCorrelation<T>& correlation = part.correlation;
        T* const to = first_row + part.a * row_size + part.b * channels;
        if (correlation.fills(channels)) {
          correlation.run(to, step, dy.data() + n * dy_size, r, adds);
          continue;
        }
        T* const sums = scratch<T, 2>(correlation.sums_size());
        correlation.run(sums, correlation.lanes, dy.data() + n * dy_size, r);
        finish.run(to, step, sums, correlation.lanes, adds ? to : nullptr, correlation.outputs);
      }
    }
  });
}

}  // namespace detail

}  // namespace tinyhtr
