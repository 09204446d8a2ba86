// The transpose of a matrix in memory.
#pragma once

#include "tinyhtr/core/simd.hpp"

namespace tinyhtr {

/// to[k * to_stride + r] = from[r * from_stride + k], in square blocks of whole vectors as far as they go. Strides may
/// be negative.
template <class T>
void transpose(T* to, Index to_stride, const T* from, Index from_stride, Index rows, Index columns) {
  constexpr Index lanes = vector_lanes<T>;
  const Index whole_rows = rows / lanes * lanes, whole_columns = columns / lanes * lanes;
  for (Index r = 0; r < whole_rows; r += lanes) {
    for (Index k = 0; k < whole_columns; k += lanes) {
      transpose_block(to + k * to_stride + r, to_stride, from + r * from_stride + k, from_stride);
    }
  }
  for (Index r = 0; r < rows; ++r) {  // what is left of the rows, and of the columns
    for (Index k = r < whole_rows ? whole_columns : 0; k < columns; ++k) {
      to[k * to_stride + r] = from[r * from_stride + k];
    }
  }
}

}  // namespace tinyhtr
