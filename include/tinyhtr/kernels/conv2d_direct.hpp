// Two-dimensional convolution without a matrix of columns: sums that stay in registers while the kernel slides.
#pragma once

#include <algorithm>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/core/scratch.hpp"
#include "tinyhtr/core/simd.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/kernels/conv2d_weight_gradient.hpp"
#include "tinyhtr/kernels/conv_sizes.hpp"
#include "tinyhtr/kernels/gradient.hpp"
#include "tinyhtr/kernels/padded_planes.hpp"

namespace tinyhtr {

/// Convolution in blocks of registers. The products are those of Naive, added up in another order.
///
/// Forward, innermost first: a block of 8 filters x 2 vectors of outputs is 16 sums, half of AVX-512's registers; each
/// kernel position of each channel adds 8 weights times 2 vectors to it, 10 loads for 16 multiply-adds, so that the
/// multipliers, not the loads, are what is waited for. Only when all channels are through is a sum written. (With 16
/// registers instead of AVX-512's 32, the blocks are of 4 filters.)
/// Source for the idea: Georganas et al., "Anatomy of high-performance deep learning convolutions on SIMD
/// architectures", SC 2018.
struct Direct {
  /// As Naive::forward, with the same arguments.
  template <class T>
  static void forward(Tensor<T>& y, const Tensor<T>& x, const Tensor<T>& weight, const Tensor<T>* bias,
                      const ConvGeometry& geometry) {
    const ConvSizes sizes("conv2d_forward", x, weight, geometry);
    sizes.check_bias(bias);
    y.resize(sizes.output());
    const Window &rows = sizes.rows, &cols = sizes.cols;
    const Index channels = sizes.channels, filters = sizes.filters;
    detail::PaddedPlanes<T> planes(cols.stride, (rows.output - 1) * rows.stride + rows.kernel, cols.output,
                                   cols.kernel - 1);
    std::vector<Index> tap_offsets;  // of kernel position (i, j), from where position (0, 0) reads
    for (Index c = 0; c < channels; ++c) {
      for (Index i = 0; i < rows.kernel; ++i) {
        for (Index j = 0; j < cols.kernel; ++j) tap_offsets.push_back(c * planes.plane_size + planes.offset(i, j));
      }
    }
    std::vector<Index> taps(static_cast<std::size_t>(rows.kernel * cols.kernel));
    std::iota(taps.begin(), taps.end(), Index{0});
    const Tensor<T> packed =
        pack(weight.data(), filters, channels * rows.kernel * cols.kernel, channels, rows.kernel * cols.kernel, taps);
    const detail::OutputVectors<T> outputs(rows.output, cols.output);
    parallel_for(sizes.batch, [&](Index n) {
      detail::PaddedPlanes<T> own = planes;
      T* memory = scratch<T, 0>(channels * own.plane_size);
      const T* in = x.data() + n * channels * rows.input * cols.input;
      T* image = y.data() + n * filters * rows.output * cols.output;
      Index filled = 0;  // rows of the planes
      for (Index top = 0; top < rows.output; top += outputs.band()) {
        const Index bottom = std::min(rows.output, top + outputs.band());
        const Index needed = (bottom - 1) * rows.stride + rows.kernel;
        own.fill(memory, in, channels, rows.input, cols.input, rows.before, cols.before, filled, needed);
        filled = needed;
        correlate(packed, filters, tap_offsets, own, rows.stride, outputs.of_rows(top, bottom),
                  Place<T>{image, rows.output * cols.output, cols.output},
                  [bias](Index f, const Vector<T>& sum) { return sum + (bias ? bias->data()[f] : T(0)); });
      }
    });
  }

  /// As Naive::backward, with the same arguments. dx is a convolution of dy with the kernel turned round, one for each
  /// remainder of the input's rows and columns modulo the stride; dweight sums products of x and dy over all outputs.
  template <class T>
  static void backward(Tensor<T>* dx, Tensor<T>* dweight, Tensor<T>* dbias, const Tensor<T>& dy, const Tensor<T>& x,
                       const Tensor<T>& weight, const ConvGeometry& geometry) {
    const ConvSizes sizes("conv2d_backward", x, weight, geometry);
    sizes.check_backward(dx, dweight, dbias, dy, x, weight);
    if (dx) backward_input(*dx, dy, weight, sizes);
    if (dweight) detail::WeightGradient<T>(sizes).add_to(*dweight, dy, x);
    if (dbias) detail::sum_over_pixels(*dbias, dy);
  }

 private:
  static constexpr Index filter_block = vector_bytes == 64 ? 8 : 4;

  /// Weights in the order in which correlate reads them: (block of filters, channel, tap, filter of the block), with
  /// zeros where the last block is not full. Filter f, channel c, tap t is at weight[f filter_step + c channel_step +
  /// taps[t]].
  template <class T>
  static Tensor<T> pack(const T* weight, Index filters, Index filter_step, Index channels, Index channel_step,
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

  /// For every filter f and every vector of outputs: finish(f, sum over channels and taps of weight * input).
  /// tap_offsets: where each tap of each channel reads, seen from its output, channel by channel.
  template <class T, class Finish>
  static void correlate(const Tensor<T>& packed, Index filters, const std::vector<Index>& tap_offsets,
                        const detail::PaddedPlanes<T>& planes, Index row_stride,
                        std::span<const detail::OutputVector> outputs, const Place<T>& place, const Finish& finish) {
    const Index taps = static_cast<Index>(tap_offsets.size());
    for (Index first = 0; first < filters; first += filter_block) {
      const Block<T> block{packed.data() + first * taps,
                           tap_offsets.data(),
                           taps,
                           planes,
                           row_stride,
                           first,
                           std::min(filter_block, filters - first),
                           place};
      const detail::OutputVector *output = outputs.data(), *end = output + outputs.size();
      for (; end - output > 4 || end - output == 3; output += 3) correlate_block<3>(block, output, finish);
      for (; end - output >= 2; output += 2) correlate_block<2>(block, output, finish);
      for (; output < end; ++output) correlate_block<1>(block, output, finish);
    }
  }

  /// A block of filters, with all that its sums are made of.
  template <class T>
  struct Block {
    const T* weights;          // (tap, filter of the block)
    const Index* tap_offsets;  // (tap)
    Index taps;
    const detail::PaddedPlanes<T>& planes;
    Index row_stride;
    Index first_filter, filters;
    Place<T> place;
  };

  template <Index vectors, class T, class Finish>
  static void correlate_block(const Block<T>& block, const detail::OutputVector* outputs, const Finish& finish) {
    const T* from[vectors];
    T* to[vectors];
    bool whole = block.filters == filter_block;
    for (Index v = 0; v < vectors; ++v) {
      // No stride on the column: the parts of a row have it, and a tap's offset says in which part it lies.
      from[v] = block.planes.data + outputs[v].row * block.row_stride * block.planes.row_size + outputs[v].column;
      to[v] = block.place.data + block.first_filter * block.place.filter_step + outputs[v].row * block.place.row_step +
              outputs[v].column;
      whole = whole && outputs[v].lanes == vector_lanes<T>;
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
    // Loops of fixed length, which the compiler unrolls, so that the sums never leave their registers.
    for (Index f = 0; f < filter_block; ++f) {
      for (Index v = 0; v < vectors; ++v) {
        T* const target = to[v] + f * block.place.filter_step;
        if (whole) {
          store_vector<T>(target, finish(block.first_filter + f, sums[f][v]));
        } else if (f < block.filters) {
          store_lanes<T>(target, finish(block.first_filter + f, sums[f][v]), outputs[v].lanes);
        }
      }
    }
  }

  /// dx[n,c,h,w] += sum over f,i,j of weight[f,c,i,j] dy[n,f,p,q], where h = p s_h - before + i, w likewise.
  ///
  /// Which p reaches row h through kernel row i? p = (h + before - i) / s_h, where that is a whole number. Write
  /// h = r s_h + a, with the remainder a: then i has the remainder (a + before) mod s_h, and
  ///
  ///     p = r + (a + before - i) / s_h
  ///
  /// So for one a, rows r side by side read rows p side by side, at a fixed distance for each i: a correlation at
  /// stride 1 with a part of the kernel. Columns likewise. It goes the other way round than forward: its outputs are
  /// pixels of dx, its filters the channels c, its channels the filters f.
  template <class T>
  static void backward_input(Tensor<T>& dx, const Tensor<T>& dy, const Tensor<T>& weight, const ConvSizes& sizes) {
    const Window &rows = sizes.rows, &cols = sizes.cols;
    const Index channels = sizes.channels, filters = sizes.filters;
    const Index above = rows.kernel, left = cols.kernel;  // zeros, at least as many as a kernel position reaches back
    const Index height = (rows.input - 1) / rows.stride + 1, width = (cols.input - 1) / cols.stride + 1;
    const detail::PaddedPlanes<T> planes(1, above + height + rows.kernel, width, left + cols.kernel);
    struct Part {
      Index row_remainder, column_remainder;
      std::vector<Index> tap_offsets;
      Tensor<T> packed;
      detail::OutputVectors<T> outputs;
    };
    std::vector<Part> parts;
    for (Index a = 0; a < std::min(rows.stride, rows.input); ++a) {
      for (Index b = 0; b < std::min(cols.stride, cols.input); ++b) {
        Part part{a,
                  b,
                  {},
                  {},
                  {(rows.input - a + rows.stride - 1) / rows.stride, (cols.input - b + cols.stride - 1) / cols.stride}};
        std::vector<Index> positions;  // in the kernel
        std::vector<Index> offsets;    // from where its outputs stand
        for (Index i = (a + rows.before) % rows.stride; i < rows.kernel; i += rows.stride) {
          for (Index j = (b + cols.before) % cols.stride; j < cols.kernel; j += cols.stride) {
            positions.push_back(i * cols.kernel + j);
            offsets.push_back(
                planes.offset(above + (a + rows.before - i) / rows.stride, left + (b + cols.before - j) / cols.stride));
          }
        }
        if (positions.empty()) continue;
        for (Index f = 0; f < filters; ++f) {
          for (const Index offset : offsets) part.tap_offsets.push_back(f * planes.plane_size + offset);
        }
        part.packed = pack(weight.data(), channels, rows.kernel * cols.kernel, filters,
                           channels * rows.kernel * cols.kernel, positions);
        parts.push_back(std::move(part));
      }
    }
    const bool adds = holds_gradient(dx, "conv2d_backward", "dx", {sizes.batch, channels, rows.input, cols.input});
    const bool has_gaps = static_cast<Index>(parts.size()) < rows.stride * cols.stride;  // pixels that no output sees
    const Index part_width = detail::PaddedPlanes<T>::whole_vectors(width), row_size = cols.stride * part_width;
    const Index band = detail::OutputVectors<T>(height, width).band();  // rows r
    parallel_for(sizes.batch, [&](Index n) {
      detail::PaddedPlanes<T> own = planes;
      T* memory = scratch<T, 0>(filters * own.plane_size);
      const T* gradient = dy.data() + n * filters * rows.output * cols.output;
      T* image = dx.data() + n * channels * rows.input * cols.input;
      // The band as the parts make it, (C, rows of dx, columns sorted by their remainder).
      const Index band_rows = band * rows.stride;
      T* sorted = scratch<T, 1>(channels * band_rows * row_size);
      if (has_gaps) std::fill(sorted, sorted + channels * band_rows * row_size, T(0));
      Index filled = 0;
      for (Index top = 0; top < height; top += band) {
        const Index bottom = std::min(height, top + band), needed = above + bottom + rows.kernel;
        own.fill(memory, gradient, filters, rows.output, cols.output, above, left, filled, needed);
        filled = needed;
        for (const Part& part : parts) {
          T* first = sorted + part.row_remainder * row_size + part.column_remainder * part_width;
          correlate(part.packed, channels, part.tap_offsets, own, 1, part.outputs.of_rows(top, bottom),
                    Place<T>{first - top * rows.stride * row_size, band_rows * row_size, rows.stride * row_size},
                    [](Index, const Vector<T>& sum) { return sum; });
        }
        const Index first_row = top * rows.stride, last_row = std::min(rows.input, bottom * rows.stride);
        for (Index c = 0; c < channels; ++c) {
          for (Index h = first_row; h < last_row; ++h) {
            detail::put_in_order(image + (c * rows.input + h) * cols.input, cols.input,
                                 sorted + (c * band_rows + h - first_row) * row_size, part_width, cols.stride, adds);
          }
        }
      }
    });
  }
};

}  // namespace tinyhtr
