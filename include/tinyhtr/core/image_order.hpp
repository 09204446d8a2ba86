// ImageOrder: how the numbers of a batch of images lie in memory.
#pragma once

#include "tinyhtr/core/shape.hpp"

namespace tinyhtr {

/// The order of a batch's axes, the last one being that whose elements are neighbours in memory.
enum class ImageOrder {
  channels_first,  ///< (N,C,H,W), planes: PyTorch's order, and that of everything here that does not say otherwise
  channels_last,   ///< (N,H,W,C), pixels: TensorFlow's order; a vector holds the channels of a pixel
};

inline ImageOrder other(ImageOrder order) {
  return order == ImageOrder::channels_first ? ImageOrder::channels_last : ImageOrder::channels_first;
}

/// "(N,C,H,W)" or "(N,H,W,C)", for messages.
inline const char* axes_of(ImageOrder order) { return order == ImageOrder::channels_first ? "(N,C,H,W)" : "(N,H,W,C)"; }

/// N, C, H, W by name, whatever their order.
struct ImageSizes {
  Index batch, channels, height, width;

  /// Throws ShapeError, naming `where` and `name`, for anything but four axes.
  ImageSizes(const char* where, const char* name, const Shape& shape, ImageOrder order)
      : ImageSizes((check_rank(where, name, shape, axes_of(order)), shape), order) {}

  Shape shape(ImageOrder order) const {
    return order == ImageOrder::channels_first ? Shape{batch, channels, height, width}
                                               : Shape{batch, height, width, channels};
  }

 private:
  ImageSizes(const Shape& shape, ImageOrder order)
      : batch(shape[0]),
        channels(shape[order == ImageOrder::channels_first ? 1 : 3]),
        height(shape[order == ImageOrder::channels_first ? 2 : 1]),
        width(shape[order == ImageOrder::channels_first ? 3 : 2]) {}
};

}  // namespace tinyhtr
