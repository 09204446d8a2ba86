// The gradient of a convolution's weights, as sums that stay in registers while the image passes by.
#pragma once

#include <algorithm>

#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/core/scratch.hpp"
#include "tinyhtr/core/simd.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/kernels/channel_sums.hpp"
#include "tinyhtr/kernels/conv_sizes.hpp"
#include "tinyhtr/kernels/tap_sums.hpp"
#include "tinyhtr/kernels/transpose.hpp"

namespace tinyhtr {

namespace detail {

/// dweight[f,c,i,j] += sum over n,p,q of dy[n,f,p,q] x[n,c, p s_h - before + i, q s_w - before + j], and
/// dbias[f] += sum over n,p,q of dy[n,f,p,q].
///
/// Sums over pixels, so pixels have to pass by and everything else to lie side by side. Planes are transposed to
/// that order, channels innermost. Images that have their channels last already stay where they are, if KW C fills
/// vectors and few outputs stand at the edges: of those, which see zeros, the inputs are copied. Then the inputs that
/// an output (p, q) sees through kernel row i are KW C numbers side by side, at any stride, and each output adds the
/// product of a column (its F gradients) with a row (those inputs) to a matrix (F, KW C) of sums. From the inside:
///
///   - A block of 8 filters x 3 vectors of that matrix stays in registers. A pixel costs 3 loads of inputs, 8 loads of
///     gradients, 24 multiply-adds: the multipliers are what is waited for. (4 x 3 with 16 registers.) Where the inputs
///     do not fill a vector, as those of the first layer, it is the other way round: the matrix is (KW C, F), a vector
///     holds filters.
///   - A band of rows passes by each block in turn, 256 KiB that stay in the second-level cache meanwhile; the sums
///     wait in memory from band to band. Bands of 64 KiB take 4% longer, of 16 KiB 16%, of 1 MiB as long. A band's
///     gradients are summed up for the bias while they are there.
///   - Every four images have sums of their own, added up in their order whatever the number of threads.
///
/// On one core with AVX-512 it reaches 75 to 95% of the sgemm rate over the reference network's shapes. Summing with
/// pixels as lanes, without the transposition, reached 65% on large images and 18% on small ones, where the sums of the
/// lanes take longer than the products.
template <class T>
class WeightGradient {
 public:
  explicit WeightGradient(const ConvSizes& sizes)
      : sizes_(sizes),
        channels_(sizes.channels),
        taps_(sizes.cols.kernel * channels_),
        narrow_(taps_ < vector_lanes<T>),
        filters_(whole(sizes.filters, narrow_ ? vector_lanes<T> : filter_block)),
        row_length_(whole(taps_, narrow_ ? 1 : vector_lanes<T>)),
        x_in_place_(sizes.order == ImageOrder::channels_last && row_length_ == taps_ &&
                    (narrow_ ? needs_no_zeros(sizes.rows) && needs_no_zeros(sizes.cols) : has_few_edges(sizes.cols))),
        inner_(x_in_place_ ? inner_outputs(sizes.cols) : Range{0, sizes.cols.output}),
        edges_(sizes.cols.output - (inner_.last - inner_.first)),
        x_row_((x_in_place_ ? sizes.cols.input : (sizes.cols.output - 1) * sizes.cols.stride + sizes.cols.kernel) *
               channels_),
        x_rows_(x_in_place_ ? sizes.rows.input : (sizes.rows.output - 1) * sizes.rows.stride + sizes.rows.kernel),
        x_image_(x_rows_ * x_row_),
        dy_row_(sizes.cols.output * filters_),
        dy_image_(sizes.rows.output * dy_row_) {}

  /// dweight must not be empty; dbias may be null.
  void add_to(Tensor<T>& dweight, Tensor<T>* dbias, const Tensor<T>& dy, const Tensor<T>& x) const {
    const Index groups = (sizes_.batch + images_per_partial_sum - 1) / images_per_partial_sum;
    // (group, kernel row, filter, tap), or (.., tap, filter)
    Tensor<T> sums = Tensor<T>::uninitialized({groups, sizes_.rows.kernel, filters_, row_length_});
    const Index sums_size = sums.size() / std::max<Index>(1, groups);
    Tensor<double> bias_sums(Shape{dbias ? groups : 0, filters_});
    parallel_for(groups, [&](Index group) {
      const Index first = group * images_per_partial_sum;
      const Index last = std::min(sizes_.batch, first + images_per_partial_sum);
      const Index at_once = std::max<Index>(1, second_level_cache / (x_image_ + dy_image_));
      T* own = sums.data() + group * sums_size;
      std::fill(own, own + sums_size, T(0));
      double* const own_bias = dbias ? bias_sums.data() + group * filters_ : nullptr;
      for (Index n = first; n < last; n += at_once) add_images(own, own_bias, dy, x, n, std::min(last, n + at_once));
    });
    const Index kernel_width = sizes_.cols.kernel, positions = sizes_.rows.kernel * kernel_width;
    const Index tap_step = narrow_ ? filters_ : 1;
    parallel_for(sizes_.filters, [&](Index f) {
      add_tap_sums(dweight.data() + f * channels_ * positions, channels_, positions, groups, tap_step,
                   [&](Index group, Index position) {
                     const Index i = position / kernel_width, j = position % kernel_width;
                     return &sums(group, i, 0, 0) + (narrow_ ? f : f * row_length_) + j * channels_ * tap_step;
                   });
    });
    if (dbias) add_partial_sums(*dbias, bias_sums);
  }

 private:
  static constexpr Index filter_block = block_rows;
  static constexpr Index second_level_cache = (Index{1} << 18) / static_cast<Index>(sizeof(T));  // elements in 256 KiB

  static Index whole(Index count, Index block) { return (count + block - 1) / block * block; }

  static bool needs_no_zeros(const Window& window) {
    return window.before == 0 && (window.output - 1) * window.stride + window.kernel <= window.input;
  }

  struct Range {
    Index first, last;
  };

  /// The outputs that see no zeros beside the image.
  static Range inner_outputs(const Window& window) {
    const Index stride = window.stride, end = window.input + window.before - window.kernel + stride;
    const Index last = std::clamp<Index>(end / stride, 0, window.output);
    return {std::min(last, (window.before + stride - 1) / stride), last};
  }

  /// Whether at least half of the outputs see none, so that copies for the others stay smaller than one of the image.
  static bool has_few_edges(const Window& window) {
    const Range inner = inner_outputs(window);
    return 2 * (inner.last - inner.first) >= window.output;
  }

  /// Output rows [top, bottom), counted through the images one after the other.
  struct Band {
    const T* x;
    const T* edges;  // of x in place, the inputs of outputs at the edges: (image, input row, output at an edge, KW C)
    const T* dy;
    Index top, bottom;
  };

  /// Makes pixels of the images [first, last), then adds their products to sums (KH, F, KW C), or (KH, KW C, F); and
  /// their gradients to bias (filters_), if it is not null.
  void add_images(T* sums, double* bias, const Tensor<T>& dy, const Tensor<T>& x, Index first, Index last) const {
    const Window &rows = sizes_.rows, &cols = sizes_.cols;
    const Index edges_image = x_rows_ * edges_ * taps_;
    T* const work = scratch<T, 0>((last - first) * (x_in_place_ ? edges_image : x_image_) + vector_lanes<T>);
    const T* const x_pixels = x_in_place_ ? x.data() + first * x_image_ : work;
    const Index pixels = rows.output * cols.output;
    const bool in_place = sizes_.order == ImageOrder::channels_last && filters_ == sizes_.filters;
    T* dy_copy = in_place ? nullptr : scratch<T, 1>((last - first) * dy_image_);
    const T* dy_pixels = in_place ? dy.data() + first * pixels * filters_ : dy_copy;
    for (Index n = first; n < last; ++n) {
      const T* const image = x.data() + n * channels_ * rows.input * cols.input;
      if (x_in_place_) {
        fill_edges(work + (n - first) * edges_image, image);
      } else {
        fill_input(work + (n - first) * x_image_, image);
      }
      if (in_place) continue;
      T* gradient = dy_copy + (n - first) * dy_image_;
      const T* from = dy.data() + n * sizes_.filters * pixels;
      if (filters_ != sizes_.filters) std::fill(gradient, gradient + dy_image_, T(0));
      if (sizes_.order == ImageOrder::channels_first) {
        transpose(gradient, filters_, from, pixels, sizes_.filters, pixels);
      } else {
        for (Index k = 0; k < pixels; ++k) {
          std::copy(from + k * sizes_.filters, from + (k + 1) * sizes_.filters, gradient + k * filters_);
        }
      }
    }
    const Index row_count = (last - first) * rows.output;
    const Index band = std::max<Index>(1, second_level_cache / (rows.stride * x_row_ + dy_row_));
    for (Index top = 0; top < row_count; top += band) {
      const Index bottom = std::min(row_count, top + band);
      const Band rows_of_band{x_pixels, x_in_place_ ? work : nullptr, dy_pixels, top, bottom};
      if (narrow_) {
        add_narrow(sums, rows_of_band);
      } else {
        add_wide(sums, rows_of_band);
      }
      if (bias) add_pixels(bias, dy_pixels + top * dy_row_, (bottom - top) * cols.output, filters_);
    }
  }

  /// Adds the products of a band to sums (KH, F, KW C), block by block.
  void add_wide(T* sums, const Band& band) const {
    for (Index i = 0; i < sizes_.rows.kernel; ++i) {
      for (Index f = 0; f < filters_; f += filter_block) {
        T* block = sums + (i * filters_ + f) * row_length_;
        constexpr Index lanes = vector_lanes<T>;
        Index k = 0;
        for (; row_length_ - k > 4 * lanes || row_length_ - k == 3 * lanes; k += 3 * lanes) {
          add_block<3>(block, band, i, f, k);
        }
        for (; k + 2 * lanes <= row_length_; k += 2 * lanes) add_block<2>(block, band, i, f, k);
        if (k < row_length_) add_block<1>(block, band, i, f, k);
      }
    }
  }

  /// An image (C,H,W) or (H,W,C) as (rows, columns, C), with the zeros around that the kernel looks at.
  void fill_input(T* pixels, const T* image) const {
    const Window &rows = sizes_.rows, &cols = sizes_.cols;
    const Index width = x_row_ / channels_;
    const Index left = std::min(cols.before, width), used = std::min(cols.input, width - left);
    for (Index row = 0; row * x_row_ < x_image_; ++row) {
      T* line = pixels + row * x_row_;
      const Index source = row - rows.before;
      if (source < 0 || source >= rows.input) {
        std::fill(line, line + x_row_, T(0));
        continue;
      }
      std::fill(line, line + left * channels_, T(0));
      T* const to = line + left * channels_;
      if (sizes_.order == ImageOrder::channels_first) {
        transpose(to, channels_, image + source * cols.input, rows.input * cols.input, channels_, used);
      } else {
        const T* from = image + source * cols.input * channels_;
        std::copy(from, from + used * channels_, to);
      }
      std::fill(line + (left + used) * channels_, line + x_row_, T(0));
    }
  }

  /// Of an image (H,W,C), what outputs at the edges see of each row (H, edges, KW C), with zeros beside it.
  void fill_edges(T* to, const T* image) const {
    const Window& cols = sizes_.cols;
    for (Index row = 0; row < x_rows_; ++row, image += x_row_) {
      for (Index edge = 0; edge < edges_; ++edge) {
        const Index q = edge < inner_.first ? edge : edge - inner_.first + inner_.last;
        for (Index j = 0; j < cols.kernel; ++j, to += channels_) {
          const Index column = q * cols.stride - cols.before + j;
          if (column < 0 || column >= cols.input) {
            std::fill(to, to + channels_, T(0));
          } else {
            std::copy_n(image + column * channels_, channels_, to);
          }
        }
      }
    }
  }

  /// Adds the products of a band to `vectors` vectors of a block of filters, from column k on.
  template <Index vectors>
  void add_block(T* sums, const Band& band, Index i, Index f, Index k) const {
    constexpr Index lanes = vector_lanes<T>;
    Vector<T> block[filter_block][vectors];
    for (Index m = 0; m < filter_block; ++m) {
      for (Index v = 0; v < vectors; ++v) block[m][v] = load_vector(sums + m * row_length_ + k + v * lanes);
    }
    const Index step = sizes_.cols.stride * channels_, filters = filters_;
    const Index above = x_in_place_ ? sizes_.rows.before : 0, left = x_in_place_ ? sizes_.cols.before : 0;
    const Index columns = sizes_.cols.output, taps = taps_;
    const Range inner = inner_;
    // Of a row, the outputs of a range, the inputs of the first one at line + offset, those of the next ones `between`
    // further each. (Added only where there are outputs, for without them line + offset may stand before the image.)
    const auto add_run = [&](const T* line, Index offset, Index between, const T* gradients, const Range& outputs) {
      if (outputs.first >= outputs.last) return;
      const T *x = line + offset, *dy = gradients + outputs.first * filters;
      for (Index q = outputs.first; q < outputs.last; ++q, x += between, dy += filters) {
        Vector<T> inputs[vectors];
        for (Index v = 0; v < vectors; ++v) inputs[v] = load_vector(x + v * lanes);
        for (Index m = 0; m < filter_block; ++m) {
          for (Index v = 0; v < vectors; ++v) block[m][v] += dy[m] * inputs[v];
        }
      }
    };
    for (Index row = band.top; row < band.bottom; ++row) {
      const Index n = row / sizes_.rows.output, p = row % sizes_.rows.output;
      const Index source = p * sizes_.rows.stride + i - above;
      if (source < 0 || source >= x_rows_) continue;
      const T* const dy = band.dy + row * dy_row_ + f;
      add_run(band.x + n * x_image_ + source * x_row_, inner.first * step - left * channels_ + k, step, dy, inner);
      if (edges_ == 0) continue;
      const T* const edges = band.edges + (n * x_rows_ + source) * edges_ * taps;
      add_run(edges, k, taps, dy, {0, inner.first});
      add_run(edges, inner.first * taps + k, taps, dy, {inner.last, columns});
    }
    for (Index m = 0; m < filter_block; ++m) {
      for (Index v = 0; v < vectors; ++v) store_vector<T>(sums + m * row_length_ + k + v * lanes, block[m][v]);
    }
  }

  /// Adds the products of a band to sums (KH, KW C, F): all of a 3x3 kernel over colour at once where there are
  /// registers enough; else of each kernel row 9 taps, which are 3 columns over colour, or 3, over grey, at a time.
  void add_narrow(T* sums, const Band& band) const {
    if (vector_bytes == 64 && sizes_.rows.kernel == 3 && taps_ == 9) return add_taps<3, 9>(sums, band, 0, 0);
    for (Index i = 0; i < sizes_.rows.kernel; ++i) {
      Index tap = 0;
      for (; tap + 9 <= taps_; tap += 9) add_taps<1, 9>(sums, band, i, tap);
      for (; tap + 3 <= taps_; tap += 3) add_taps<1, 3>(sums, band, i, tap);
      for (; tap < taps_; ++tap) add_taps<1, 1>(sums, band, i, tap);
    }
  }

  /// Of some kernel rows from i on, some taps from `tap` on.
  template <Index kernel_rows, Index count>
  void add_taps(T* sums, const Band& band, Index i, Index tap) const {
    const Index step = sizes_.cols.stride * channels_, columns = sizes_.cols.output, filters = filters_;
    const Index x_row = x_row_;
    for (Index f = 0; f < filters; f += vector_lanes<T>) {
      T* const place = sums + (i * taps_ + tap) * filters + f;
      Vector<T> block[kernel_rows][count];
      for (Index k = 0; k < kernel_rows; ++k) {
        for (Index m = 0; m < count; ++m) block[k][m] = load_vector(place + (k * taps_ + m) * filters);
      }
      for (Index row = band.top; row < band.bottom; ++row) {
        const Index n = row / sizes_.rows.output, p = row % sizes_.rows.output;
        const T* x = band.x + n * x_image_ + (p * sizes_.rows.stride + i) * x_row + tap;
        const T* dy = band.dy + row * dy_row_ + f;
        for (Index q = 0; q < columns; ++q, x += step, dy += filters) {
          const Vector<T> gradient = load_vector(dy);
          for (Index k = 0; k < kernel_rows; ++k) {
            for (Index m = 0; m < count; ++m) block[k][m] += x[k * x_row + m] * gradient;
          }
        }
      }
#pragma GCC unroll 3
      for (Index k = 0; k < kernel_rows; ++k) {
#pragma GCC unroll 9
        for (Index m = 0; m < count; ++m) store_vector<T>(place + (k * taps_ + m) * filters, block[k][m]);
      }
    }
  }

  const ConvSizes sizes_;
  const Index channels_, taps_;       // taps: KW C, of one kernel row
  const bool narrow_;                 // whether vectors hold filters
  const Index filters_, row_length_;  // filters and taps rounded up to whole blocks and vectors
  const bool x_in_place_;
  const Range inner_;  // of a row's outputs, those that x in place has all inputs of
  const Index edges_;  // outputs of a row that it has not
  const Index x_row_, x_rows_, x_image_, dy_row_, dy_image_;  // elements, transposed
};

}  // namespace detail

}  // namespace tinyhtr
