// Sums of products of a sliding kernel with images of pixels, the channels of a pixel side by side.
#pragma once

#include <algorithm>
#include <vector>

#include "tinyhtr/core/scratch.hpp"
#include "tinyhtr/core/simd.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/kernels/small_product.hpp"

namespace tinyhtr {

namespace detail {

/// A correlation along the rows of one image (height, width, depth): output (p, q) is
///
///     sums[p, q, k] = shift[k] + sum over t, j, d of weights[t, j, d, k] image[p row_stride + row_offsets[t],
///                                                                  q column_stride + column_offset + j, d]
///
/// with zeros outside the image. The columns that an output sees in one row, (j, d), are numbers side
/// by side; those of the next output are the same, column_stride * depth further. So a row of outputs is a matrix
/// product for each t,
///
///     sums (outputs, lanes) += window (outputs, taps * depth) weights[t] (taps * depth, lanes)
///
/// whose left matrix need not be made: its rows overlap in the image. Only of blocks of outputs that look beyond the
/// edge of the image are the windows copied first, with zeros before and behind.
template <class T>
struct PixelCorrelation {
  Index height, width, depth;  // of the image
  Index outputs;               // of a row
  Index row_stride, column_stride;
  Index column_offset, taps;       // the first column that output 0 sees, and how many
  std::vector<Index> row_offsets;  // the rows that an output in row 0 sees
  const T* weights;                // (rows, taps * depth, lanes), lanes with zeros up to whole vectors
  Index lanes;
  const T* shift;  // (lanes), what sums begin with

  /// Outputs up to whole blocks of small_product: how many rows the sums of one row of outputs have.
  Index whole_outputs() const { return (outputs + product_rows - 1) / product_rows * product_rows; }

  Index sums_size() const { return whole_outputs() * lanes; }

  /// Whether the sums of a row may be made where `channels` channels of its outputs will be, with nothing behind them.
  bool fills(Index channels) const { return lanes == channels && whole_outputs() == outputs; }

  /// Writes the sums of row p, (whole_outputs(), lanes), those of an output `step` elements apart from those of the
  /// next; or adds them, without the shift, where `adds` says so. What is behind the last output means nothing. Takes
  /// scratch slot 3.
  void run(T* sums, Index step, const T* image, Index p, bool adds = false) const {
    const Index whole = whole_outputs(), terms = taps * depth, row_size = width * depth;
    // Blocks of outputs: [first, last) are those whose windows lie inside the image.
    Index first = (outputs_within(-column_offset) + product_rows - 1) / product_rows * product_rows;
    Index last = std::min(whole, outputs_within(width - taps - column_offset + 1) / product_rows * product_rows);
    if (first >= last) first = last = whole;
    const Index ends[] = {0, first, last, whole};
    for (Index part = 0; part < 3; ++part) {
      const Index begin = ends[part], count = ends[part + 1] - begin;
      if (count == 0) continue;
      const Index first_column = begin * column_stride + column_offset, columns = (count - 1) * column_stride + taps;
      T* const of_part = sums + begin * step;
      const auto window = [&](Index row, Index at) {
        const T* const start = image + row * row_size;
        return part == 1 ? start + first_column * depth : padded_row(start, first_column, columns, at);
      };
      if (!adds && runs_of_colour(p)) {
        const T* windows[3];
        for (Index t = 0; t < 3; ++t) windows[t] = window(p * row_stride + row_offsets[static_cast<std::size_t>(t)], t);
        narrow_product_of_windows<3, 9, T>({of_part, step}, windows, column_stride * depth, {weights, lanes}, count,
                                           shift);
        continue;
      }
      bool begun = adds;
      for (Index t = 0; t < static_cast<Index>(row_offsets.size()); ++t) {
        const Index row = p * row_stride + row_offsets[static_cast<std::size_t>(t)];
        if (row < 0 || row >= height) continue;
        const LeftMatrix<T> left{window(row, 0), column_stride * depth, 1};
        const VectorRows<const T> right{weights + t * terms * lanes, lanes};
        if (begun) {
          small_product<Start::sums, T>({of_part, step}, left, right, count, lanes, terms);
        } else {
          small_product<Start::row, T>({of_part, step}, left, right, count, lanes, terms, shift);
        }
        begun = true;
      }
      if (begun) continue;
      for (Index q = 0; q < count; ++q) std::copy(shift, shift + lanes, of_part + q * step);  // no row to see
    }
  }

 private:
  /// How many outputs have windows that start less than so many columns behind that of output 0.
  Index outputs_within(Index columns) const { return columns <= 0 ? 0 : (columns + column_stride - 1) / column_stride; }

  /// Whether the outputs of row p are those of a 3x3 kernel over colour for a vector of filters, as a first layer has
  /// them: then the weights of all 27 taps stay in registers, of which AVX-512 has enough.
  bool runs_of_colour(Index p) const {
    if (vector_bytes < 64 || lanes != vector_lanes<T> || taps * depth != 9 || row_offsets.size() != 3) return false;
    return p * row_stride + row_offsets.front() >= 0 && p * row_stride + row_offsets.back() < height;
  }

  /// A copy of the columns [first_column, first_column + columns) of a row, with zeros for those that the image does
  /// not have; in the place `at` of work memory, of three.
  T* padded_row(const T* row, Index first_column, Index columns, Index at) const {
    T* padded = scratch<T, 3>(3 * columns * depth) + at * columns * depth;
    const Index before = std::clamp<Index>(-first_column, 0, columns);
    const Index first = std::clamp<Index>(first_column, 0, width);
    const Index used = std::clamp<Index>(width - first, 0, columns - before);
    std::fill(padded, padded + before * depth, T(0));
    std::copy(row + first * depth, row + (first + used) * depth, padded + before * depth);
    std::fill(padded + (before + used) * depth, padded + columns * depth, T(0));
    return padded;
  }
};

/// What becomes of the sums of a row of pixels: out = leaky_relu(sums + added), which may be added to `out` itself,
/// where `added` is that. Sums may be made in out, too.
template <class T>
struct PixelFinish {
  Index channels;
  T slope = T(1);  // up to 1, which leaves the rectifier out

  /// Pixels lie `step` apart in out and in added, which may be null; `sums_step` apart in sums.
  void run(T* out, Index step, const T* sums, Index sums_step, const T* added, Index pixels) const {
    const bool rectifies = slope != T(1);
    const T factor = slope;
    for (Index first = 0; first < channels; first += vector_lanes<T>) {
      const Index count = std::min(vector_lanes<T>, channels - first);
      const T *from = sums + first, *other = added + (added ? first : 0);
      T* to = out + first;
      for (Index q = 0; q < pixels; ++q, to += step, from += sums_step) {
        Vector<T> sum = load_vector(from);
        if (added) sum += load_lanes<T>(other + q * step, count);
        store_lanes<T>(to, rectifies ? larger(sum, factor * sum) : sum, count);
      }
    }
  }
};

}  // namespace detail

}  // namespace tinyhtr
