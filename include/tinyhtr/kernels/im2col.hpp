// im2col: an image laid out so that its convolution becomes a matrix product; col2im: its transpose.
#pragma once

#include <algorithm>

#include "tinyhtr/kernels/window.hpp"

namespace tinyhtr {

namespace detail {

/// The outputs [first, last) of a row whose source for kernel position k lies inside the input; all others read zeros.
inline void inside_range(const Window& window, Index k, Index& first, Index& last) {
  const Index shift = window.before - k;  // source = o * stride - shift
  first = shift <= 0 ? 0 : (shift + window.stride - 1) / window.stride;
  const Index past = window.input + shift;  // o * stride < past
  last = past <= 0 ? 0 : std::min(window.output, (past + window.stride - 1) / window.stride);
  first = std::min(first, window.output);
  last = std::max(first, last);
}

}  // namespace detail

/// Copies, for the output rows [row_begin, row_end) of one image, every input that a kernel position sees.
///
///     columns[(c, i, j), (y, x)] = image[c, rows.source(y, i), columns.source(x, j)], or 0 outside the image
///
/// image (C, rows.input, cols.input); columns (C * KH * KW, (row_end - row_begin) * cols.output), written in full.
/// Source: Chellapilla, Puri, Simard, "High performance convolutional neural networks for document processing", 2006.
template <class T>
void im2col(T* columns, const T* image, Index channels, const Window& rows, const Window& cols, Index row_begin,
            Index row_end) {
  const Index width = cols.output;
  for (Index c = 0; c < channels; ++c) {
    for (Index i = 0; i < rows.kernel; ++i) {
      for (Index j = 0; j < cols.kernel; ++j) {
        Index first = 0, last = 0;
        detail::inside_range(cols, j, first, last);
        for (Index y = row_begin; y < row_end; ++y, columns += width) {
          const Index source_row = rows.source(y, i);
          if (source_row < 0 || source_row >= rows.input) {
            std::fill(columns, columns + width, T(0));
            continue;
          }
          const T* line = image + (c * rows.input + source_row) * cols.input;
          std::fill(columns, columns + first, T(0));
          if (cols.stride == 1) {
            std::copy(line + cols.source(first, j), line + cols.source(last, j), columns + first);
          } else {
            for (Index x = first; x < last; ++x) columns[x] = line[cols.source(x, j)];
          }
          std::fill(columns + last, columns + width, T(0));
        }
      }
    }
  }
}

/// The transpose of im2col: adds every column entry to the input that it was copied from.
///
///     image[c, rows.source(y, i), columns.source(x, j)] += columns[(c, i, j), (y, x)], where inside the image
///
/// Shapes as for im2col; image is added to.
template <class T>
void col2im(T* image, const T* columns, Index channels, const Window& rows, const Window& cols, Index row_begin,
            Index row_end) {
  const Index width = cols.output;
  for (Index c = 0; c < channels; ++c) {
    for (Index i = 0; i < rows.kernel; ++i) {
      for (Index j = 0; j < cols.kernel; ++j) {
        Index first = 0, last = 0;
        detail::inside_range(cols, j, first, last);
        for (Index y = row_begin; y < row_end; ++y, columns += width) {
          const Index source_row = rows.source(y, i);
          if (source_row < 0 || source_row >= rows.input) continue;
          T* line = image + (c * rows.input + source_row) * cols.input;
          if (cols.stride == 1) {
            T* target = line + cols.source(first, j);
            for (Index x = first; x < last; ++x) target[x - first] += columns[x];
          } else {
            for (Index x = first; x < last; ++x) line[cols.source(x, j)] += columns[x];
          }
        }
      }
    }
  }
}

}  // namespace tinyhtr
