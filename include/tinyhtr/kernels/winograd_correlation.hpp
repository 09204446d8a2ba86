// Images correlated with transformed kernels, tile by tile: what Winograd's forward pass shares with its dx.
#pragma once

#include <algorithm>

#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/core/scratch.hpp"
#include "tinyhtr/core/simd.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/kernels/conv_sizes.hpp"
#include "tinyhtr/kernels/small_product.hpp"
#include "tinyhtr/kernels/winograd_images.hpp"
#include "tinyhtr/kernels/winograd_kernels.hpp"
#include "tinyhtr/kernels/winograd_transforms.hpp"

namespace tinyhtr {

namespace detail {

/// Tiles whose transforms and products take 256 KiB, but at least one block of small_product. From 32 KiB to 2 MiB the
/// time changes by 3% (bench/README.md, "Block sizes").
template <class T, int outputs>
Index winograd_tiles_at_once(Index lanes) {
  constexpr Index elements = (Index{1} << 18) / static_cast<Index>(sizeof(T));
  return std::max<Index>(1, elements / ((outputs + 2) * (outputs + 2) * lanes) / product_rows) * product_rows;
}

/// Images of which 512 KiB hold all pixels, at most those that share a piece of work. With 64 KiB it takes a fifth
/// longer, with 256 KiB as long.
template <class T>
Index winograd_images_at_once(Index elements_of_one) {
  constexpr Index elements = (Index{1} << 19) / static_cast<Index>(sizeof(T));
  return std::clamp<Index>(elements / std::max<Index>(1, elements_of_one), 1, images_per_partial_sum);
}

/// Both forward and dx: output = input correlated with the kernels, at stride 1.
template <class T, int outputs>
struct WinogradCorrelation {
  WinogradImages<T, outputs> input, output;
  Index above, left;  // zeros around the input
  const WinogradKernelSource<T, outputs>& kernels;
  const Tensor<T>& shift;       // (lanes of the output), added
  T slope = T(1);               // of a rectifier for negative results, up to 1, which leaves it out
  const T* residual = nullptr;  // of the output's shape, added before the rectifier; where output.is_in_place()

  static constexpr Index tile = WinogradKernels<T, outputs>::tile, positions = WinogradKernels<T, outputs>::positions;

  /// A piece of work is as many images as fill a block of small_product twice, or a band of a large image: no sum goes
  /// over images or bands.
  void run(T* y, bool adds, const T* x, Index batch) const {
    if (output.elements() == 0) return;
    const Index tiles_of_band = batch < 4 ? product_rows : 64;  // few images are cut finer, for several threads
    if (input.tiles > tiles_of_band) {
      const Index rows = (tiles_of_band + input.tile_columns - 1) / input.tile_columns;
      const Index bands = (input.tile_rows + rows - 1) / rows;
      parallel_for(batch * bands, [&](Index piece) {
        WinogradCorrelation part = *this;
        part.input = input.band(piece % bands * rows, rows);
        part.output = output.band(piece % bands * rows, rows);
        part.run_images(y, adds, x, piece / bands, 1);
      });
      return;
    }
    const Index at_once = std::min(winograd_images_at_once<T>(input.image_size + output.image_size),
                                   (2 * product_rows + input.tiles - 1) / input.tiles);
    parallel_for((batch + at_once - 1) / at_once, [&](Index group) {
      const Index n = group * at_once;
      run_images(y, adds, x, n, std::min(at_once, batch - n));
    });
  }

  void run_images(T* y, bool adds, const T* x, Index first_image, Index count) const {
    T* x_pixels = scratch<T, 0>(count * input.image_size);
    const bool in_place = output.is_in_place();
    T* const out = y + first_image * output.elements();
    T* y_pixels = in_place ? out + output.first_row * output.row_size : scratch<T, 1>(count * output.image_size);
    // In place, what is added lies as y does.
    const T* other = adds ? y : residual;
    const T* added = in_place && other ? other + (y_pixels - y) : nullptr;
    for (Index n = 0; n < count; ++n) {
      input.gather(x_pixels + n * input.image_size, x + (first_image + n) * input.elements(), above, left);
    }
    const bool narrow = multiplies_in_place();
    const Index at_once = narrow ? narrow_tiles : winograd_tiles_at_once<T, outputs>(input.lanes + output.lanes);
    const Index tiles = count * input.tiles;
    const T* const matrices = kernels.of_this_thread();
    const Index between_positions = kernels.layout.between_positions;
    T* transformed = scratch<T, 2>(at_once * positions * input.lanes);
    T* products = narrow ? transformed : scratch<T, 3>(at_once * positions * output.lanes);
    for (Index first = 0; first < tiles; first += at_once) {
      const Index last = std::min(tiles, first + at_once);
      const Index rows = (last - first + product_rows - 1) / product_rows * product_rows;
      input.template transform_tiles<WinogradInput<outputs>>(transformed, x_pixels, first, last);
      std::fill(transformed + (last - first) * positions * input.lanes, transformed + rows * positions * input.lanes,
                T(0));
      for (Index position = 0; position < positions; ++position) {
        small_product<Start::zeros, T>({products + position * output.lanes, positions * output.lanes},
                                       {transformed + position * input.lanes, positions * input.lanes, 1},
                                       {matrices + position * between_positions, output.lanes}, rows, output.lanes,
                                       input.channels);
      }
      transform_back(y_pixels, added, products, first, last);
    }
    if (in_place) return;
    for (Index n = 0; n < count; ++n) {
      output.scatter(out + n * output.elements(), y_pixels + n * output.image_size, adds);
    }
  }

  /// Where input and output have as many channels as a vector, products take the place of what they are made of; only
  /// where small_product takes all of them at once, for then it has read a row before it writes it.
  bool multiplies_in_place() const {
    return input.channels == vector_lanes<T> && output.lanes == vector_lanes<T> && narrow_terms == vector_lanes<T>;
  }

  /// Then so many tiles stay in the first-level cache: 32 KiB with 16 channels. With 8 it takes 2% longer.
  static constexpr Index narrow_tiles = 16;

  void transform_back(T* y_pixels, const T* residual_pixels, const T* products, Index first, Index last) const {
    const Index lanes = output.lanes, row_size = output.row_size;
    const T factor = slope;
    const bool rectifies = slope != T(1);
    output.for_tiles(first, last, [&](Index k, Index corner) {
      for (Index f = 0; f < lanes; f += vector_lanes<T>) {
        const T* from = products + k * positions * lanes + f;
        T* to = y_pixels + corner + f;
        const T* other = residual_pixels ? residual_pixels + corner + f : nullptr;
        const Vector<T> constant = load_vector(shift.data() + f);
        transform_tile<WinogradOutput<outputs>, T>(
            [&](Index i, Index j) { return load_vector(from + (i * tile + j) * lanes); },
            [&](Index i, Index j, const Vector<T>& value) {
              Vector<T> sum = value + constant;
              if (other) sum += load_vector(other + i * row_size + j * lanes);
              store_vector<T>(to + i * row_size + j * lanes, rectifies ? larger(sum, factor * sum) : sum);
            });
      }
    });
  }
};

}  // namespace detail

}  // namespace tinyhtr
