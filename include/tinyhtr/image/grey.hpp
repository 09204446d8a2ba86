// Grey images out of coloured ones: a step of preprocessing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/image/image.hpp"

namespace tinyhtr {

namespace detail {

/// round(0.299 R + 0.587 G + 0.114 B) in 14-bit fixed point.
inline std::uint8_t grey_of(const std::uint8_t* rgb) {
  return static_cast<std::uint8_t>((4899 * rgb[0] + 9617 * rgb[1] + 1868 * rgb[2] + 8192) >> 14);
}

/// Throws ArgumentError unless the image is grey.
inline void check_grey(std::string_view where, const Image& image) {
  check_image(where, image);
  if (image.channels == 1) return;
  throw ArgumentError(std::string(where) + ": expected a grey image, found " + image.to_string() +
                      "; put the step to_grey before it");
}

}  // namespace detail

/// One grey channel: 0.299 R + 0.587 G + 0.114 B, as decode_image makes it. A grey image stays as it is.
struct ToGrey {
  static constexpr const char* name = "to_grey";

  /// `image` (H,W,C); the result is (H,W,1). Throws ArgumentError for an image without pixels.
  Image operator()(const Image& image) const {
    detail::check_image(name, image);
    if (image.channels == 1) return image;
    Image grey(image.height, image.width, 1);
    for (std::size_t i = 0; i < grey.pixels.size(); ++i) grey.pixels[i] = detail::grey_of(image.pixels.data() + 3 * i);
    return grey;
  }

  bool operator==(const ToGrey&) const = default;
};

/// Calls visit(name, value, lowest, highest) for every parameter of a step, in the order of the struct: there are none.
/// The other steps have such a function too; checks and files use it.
template <class Visit>
void visit_parameters(ToGrey&, const Visit&) {}

}  // namespace tinyhtr
