// The colour of one pixel of a picture.
#pragma once

#include "tinyhtr/image/draw.hpp"
#include "tinyhtr/image/image.hpp"

namespace tinyhtr::test {

inline Colour pixel(const Image& image, Index y, Index x) {
  return {image.at(y, x, 0), image.at(y, x, 1), image.at(y, x, 2)};
}

}  // namespace tinyhtr::test
