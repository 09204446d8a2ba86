// Images with zeros around, laid out so that vectors can be read from them at any stride.
#pragma once

#include <algorithm>

#include "tinyhtr/core/simd.hpp"
#include "tinyhtr/kernels/window.hpp"

namespace tinyhtr {

namespace detail {

/// Planes of an image with zeros around, so that no kernel position has to ask whether it is inside. A row's columns
/// are sorted by their remainder modulo the stride: then outputs side by side read inputs side by side, at any stride.
/// At stride 2 a row 0 1 2 3 4 5 lies as 0 2 4 . . | 1 3 5 . . : output q reads, through kernel column j, element q + j
/// / 2 of part j % 2. Made once as a layout, of which each image fills a copy of its own.
template <class T>
struct PaddedPlanes {
  Index stride = 1;      // of the columns
  Index rows = 0;        // of a plane, zeros included
  Index part_width = 0;  // columns of one remainder, zeros included
  Index row_size = 0, plane_size = 0;
  const T* data = nullptr;
  // Where a stride is larger than the kernel, some rows and columns are never read: of every row_period rows the first
  // used_rows are, and the first used_parts parts of a row.
  Index row_period = 1, used_rows = 1, used_parts = 1;

  /// What a convolution reads, rows and columns as its windows say.
  PaddedPlanes(const Window& row_window, const Window& columns)
      : PaddedPlanes(columns.stride, (row_window.output - 1) * row_window.stride + row_window.kernel, columns.output,
                     columns.kernel - 1) {
    row_period = row_window.stride;
    used_rows = std::min(row_window.stride, row_window.kernel);
    used_parts = std::min(columns.stride, columns.kernel);
  }

  /// Room for `outputs` columns of outputs, rounded up to whole vectors, that look `reach` columns further.
  PaddedPlanes(Index stride_, Index rows_, Index outputs, Index reach)
      : stride(stride_), rows(rows_), part_width(whole_vectors<T>(outputs) + reach / stride_), used_parts(stride_) {
    row_size = stride * part_width;
    plane_size = rows * row_size + vector_lanes<T>;  // planes a power of two apart would crowd into the same cache sets
  }

  /// Where input (row, column), both counted from the first zero, stands in a plane.
  Index offset(Index row, Index column) const {
    return row * row_size + column % stride * part_width + column / stride;
  }

  /// Copies the rows [row_begin, row_end) of planes of height x width into `memory`, with so many zeros above and to
  /// the left. Rows are written from first to last in whole vectors, whose surplus the next row, or the reserve behind
  /// the plane, takes up.
  void fill(T* memory, const T* planes, Index count, Index height, Index width, Index above, Index left,
            Index row_begin, Index row_end) {
    for (Index c = 0; c < count; ++c) {
      for (Index row = row_begin; row < row_end; ++row) {
        if (row % row_period >= used_rows) continue;
        T* target = memory + c * plane_size + row * row_size;
        const Index source_row = row - above;
        if (source_row < 0 || source_row >= height) {
          put_zeros(target, row_size);
          continue;
        }
        const T* source = planes + (c * height + source_row) * width;
        for (Index part = 0; part < used_parts; ++part, target += part_width) {
          // Column k of this part is input k stride + part - left.
          const Index first = part >= left ? 0 : (left - part + stride - 1) / stride;
          const Index last = std::min(part_width, std::max(first, (width + left - part + stride - 1) / stride));
          const T* from = source + part - left;
          put_zeros(target, first);
          if (stride == 1) {
            copy_elements(target + first, from + first, last - first);
          } else if (stride == 2) {  // as below; compilers vectorise it when they know the stride
            for (Index k = first; k < last; ++k) target[k] = from[k * 2];
          } else {
            for (Index k = first; k < last; ++k) target[k] = from[k * stride];
          }
          put_zeros(target + last, part_width - last);
        }
      }
    }
    data = memory;
  }

 private:
  /// At least `count` zeros.
  static void put_zeros(T* to, Index count) {
    for (Index k = 0; k < count; k += vector_lanes<T>) store_vector<T>(to + k, Vector<T>{});
  }

  /// std::copy without the call, which for a row of some ten elements takes longer than the copy.
  static void copy_elements(T* to, const T* from, Index count) {
    constexpr Index lanes = vector_lanes<T>;
    if (count < lanes) {
      for (Index k = 0; k < count; ++k) to[k] = from[k];
      return;
    }
    for (Index k = 0; k < count - lanes; k += lanes) store_vector<T>(to + k, load_vector(from + k));
    store_vector<T>(to + count - lanes, load_vector(from + count - lanes));  // overlaps the one before, where it has to
  }
};

/// Writes or adds a row whose columns lie sorted by their remainder modulo the stride, in parts `part_width` apart.
template <class T>
void put_in_order(T* row, Index width, const T* sorted, Index part_width, Index stride, bool adds) {
  if (stride == 1 && !adds) {
    std::copy(sorted, sorted + width, row);
  } else if (stride == 2 && !adds) {  // as below; compilers vectorise it when they know the stride
    for (Index k = 0; 2 * k + 1 < width; ++k) {
      row[2 * k] = sorted[k];
      row[2 * k + 1] = sorted[part_width + k];
    }
    if (width % 2 == 1) row[width - 1] = sorted[width / 2];
  } else {
    for (Index part = 0; part < stride; ++part, sorted += part_width) {
      for (Index k = 0, column = part; column < width; ++k, column += stride) {
        row[column] = (adds ? row[column] : T(0)) + sorted[k];
      }
    }
  }
}

/// Outputs of one vector: row, first column, and how many of its lanes are outputs.
struct OutputVector {
  Index row, column, lanes;
};

/// The vectors that the rows of outputs are cut into, counted row after row.
template <class T>
struct OutputVectors {
  Index rows, columns;
  Index per_row;

  OutputVectors(Index rows_, Index columns_)
      : rows(rows_), columns(columns_), per_row((columns + vector_lanes<T> - 1) / vector_lanes<T>) {}

  /// The first vector of a row; of the row behind the last, and of all further ones, the number of vectors.
  Index first_of(Index row) const { return std::min(row, rows) * per_row; }

  OutputVector at(Index vector) const {
    const Index column = vector % per_row * vector_lanes<T>;
    return {vector / per_row, column, std::min(vector_lanes<T>, columns - column)};
  }

  /// Rows that are computed together: some vectors of each filter, while the inputs that they share are in the
  /// first-level cache. From 2 to 16 vectors the time changes by 1%.
  Index band() const { return std::max<Index>(1, 8 / std::max<Index>(1, per_row)); }
};

}  // namespace detail

}  // namespace tinyhtr
