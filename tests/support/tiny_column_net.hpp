// A network for words of any width, small enough to be trained within a test.
#pragma once

#include "support/padding.hpp"
#include "tinyhtr/models/column_net.hpp"

namespace tinyhtr::test {

/// Images 16 pixels high, a block of each kind, 4 columns to a step of 6 channels, an LSTM of 5.
inline WordNetOptions tiny_column_net() {
  WordNetOptions options = column_net();
  options.height = options.preprocessing->fit.height = 16;
  options.hidden = 5;
  options.blocks = {{.filters = 4, .stride = 2, .convolve_skip = true},
                    {.filters = 4, .stride = 1, .convolve_skip = false},
                    {.filters = 6, .stride = 2, .convolve_skip = true},
                    {.filters = 6, .stride = {2, 1}, .convolve_skip = true}};
  return options;
}

/// Grey levels as a loader gives them, (widths.size(),1,16,width), with noise of that stream behind the widths.
template <class T>
Tensor<T> padded_words(const Lengths& widths, Index width, std::uint64_t noise) {
  const Index batch = static_cast<Index>(widths.size());
  Tensor<T> words(Shape{batch, 1, 16, width});
  for (Index n = 0; n < batch; ++n) {
    const Index own = widths[static_cast<std::size_t>(n)];
    const Tensor<T> word = counted_tensor<T>({1, 1, 16, own}, 500 + static_cast<std::uint64_t>(n), 128, 128);
    for (Index h = 0; h < 16; ++h) {
      for (Index w = 0; w < own; ++w) words(n, 0, h, w) = word(0, 0, h, w);
    }
  }
  return padded_with_noise(words, widths, width, noise, 4096);
}

}  // namespace tinyhtr::test
