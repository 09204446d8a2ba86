// The sizes of a convolution, checked once for all of its implementations.
#pragma once

#include "tinyhtr/core/image_order.hpp"
#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/kernels/channel_sums.hpp"
#include "tinyhtr/kernels/window.hpp"

namespace tinyhtr {

/// What a convolution does besides its numbers.
struct ConvGeometry {
  Stride stride{};
  Padding padding = Padding::same;
  ImageOrder order = ImageOrder::channels_first;  ///< of x and y, and of their gradients
};

/// What the shapes of x (N,C,H,W), or (N,H,W,C), and weight (F,C,KH,KW) say. Throws ShapeError where they do not fit
/// each other, ArgumentError as Window does.
struct ConvSizes {
  Index batch, channels, filters;  ///< N, C, F
  Window rows, cols;
  ImageOrder order;

  template <class T>
  ConvSizes(const char* where, const Tensor<T>& x, const Tensor<T>& weight, const ConvGeometry& geometry)
      : ConvSizes(where, x.shape(), weight.shape(), geometry) {}

  ConvSizes(const char* where, const Shape& x, const Shape& weight, const ConvGeometry& geometry)
      : ConvSizes(where, ImageSizes(where, "x", x, geometry.order),
                  (check_rank(where, "weight", weight, "(F,C,KH,KW)"), weight), geometry) {}

  Shape output() const {
    return order == ImageOrder::channels_first ? Shape{batch, filters, rows.output, cols.output}
                                               : Shape{batch, rows.output, cols.output, filters};
  }

  template <class T>
  void check_bias(const Tensor<T>* bias) const {
    if (bias) check_shape("conv2d_forward", "bias", bias->shape(), {filters});
  }

  template <class T>
  void check_backward(const Tensor<T>* dx, const Tensor<T>* dweight, const Tensor<T>* dbias, const Tensor<T>& dy,
                      const Tensor<T>& x, const Tensor<T>& weight) const {
    check_shape("conv2d_backward", "dy", dy.shape(), output());
    if (dx && !dx->empty()) check_shape("conv2d_backward", "dx", dx->shape(), x.shape());
    if (dweight) check_shape("conv2d_backward", "dweight", dweight->shape(), weight.shape());
    if (dbias) check_shape("conv2d_backward", "dbias", dbias->shape(), {filters});
  }

 private:
  ConvSizes(const char* where, const ImageSizes& x, const Shape& weight, const ConvGeometry& geometry)
      : batch(x.batch),
        channels(x.channels),
        filters(weight[0]),
        rows(x.height, weight[2], geometry.stride.height, geometry.padding),
        cols(x.width, weight[3], geometry.stride.width, geometry.padding),
        order(geometry.order) {
    check_shape(where, "weight", weight, {filters, channels, rows.kernel, cols.kernel});
  }
};

/// Images that share a partial sum of dweight, and of dbias. One sum per image takes longer to clear, write and add up:
/// 9% over the network's shapes, 70% for the smallest. One for eight images would take 3% less, but leave a batch of 16
/// to two threads.
inline constexpr Index images_per_partial_sum = 4;

namespace detail {

/// sum += every row of partial (R, size of sum), in order.
template <class T>
void add_rows(Tensor<T>& sum, const Tensor<T>& partial) {
  T* total = sum.data();
  const T* first_row = partial.data();
  const Index count = partial.dim(0), size = sum.size();
  parallel_pieces(size, 4096, [=](Index begin, Index end) {
    for (Index r = 0; r < count; ++r) {
      for (Index i = begin; i < end; ++i) total[i] += first_row[r * size + i];
    }
  });
}

/// dbias[f] += every row of sums (R, F or more), in order.
template <class T>
void add_partial_sums(Tensor<T>& dbias, const Tensor<double>& sums) {
  for (Index f = 0; f < dbias.size(); ++f) {
    double sum = 0;
    for (Index part = 0; part < sums.dim(0); ++part) sum += sums(part, f);
    dbias[f] += static_cast<T>(sum);
  }
}

/// dbias[f] += sum over n, p, q of dy[n,p,q,f]: image by image, then over the images in order.
template <class T>
void sum_over_pixels_last(Tensor<T>& dbias, const Tensor<T>& dy) {
  const ImageSizes sizes("conv2d_backward", "dy", dy.shape(), ImageOrder::channels_last);
  const Index filters = sizes.channels, pixels = sizes.height * sizes.width;
  Tensor<double> sums(Shape{sizes.batch, filters});
  parallel_for(sizes.batch, [&](Index n) {
    add_pixels(sums.data() + n * filters, dy.data() + n * pixels * filters, pixels, filters);
  });
  add_partial_sums(dbias, sums);
}

/// dbias[f] += sum over n, p, q of dy[n,f,p,q].
template <class T>
void sum_over_pixels(Tensor<T>& dbias, const Tensor<T>& dy, ImageOrder order = ImageOrder::channels_first) {
  if (order == ImageOrder::channels_last) return sum_over_pixels_last(dbias, dy);
  const Index batch = dy.dim(0), filters = dy.dim(1), pixels = dy.dim(2) * dy.dim(3);
  parallel_for(filters, [&](Index f) {
    for (Index n = 0; n < batch; ++n) {
      const T* plane = dy.data() + (n * filters + f) * pixels;
      constexpr Index lanes = 16;  // sums side by side, which the compiler keeps in registers
      T sums[lanes] = {};
      Index k = 0;
      for (; k + lanes <= pixels; k += lanes) {
        for (Index lane = 0; lane < lanes; ++lane) sums[lane] += plane[k + lane];
      }
      for (; k < pixels; ++k) sums[0] += plane[k];
      T sum = 0;
      for (const T part : sums) sum += part;
      dbias[f] += sum;
    }
  });
}

}  // namespace detail

}  // namespace tinyhtr
