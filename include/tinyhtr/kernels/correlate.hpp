// Sums of products of a sliding kernel with padded planes, which stay in registers until they are complete.
#pragma once

#include <algorithm>
#include <numeric>
#include <vector>

#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/core/scratch.hpp"
#include "tinyhtr/core/simd.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/kernels/conv_sizes.hpp"
#include "tinyhtr/kernels/padded_planes.hpp"

namespace tinyhtr {

namespace detail {

inline constexpr Index filter_block = block_rows;

/// Weights in the order in which correlate reads them: (block of filters, channel, tap, filter of the block), with
/// zeros where the last block is not full. Filter f, channel c, tap t is at weight[f filter_step + c channel_step +
/// taps[t]].
template <class T>
Tensor<T> pack_filters(const T* weight, Index filters, Index filter_step, Index channels, Index channel_step,
                       const std::vector<Index>& taps) {
  const Index blocks = (filters + filter_block - 1) / filter_block, tap_count = static_cast<Index>(taps.size());
  Tensor<T> packed = Tensor<T>::uninitialized(Shape{blocks, channels, tap_count, filter_block});
  parallel_for(blocks, [&](Index block) {
    const Index count = std::min(filter_block, filters - block * filter_block);
    T* to = packed.data() + block * channels * tap_count * filter_block;
    for (Index c = 0; c < channels; ++c) {
      for (const Index tap : taps) {
        const T* from = weight + block * filter_block * filter_step + c * channel_step + tap;
        if (count == filter_block) {
          for (Index f = 0; f < filter_block; ++f) to[f] = from[f * filter_step];
        } else {
          for (Index f = 0; f < filter_block; ++f) to[f] = f < count ? from[f * filter_step] : T(0);
        }
        to += filter_block;
      }
    }
  });
  return packed;
}

/// Where the outputs of a correlation are written.
template <class T>
struct Place {
  T* data;
  Index filter_step, row_step;
};

/// A block of filters, with all that its sums are made of.
template <class T>
struct Block {
  const T* weights;          // (tap, filter of the block)
  const Index* tap_offsets;  // (tap)
  Index taps;
  const PaddedPlanes<T>& planes;
  Index row_stride;
  Index first_filter, filters;
  Place<T> place;
};

/// The sums of a block of filters for the vectors first, first + 1, ...
template <Index vectors, class T, class Finish>
void correlate_block(const Block<T>& block, const OutputVectors<T>& outputs, Index first, const Finish& finish) {
  const T* from[vectors];
  T* to[vectors];
  Index lanes[vectors];
  bool whole = block.filters == filter_block;
  for (Index v = 0; v < vectors; ++v) {
    const OutputVector output = outputs.at(first + v);
    // No stride on the column: the parts of a row have it, and a tap's offset says in which part it lies.
    from[v] = block.planes.data + output.row * block.row_stride * block.planes.row_size + output.column;
    to[v] = block.place.data + block.first_filter * block.place.filter_step + output.row * block.place.row_step +
            output.column;
    lanes[v] = output.lanes;
    whole = whole && output.lanes == vector_lanes<T>;
  }
  Vector<T> sums[filter_block][vectors] = {};
  const T* weights = block.weights;
  for (Index tap = 0; tap < block.taps; ++tap, weights += filter_block) {
    const Index offset = block.tap_offsets[tap];
    Vector<T> inputs[vectors];
    for (Index v = 0; v < vectors; ++v) inputs[v] = load_vector(from[v] + offset);
    for (Index f = 0; f < filter_block; ++f) {
      for (Index v = 0; v < vectors; ++v) sums[f][v] += weights[f] * inputs[v];
    }
  }
  // A copy, for what follows is too long for clang to unroll: sums that it looks at by variable subscripts would be in
  // memory all the time. g++ unrolls loops of fixed length, and keeps even the copy in registers.
  Vector<T> results[filter_block][vectors];
  for (Index f = 0; f < filter_block; ++f) {
    for (Index v = 0; v < vectors; ++v) results[f][v] = sums[f][v];
  }
  for (Index f = 0; f < filter_block; ++f) {
    for (Index v = 0; v < vectors; ++v) {
      T* const target = to[v] + f * block.place.filter_step;
      if (whole) {
        store_vector<T>(target, finish(block.first_filter + f, results[f][v], target, vector_lanes<T>));
      } else if (f < block.filters) {
        store_lanes<T>(target, finish(block.first_filter + f, results[f][v], target, lanes[v]), lanes[v]);
      }
    }
  }
}

/// For every filter f and every vector of the output rows [top, bottom):
///
///     place = finish(f, sum over channels and taps of weight * input, address, lanes)
///
/// tap_offsets: where each tap of each channel reads, seen from its output, channel by channel; finish: makes the
/// output of the sum, given where it will stand and how many of its lanes will be written.
///
/// A block of 8 filters x 3 vectors of outputs is 24 sums in registers; each tap of each channel adds 8 weights times 3
/// vectors to it, 11 loads for 24 multiply-adds, so that the multipliers, not the loads, are what is waited for. Only
/// when all channels are through is a sum written. (With 16 registers instead of AVX-512's 32, the blocks are of 4
/// filters.) The inner loop runs at the peak of the processor, 171 of 175 GFLOP/s; what a convolution loses of that, it
/// loses between the blocks.
template <class T, class Finish>
void correlate(const Tensor<T>& packed, Index first_filter, Index last_filter, const std::vector<Index>& tap_offsets,
               const PaddedPlanes<T>& planes, Index row_stride, const OutputVectors<T>& outputs, Index top,
               Index bottom, const Place<T>& place, const Finish& finish) {
  const Index taps = static_cast<Index>(tap_offsets.size());
  for (Index filter = first_filter; filter < last_filter; filter += filter_block) {
    const Block<T> block{packed.data() + filter * taps,
                         tap_offsets.data(),
                         taps,
                         planes,
                         row_stride,
                         filter,
                         std::min(filter_block, last_filter - filter),
                         place};
    Index v = outputs.first_of(top);
    const Index end = outputs.first_of(bottom);
    for (; end - v > 4 || end - v == 3; v += 3) correlate_block<3>(block, outputs, v, finish);
    for (; end - v >= 2; v += 2) correlate_block<2>(block, outputs, v, finish);
    for (; v < end; ++v) correlate_block<1>(block, outputs, v, finish);
  }
}

/// The weight (F,C,KH,KW) of a convolution as correlate_images takes it.
template <class T>
Tensor<T> pack_weight(const Tensor<T>& weight) {
  const Index channels = weight.dim(1), positions = weight.dim(2) * weight.dim(3);
  std::vector<Index> taps(static_cast<std::size_t>(positions));
  std::iota(taps.begin(), taps.end(), Index{0});
  return pack_filters(weight.data(), weight.dim(0), channels * positions, channels, positions, taps);
}

/// A convolution: y[n,f,p,q] = finish(f, sum over c,i,j of weight[f,c,i,j] x[n,c, p s_h - pad + i, q s_w - pad + j],
/// ..).
///
/// An image is taken in bands of rows, so that the inputs that a band's outputs share are in the first-level cache
/// while all filters pass over them. With few images, an image is cut into pieces for several threads; no sum is cut,
/// so that the result does not depend on it.
template <class T, class Finish>
void correlate_images(Tensor<T>& y, const Tensor<T>& x, const Tensor<T>& packed, const ConvSizes& sizes,
                      const Finish& finish) {
  const Window &rows = sizes.rows, &cols = sizes.cols;
  const Index channels = sizes.channels, filters = sizes.filters;
  y.resize(sizes.output());
  const PaddedPlanes<T> planes(rows, cols);
  std::vector<Index> tap_offsets;  // of kernel position (i, j), from where position (0, 0) reads
  for (Index c = 0; c < channels; ++c) {
    for (Index i = 0; i < rows.kernel; ++i) {
      for (Index j = 0; j < cols.kernel; ++j) tap_offsets.push_back(c * planes.plane_size + planes.offset(i, j));
    }
  }
  const OutputVectors<T> outputs(rows.output, cols.output);
  const Index bands = (rows.output + outputs.band() - 1) / outputs.band();
  const Index blocks = (filters + filter_block - 1) / filter_block;
  constexpr Index few_images = 4, pieces_of_few = 4;
  const Index row_pieces = sizes.batch < few_images ? std::min(bands, pieces_of_few) : 1;
  const Index filter_pieces = sizes.batch < few_images && bands == 1 ? std::min(blocks, pieces_of_few) : 1;
  const Index piece_rows = (bands + row_pieces - 1) / std::max<Index>(1, row_pieces) * outputs.band();
  const Index piece_filters = (blocks + filter_pieces - 1) / std::max<Index>(1, filter_pieces) * filter_block;
  const Index pieces = row_pieces * filter_pieces;
  parallel_for(sizes.batch * pieces, [&](Index task) {
    const Index n = task / pieces, row_piece = task % pieces / filter_pieces, filter_piece = task % filter_pieces;
    const Index first_filter = filter_piece * piece_filters, first_row = row_piece * piece_rows;
    const Index last_row = std::min(rows.output, first_row + piece_rows);
    PaddedPlanes<T> own = planes;
    T* memory = scratch<T, 0>(channels * own.plane_size);
    const T* in = x.data() + n * channels * rows.input * cols.input;
    T* image = y.data() + n * filters * rows.output * cols.output;
    Index filled = first_row * rows.stride;  // rows of the planes
    for (Index top = first_row; top < last_row; top += outputs.band()) {
      const Index bottom = std::min(last_row, top + outputs.band());
      const Index needed = (bottom - 1) * rows.stride + rows.kernel;
      own.fill(memory, in, channels, rows.input, cols.input, rows.before, cols.before, filled, needed);
      filled = needed;
      correlate(packed, first_filter, std::min(filters, first_filter + piece_filters), tap_offsets, own, rows.stride,
                outputs, top, bottom, Place<T>{image, rows.output * cols.output, cols.output}, finish);
    }
  });
}

}  // namespace detail

}  // namespace tinyhtr
