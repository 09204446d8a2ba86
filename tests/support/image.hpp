// The stored images of the image tests, ways to compare them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "support/npy.hpp"
#include "tinyhtr/image/image.hpp"

namespace tinyhtr::test {

/// The images of references/image/<name>.npy, an array (N,H,W,C).
inline std::vector<Image> load_images(const std::string& name) {
  const auto stored = load_npy<std::uint8_t>("references/image/" + name + ".npy");
  std::vector<Image> images;
  for (Index n = 0; n < stored.dim(0); ++n) {
    Image image(stored.dim(1), stored.dim(2), stored.dim(3));
    std::copy_n(stored.data() + n * image.height * image.stride(), image.pixels.size(), image.pixels.begin());
    images.push_back(image);
  }
  return images;
}

/// The image of references/image/<name>.npy, an array (H,W,C).
inline Image load_image(const std::string& name) {
  const auto stored = load_npy<std::uint8_t>("references/image/" + name + ".npy");
  Image image(stored.dim(0), stored.dim(1), stored.dim(2));
  std::copy(stored.begin(), stored.end(), image.pixels.begin());
  return image;
}

/// The largest difference of two bytes, in grey levels; 256 where the sizes differ.
inline int worst_difference(const Image& a, const Image& b) {
  if (a.height != b.height || a.width != b.width || a.channels != b.channels) return 256;
  int worst = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) worst = std::max(worst, std::abs(a.pixels[i] - b.pixels[i]));
  return worst;
}

/// One channel of an image as a grey image.
inline Image channel(const Image& image, Index c) {
  Image grey(image.height, image.width, 1);
  for (Index y = 0; y < image.height; ++y) {
    for (Index x = 0; x < image.width; ++x) grey.at(y, x) = image.at(y, x, c);
  }
  return grey;
}

/// A grey image with its channel three times.
inline Image in_three_channels(const Image& grey) {
  Image image(grey.height, grey.width, 3);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = grey.pixels[i / 3];
  return image;
}

}  // namespace tinyhtr::test
