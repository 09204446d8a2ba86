// Two-dimensional convolution without a matrix of columns: sums that stay in registers while the kernel slides.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/core/scratch.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/kernels/conv2d_pixels.hpp"
#include "tinyhtr/kernels/conv2d_weight_gradient.hpp"
#include "tinyhtr/kernels/conv_sizes.hpp"
#include "tinyhtr/kernels/correlate.hpp"
#include "tinyhtr/kernels/gradient.hpp"
#include "tinyhtr/kernels/padded_planes.hpp"

namespace tinyhtr {

/// Convolution in blocks of registers. The products are those of Naive, added up in another order.
///
/// Forward slides the kernel over padded planes, see correlate; backward by the input is the same with the kernel
/// turned round; backward by the weights sums over pixels instead, see WeightGradient. With channels last, planes are
/// pixels, and a row of outputs is a matrix product, see PixelCorrelation. Source for the idea: Georganas
/// et al., "Anatomy of high-performance deep learning convolutions on SIMD architectures", SC 2018.
struct Direct {
  /// As Naive::forward, with the same arguments.
  template <class T>
  static void forward(Tensor<T>& y, const Tensor<T>& x, const Tensor<T>& weight, const Tensor<T>* bias,
                      const ConvGeometry& geometry) {
    const ConvSizes sizes("conv2d_forward", x, weight, geometry);
    sizes.check_bias(bias);
    if (sizes.order == ImageOrder::channels_last) {
      return detail::forward_pixels(y, x, detail::pack_weight_by_pixels(weight), bias, sizes);
    }
    const T* added = bias ? bias->data() : nullptr;
    detail::correlate_images(y, x, detail::pack_weight(weight), sizes,
                             [=](Index f, const Vector<T>& sum, T*, Index) { return sum + (added ? added[f] : T(0)); });
  }

  /// As Naive::backward, with the same arguments. dx is a convolution of dy with the kernel turned round, one for each
  /// remainder of the input's rows and columns modulo the stride; dweight sums products of x and dy over all outputs.
  /// The last digits of dbias may depend on whether dweight is wanted, with which it is summed up in other pieces than
  /// alone.
  template <class T>
  static void backward(Tensor<T>* dx, Tensor<T>* dweight, Tensor<T>* dbias, const Tensor<T>& dy, const Tensor<T>& x,
                       const Tensor<T>& weight, const ConvGeometry& geometry) {
    const ConvSizes sizes("conv2d_backward", x, weight, geometry);
    sizes.check_backward(dx, dweight, dbias, dy, x, weight);
    if (dx && sizes.order == ImageOrder::channels_last) {
      detail::backward_input_pixels(*dx, dy, weight, sizes);
    } else if (dx) {
      backward_input(*dx, dy, weight, sizes);
    }
    if (dweight && !dweight->empty()) {
      detail::WeightGradient<T>(detail::in_one_row(sizes)).add_to(*dweight, dbias, dy, x);
    } else if (dbias) {
      detail::sum_over_pixels(*dbias, dy, sizes.order);
    }
  }

 private:
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
        part.packed = detail::pack_filters(weight.data(), channels, rows.kernel * cols.kernel, filters,
                                           channels * rows.kernel * cols.kernel, positions);
        parts.push_back(std::move(part));
      }
    }
    const bool adds = holds_gradient(dx, "conv2d_backward", "dx", {sizes.batch, channels, rows.input, cols.input});
    const bool has_gaps = static_cast<Index>(parts.size()) < rows.stride * cols.stride;  // pixels that no output sees
    const Index part_width = whole_vectors<T>(width), row_size = cols.stride * part_width;
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
          detail::correlate(
              part.packed, 0, channels, part.tap_offsets, own, 1, part.outputs, top, bottom,
              detail::Place<T>{first - top * rows.stride * row_size, band_rows * row_size, rows.stride * row_size},
              [](Index, const Vector<T>& sum, T*, Index) { return sum; });
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
