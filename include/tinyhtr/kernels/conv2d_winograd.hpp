// Two-dimensional convolution with fewer products: 3x3 kernels at stride 1, tile by tile.
#pragma once

#include <algorithm>
#include <string>

#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/core/scratch.hpp"
#include "tinyhtr/core/simd.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/kernels/channel_sums.hpp"
#include "tinyhtr/kernels/conv_sizes.hpp"
#include "tinyhtr/kernels/elementwise.hpp"
#include "tinyhtr/kernels/gradient.hpp"
#include "tinyhtr/kernels/small_product.hpp"
#include "tinyhtr/kernels/tap_sums.hpp"
#include "tinyhtr/kernels/winograd_correlation.hpp"
#include "tinyhtr/kernels/winograd_images.hpp"
#include "tinyhtr/kernels/winograd_kernels.hpp"
#include "tinyhtr/kernels/winograd_transforms.hpp"

namespace tinyhtr {

/// Convolution by minimal filtering, F(2x2, 3x3) or F(4x4, 3x3): for 3x3 kernels at stride 1, any padding.
///
///     Y = A^T [ sum over channels of (G g G^T) . (B^T d B) ] A,   with . element by element
///
/// g (3,3) is the kernel of a filter and channel, d the tile of the input that outputs x outputs results look at, Y
/// those results. A tile of 4x4 results takes 36 products for each filter and channel instead of 144; of 2x2, 16
/// instead of 36. The sum over channels is a matrix product for each of the 36 (or 16) positions:
///
///     products[tile, position, f] = sum over c of transformed[tile, position, c] kernels[position, c, f]
///
/// From the inside: vectors hold channels, so images are transposed to pixels of channels first, and back last. Then
///   - a tile is transformed by sums and differences of vectors in registers (winograd_transforms.hpp);
///   - as many tiles are transformed, multiplied and transformed back at a time as take 256 KiB of the second-level
///     cache; where input and output are as many channels as a vector, as take 32 KiB of the first: there products
///     overwrite what they are made of;
///   - the 36 results of a tile lie side by side; in 36 rows of tiles, which may be a power of two apart, they would
///     crowd into few cache sets, and transforming the input would take a quarter longer;
///   - forward and dx take as many images at a time as fill two blocks of products, where an image has only a few
///     tiles, else a band of 64 tiles of one image; that is a piece of parallel work. For the gradient of the weights
///     it is four images. 512 KiB hold their pixels, less than a second-level cache together with the tiles.
///
/// Images with channels last need not be transposed, only copied with zeros around, and results are written where they
/// belong: over the reference network's shapes that takes 8 to 15% less time.
///
/// Digits: the matrices of F(4x4) have elements up to 8, whose sums cancel. In float, the largest error is about 5e-6
/// of the largest result where Direct's is 6e-7 (of the gradient of the weights: 1e-5 where Direct's is 6e-6); F(2x2)
/// is as exact as Direct.
///
/// Source: Lavin, Gray, "Fast algorithms for convolutional neural networks", CVPR 2016; Winograd, "Arithmetic
/// complexity of computations", 1980.
template <int outputs>
struct WinogradTile {
  static_assert(outputs == 2 || outputs == 4, "there are matrices for tiles of 2x2 and 4x4 outputs");

  /// As Naive::forward, with the same arguments; throws ArgumentError for other kernels than 3x3, other strides than 1.
  template <class T>
  static void forward(Tensor<T>& y, const Tensor<T>& x, const Tensor<T>& weight, const Tensor<T>* bias,
                      const ConvGeometry& geometry) {
    const ConvSizes sizes("conv2d_forward", x, weight, geometry);
    check_kernel(sizes);
    run_forward(y, x, KernelSource<T>(weight, false), bias, sizes);
  }

  /// The kernels (F,C,3,3) as forward_prepared takes them, for weights that serve many calls.
  template <class T>
  static Tensor<T> prepare(const Tensor<T>& weight) {
    const Kernels<T> layout(weight.dim(1), weight.dim(0));
    auto kernels = Tensor<T>::uninitialized({positions, layout.between_positions});
    layout.transform(kernels.data(), weight, false);
    return kernels;
  }

  /// y = leaky_relu(convolution + bias + residual), with kernels of prepare(), a slope up to 1, which leaves the
  /// rectifier out, and a residual of y's shape, or none.
  template <class T>
  static void forward_prepared(Tensor<T>& y, const Tensor<T>& x, const Tensor<T>& kernels, const Tensor<T>* bias,
                               const ConvSizes& sizes, T slope = T(1), const Tensor<T>* residual = nullptr) {
    check_kernel(sizes);
    const Kernels<T> layout(sizes.channels, sizes.filters);
    run_forward(y, x, KernelSource<T>(layout, kernels.data()), bias, sizes, slope, residual);
  }

  /// As Naive::backward, with the same arguments; an empty dx counts as zeros, and the last digits of dbias may depend
  /// on whether dweight is wanted, with which it is summed up in other pieces than alone. dx is dy convolved with the
  /// kernels turned round; for the weights, forward is transposed step by step:
  ///
  ///     dg = G^T [ sum over tiles of (B^T d B) . (A dY A^T) ] G
  template <class T>
  static void backward(Tensor<T>* dx, Tensor<T>* dweight, Tensor<T>* dbias, const Tensor<T>& dy, const Tensor<T>& x,
                       const Tensor<T>& weight, const ConvGeometry& geometry) {
    const ConvSizes sizes("conv2d_backward", x, weight, geometry);
    check_kernel(sizes);
    sizes.check_backward(dx, dweight, dbias, dy, x, weight);
    const Window &rows = sizes.rows, &cols = sizes.cols;
    if (dx) {
      const bool adds = holds_gradient(*dx, "conv2d_backward", "dx", x.shape());
      const KernelSource<T> kernels(weight, true);
      const Tensor<T> shift = shift_of<T>(sizes.channels, nullptr);
      const Correlation<T> correlation{
          Images<T>(sizes.order, sizes.filters, rows.output, cols.output, rows.input, cols.input, 2),
          Images<T>(sizes.order, sizes.channels, rows.input, cols.input, rows.input, cols.input, 0),
          2 - rows.before,
          2 - cols.before,
          kernels,
          shift};
      correlation.run(dx->data(), adds, dy.data(), sizes.batch);
    }
    if (dweight && !dweight->empty()) {
      backward_weight(*dweight, dbias, dy, x, sizes);
    } else if (dbias) {
      detail::sum_over_pixels(*dbias, dy, sizes.order);
    }
  }

 private:
  static constexpr Index tile = outputs + 2;       // inputs that a tile of outputs sees, along each axis
  static constexpr Index positions = tile * tile;  // products of a tile, for each channel and filter
  using InputMatrix = detail::WinogradInput<outputs>;
  using KernelMatrix = detail::WinogradKernel<outputs>;
  template <class T>
  using Kernels = detail::WinogradKernels<T, outputs>;
  template <class T>
  using KernelSource = detail::WinogradKernelSource<T, outputs>;
  using OutputMatrix = detail::WinogradOutput<outputs>;
  template <class T>
  using Images = detail::WinogradImages<T, outputs>;
  template <class T>
  using Correlation = detail::WinogradCorrelation<T, outputs>;

  static void check_kernel(const ConvSizes& sizes) {
    const Window &rows = sizes.rows, &cols = sizes.cols;
    if (rows.kernel == 3 && cols.kernel == 3 && rows.stride == 1 && cols.stride == 1) return;
    throw ArgumentError("Winograd: expected a 3x3 kernel at stride 1, found " + std::to_string(rows.kernel) + "x" +
                        std::to_string(cols.kernel) + " at strides " + std::to_string(rows.stride) + " and " +
                        std::to_string(cols.stride) + "; Direct and Automatic take any");
  }

  /// The bias, and zeros up to whole vectors.
  template <class T>
  static Tensor<T> shift_of(Index channels, const Tensor<T>* bias) {
    Tensor<T> shift(Shape{detail::whole_lanes<T>(channels)});
    if (bias) std::copy(bias->begin(), bias->end(), shift.begin());
    return shift;
  }

  template <class T>
  static void run_forward(Tensor<T>& y, const Tensor<T>& x, const KernelSource<T>& kernels, const Tensor<T>* bias,
                          const ConvSizes& sizes, T slope = T(1), const Tensor<T>* residual = nullptr) {
    sizes.check_bias(bias);
    y.resize(sizes.output());
    if (y.empty()) return;
    const Window &rows = sizes.rows, &cols = sizes.cols;
    const Tensor<T> shift = shift_of(sizes.filters, bias);
    const Images<T> output(sizes.order, sizes.filters, rows.output, cols.output, rows.output, cols.output, 0);
    const bool one_pass = !residual || output.is_in_place();
    const Correlation<T> correlation{
        Images<T>(sizes.order, sizes.channels, rows.input, cols.input, rows.output, cols.output, 2),
        output,
        rows.before,
        cols.before,
        kernels,
        shift,
        one_pass ? slope : T(1),
        one_pass && residual ? residual->data() : nullptr};
    correlation.run(y.data(), false, x.data(), sizes.batch);
    if (one_pass) return;
    T* out = y.data();
    const T* added = residual->data();
    parallel_pieces(y.size(), elementwise_piece, [=](Index begin, Index end) {
      for (Index k = begin; k < end; ++k) {
        const T sum = out[k] + added[k];
        out[k] = sum > slope * sum ? sum : slope * sum;
      }
    });
  }

  /// Every four images have sums of their own, added up in their order whatever the number of threads. dbias may be
  /// null.
  template <class T>
  static void backward_weight(Tensor<T>& dweight, Tensor<T>* dbias, const Tensor<T>& dy, const Tensor<T>& x,
                              const ConvSizes& sizes) {
    const Window &rows = sizes.rows, &cols = sizes.cols;
    const Images<T> inputs(sizes.order, sizes.channels, rows.input, cols.input, rows.output, cols.output, 2);
    const Images<T> gradients(sizes.order, sizes.filters, rows.output, cols.output, rows.output, cols.output, 0);
    const Index groups = (sizes.batch + images_per_partial_sum - 1) / images_per_partial_sum;
    const bool in_place = gradients.is_in_place();
    const Index sums_size = Kernels<T>(gradients.lanes, inputs.lanes).between_positions;
    const Index images = detail::winograd_images_at_once<T>(inputs.image_size + gradients.image_size);
    const Index at_once = detail::winograd_tiles_at_once<T, outputs>(inputs.lanes + gradients.lanes);
    Tensor<T> partial = Tensor<T>::uninitialized({groups, 9, sizes.filters, inputs.lanes});
    Tensor<double> bias_sums(Shape{dbias ? groups : 0, gradients.lanes});
    parallel_for(groups, [&](Index group) {
      const Index begin = group * images_per_partial_sum, end = std::min(sizes.batch, begin + images_per_partial_sum);
      T* x_pixels = scratch<T, 0>(images * inputs.image_size);
      T* dy_pixels = in_place ? nullptr : scratch<T, 1>(images * gradients.image_size);
      T* transformed = scratch<T, 2>(at_once * positions * inputs.lanes);
      T* dproducts = scratch<T, 3>(at_once * positions * gradients.lanes);
      T* sums = scratch<T, 4>(positions * sums_size);
      std::fill(sums, sums + positions * sums_size, T(0));
      for (Index n = begin; n < end; n += images) {
        const Index count = std::min(images, end - n), tiles = count * inputs.tiles;
        for (Index k = 0; k < count; ++k) {
          inputs.gather(x_pixels + k * inputs.image_size, x.data() + (n + k) * inputs.elements(), rows.before,
                        cols.before);
          if (!in_place) {
            gradients.gather(dy_pixels + k * gradients.image_size, dy.data() + (n + k) * gradients.elements(), 0, 0);
          }
        }
        const T* const outputs_seen = in_place ? dy.data() + n * gradients.elements() : dy_pixels;
        if (dbias) {  // zeros beside the images change nothing
          detail::add_pixels(bias_sums.data() + group * gradients.lanes, outputs_seen,
                             count * gradients.image_size / gradients.lanes, gradients.lanes);
        }
        for (Index first = 0; first < tiles; first += at_once) {
          const Index last = std::min(tiles, first + at_once);
          inputs.template transform_tiles<InputMatrix>(transformed, x_pixels, first, last);
          gradients.template transform_tiles<detail::Transposed<OutputMatrix>>(dproducts, outputs_seen, first, last);
          for (Index position = 0; position < positions; ++position) {
            detail::small_product<detail::Start::sums, T>(
                {sums + position * sums_size, inputs.lanes},
                {dproducts + position * gradients.lanes, 1, positions * gradients.lanes},
                {transformed + position * inputs.lanes, positions * inputs.lanes}, gradients.lanes, inputs.lanes,
                last - first);
          }
        }
      }
      for (Index f = 0; f < sizes.filters; ++f) {
        for (Index c = 0; c < inputs.lanes; c += vector_lanes<T>) {
          const T* from = sums + f * inputs.lanes + c;
          detail::transform_tile<detail::Transposed<KernelMatrix>, T>(
              [&](Index i, Index j) { return load_vector(from + (i * tile + j) * sums_size); },
              [&](Index i, Index j, const Vector<T>& value) { store_vector(&partial(group, i * 3 + j, f, c), value); });
        }
      }
    });
    parallel_for(sizes.filters, [&](Index f) {
      detail::add_tap_sums(dweight.data() + f * sizes.channels * 9, sizes.channels, 9, groups, 1,
                           [&](Index group, Index tap) { return &partial(group, tap, f, 0); });
    });
    if (dbias) detail::add_partial_sums(*dbias, bias_sums);
  }
};

/// The larger tiles: two thirds of the time of the smaller ones.
using Winograd = WinogradTile<4>;

}  // namespace tinyhtr
