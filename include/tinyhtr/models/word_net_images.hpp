// The images that a WordNet takes, said to the loader.
#pragma once

#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/data/loader.hpp"
#include "tinyhtr/models/word_net.hpp"

namespace tinyhtr {

/// A loader's options for images of the network's size, fitted as the network has them; with one thread, they are made
/// in the caller. For a network of any width, words come sorted by width.
inline LoaderOptions images_for(const WordNetOptions& network) {
  return {.height = network.height,
          .width = network.width,
          .channels = network.channels,
          .keep_aspect_ratio = network.keep_aspect_ratio,
          .preprocessing = network.preprocessing,
          .bucket = network.width == 0 ? Index{1} << 20 : 0,
          .workers = thread_count() > 1 ? 1 : 0};
}

}  // namespace tinyhtr
