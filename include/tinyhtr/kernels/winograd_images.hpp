// Images as Winograd's convolution works on them: pixels of channels, with square tiles over them.
#pragma once

#include <algorithm>

#include "tinyhtr/core/image_order.hpp"
#include "tinyhtr/core/scratch.hpp"
#include "tinyhtr/core/simd.hpp"
#include "tinyhtr/kernels/small_product.hpp"
#include "tinyhtr/kernels/transpose.hpp"
#include "tinyhtr/kernels/winograd_transforms.hpp"

namespace tinyhtr {

namespace detail {

/// count, or the next multiple of what a vector and a block of small_product take at a time.
template <class T>
constexpr Index whole_lanes(Index count) {
  constexpr Index block = std::max(vector_lanes<T>, product_rows);
  return (count + block - 1) / block * block;
}

/// Images (channels, height, width), or (height, width, channels), of which the tiles cover an area of `outputs` x
/// `outputs` pixels each. In work memory an image lies as (rows, columns, lanes): channels side by side, so that one
/// vector operation transforms the tiles of 16 channels at any width of image, with zeros for the rest of the last
/// vector.
template <class T, int outputs>
struct WinogradImages {
  ImageOrder order;
  Index channels, height, width;
  Index tile_rows, tile_columns, tiles;  // of one image
  Index lanes;                           // the channels, and zeros up to a whole number of vectors
  Index margin;                          // rows and columns that the last tile looks further
  Index row_size, image_size;            // elements in work memory
  Index first_row = 0;                   // of the pixels that the tiles cover; a band of an image begins further down

  /// For tiles that cover rows x columns outputs; the image has its own height and width.
  WinogradImages(ImageOrder order_, Index channels_, Index height_, Index width_, Index rows, Index columns,
                 Index margin_)
      : order(order_),
        channels(channels_),
        height(height_),
        width(width_),
        tile_rows((rows + outputs - 1) / outputs),
        tile_columns((columns + outputs - 1) / outputs),
        tiles(tile_rows * tile_columns),
        lanes(whole_lanes<T>(channels_)),
        margin(margin_),
        row_size((tile_columns * outputs + margin) * lanes),
        image_size((tile_rows * outputs + margin) * row_size) {}

  Index elements() const { return channels * height * width; }

  /// Only some tile rows of the image.
  WinogradImages band(Index first, Index count) const {
    WinogradImages part = *this;
    part.tile_rows = std::min(count, tile_rows - first);
    part.tiles = part.tile_rows * tile_columns;
    part.image_size = (part.tile_rows * outputs + margin) * row_size;
    part.first_row = first * outputs;
    return part;
  }

  /// Whether the pixels of the tiles lie in memory as they do in work memory.
  bool is_in_place() const {
    return order == ImageOrder::channels_last && margin == 0 && row_size == width * channels &&
           first_row + tile_rows * outputs <= height;
  }

  /// An image to pixels, with so many zeros above and to the left, and as many as the tiles need behind.
  void gather(T* pixels, const T* image, Index above, Index left) const {
    const Index columns = row_size / std::max<Index>(1, lanes), used = std::min(width, columns - left);
    for (Index row = 0; row < tile_rows * outputs + margin; ++row, pixels += row_size) {
      const Index source = first_row + row - above;
      if (source < 0 || source >= height) {
        std::fill(pixels, pixels + row_size, T(0));
        continue;
      }
      T* const first = pixels + left * lanes;
      std::fill(pixels, first, T(0));
      if (order == ImageOrder::channels_last) {
        pixels_in(first, image + source * width * channels, used);
      } else {
        if (lanes != channels) std::fill(first, first + used * lanes, T(0));
        transpose(first, lanes, image + source * width, height * width, channels, used);
      }
      std::fill(pixels + (left + used) * lanes, pixels + row_size, T(0));
    }
  }

  /// Pixels to an image, written or added.
  void scatter(T* image, const T* pixels, bool adds) const {
    if (order == ImageOrder::channels_first) return scatter_to_planes(image, pixels, adds);
    image += first_row * width * channels;
    for (Index row = 0; row < rows_in_image(); ++row, image += width * channels, pixels += row_size) {
      pixels_out(image, pixels, width, adds);
    }
  }

  /// Pixels to planes, written or added.
  void scatter_to_planes(T* planes, const T* pixels, bool adds) const {
    planes += first_row * width;
    for (Index row = 0; row < rows_in_image(); ++row, planes += width, pixels += row_size) {
      if (!adds) {
        transpose(planes, height * width, pixels, lanes, width, channels);
        continue;
      }
      T* line = scratch<T, 4>(channels * width);
      transpose(line, width, pixels, lanes, width, channels);
      for (Index c = 0; c < channels; ++c) {
        T* to = planes + c * height * width;
        for (Index k = 0; k < width; ++k) to[k] += line[c * width + k];
      }
    }
  }

  /// Rows that the tiles cover, without those below the image.
  Index rows_in_image() const { return std::min(tile_rows * outputs, height - first_row); }

  /// `count` pixels of the image to work memory, with zeros behind their channels.
  void pixels_in(T* to, const T* from, Index count) const {
    if (lanes == channels) {
      std::copy(from, from + count * channels, to);
      return;
    }
    for (Index k = 0; k < count; ++k, to += lanes, from += channels) {
      for (Index c = 0; c < lanes; c += vector_lanes<T>) {
        store_vector<T>(to + c, load_lanes<T>(from + c, std::clamp<Index>(channels - c, 0, vector_lanes<T>)));
      }
    }
  }

  /// And back, written or added.
  void pixels_out(T* to, const T* from, Index count, bool adds) const {
    for (Index k = 0; k < count; ++k, to += channels, from += lanes) {
      for (Index c = 0; c < channels; c += vector_lanes<T>) {
        const Index real = std::min(channels - c, vector_lanes<T>);
        const Vector<T> value = load_vector(from + c);
        store_lanes<T>(to + c, adds ? value + load_lanes<T>(to + c, real) : value, real);
      }
    }
  }

  /// Calls body(k, corner) for k = 0 .. last - first - 1, where corner is the place of the first pixel of tile
  /// first + k; tiles are counted through all images that stand one behind the other.
  template <class Body>
  void for_tiles(Index first, Index last, const Body& body) const {
    Index n = first / tiles, row = first % tiles / tile_columns, column = first % tile_columns;
    for (Index t = first; t < last; ++t) {
      body(t - first, n * image_size + row * outputs * row_size + column * outputs * lanes);
      if (++column < tile_columns) continue;
      column = 0;
      if (++row < tile_rows) continue;
      row = 0;
      ++n;
    }
  }

  /// Transforms the tiles [first, last) by matrix * tile * matrix^T: to (tile, position, lanes).
  template <class Matrix>
  void transform_tiles(T* to, const T* pixels, Index first, Index last) const {
    const Index step = lanes, line = row_size;  // copies, which no store can change: they stay in registers
    for_tiles(first, last, [&](Index k, Index corner) {
      for (Index c = 0; c < step; c += vector_lanes<T>) {
        const T* from = pixels + corner + c;
        T* result = to + k * Matrix::rows * Matrix::rows * step + c;
        transform_tile<Matrix, T>([&](Index i, Index j) { return load_vector(from + i * line + j * step); },
                                  [&](Index i, Index j, const Vector<T>& value) {
                                    store_vector(result + (i * Matrix::rows + j) * step, value);
                                  });
      }
    });
  }
};

}  // namespace detail

}  // namespace tinyhtr
