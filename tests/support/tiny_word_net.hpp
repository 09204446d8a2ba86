// A network small enough to be trained within a test.
#pragma once

#include "tinyhtr/data/loader.hpp"
#include "tinyhtr/models/word_net.hpp"

namespace tinyhtr::test {

/// Images of 16 x 32, two residual blocks, T = 32 steps of 8 channels, an LSTM of 12.
inline WordNetOptions tiny_word_net() {
  WordNetOptions options;
  options.height = 16;
  options.width = 32;
  options.hidden = 12;
  options.blocks = {{.filters = 4, .stride = 2, .convolve_skip = true},
                    {.filters = 8, .stride = 2, .convolve_skip = true}};
  return options;
}

/// A loader's options for images of that size.
inline LoaderOptions tiny_loading(Index batch_size, bool shuffle, std::uint64_t seed) {
  return {.batch_size = batch_size, .height = 16, .width = 32, .shuffle = shuffle, .seed = seed};
}

}  // namespace tinyhtr::test
