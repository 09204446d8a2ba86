// Networks that read words of any width from left to right, a step for every four columns.
#pragma once

#include "tinyhtr/models/word_net.hpp"

namespace tinyhtr {

/// What column networks have in common. A word is made grey, its paper white, and H pixels high at its own aspect
/// ratio (Preprocessing); then, unlike the reference network,
///
///     (N,1,H,W) - residual blocks, 4 columns to a step - (N,C,H/8,W/4) - maximum over the height - (T = W/4, N, C)
///     - BiLSTM - dropout - linear - logits (T,N,K)
///
/// so that time runs as the text does, once, which is what CTC's alignments do. Convolutions have no bias, skip paths a
/// batch norm. In training a second head reads the columns without the LSTM, as a convolution of width 3: its loss,
/// with a weight of some tenths, hands the blocks a gradient that has not gone through the LSTM. Source: Retsinas,
/// Sfikas, Gatos, Nikou, "Best practices for a handwritten text recognition system", 2022: columns by maximum, aspect
/// ratio kept, the second head ("CTC shortcut").
///
/// H is `height`, 32 as it stands here. No weight depends on it: the recipes of examples/configs take 40, at 1.5 times
/// the time of a step, for the strokes of small handwriting (docs/results.md says what that is worth).
inline WordNetOptions column_net() {
  WordNetOptions options;
  options.width = 0;
  options.channels = 1;
  options.preprocessing = Preprocessing::standard();
  options.invert = true;
  options.scan = Scan::column_maxima;
  options.dropout = 0;
  options.feature_dropout = 0.3;
  options.convolution_bias = false;
  options.normalise_skip = true;
  options.second_head = true;
  options.batch_norm_momentum = 0.9;
  return options;
}

/// 0.58 million parameters, 61 million multiply-adds for an image of 32 x 128 pixels. The first block halves the image
/// at once, and has 24 filters instead of the reference network's 16 on the whole of it: the same time, and more that
/// can be told apart.
inline WordNetOptions small_column_net() {
  WordNetOptions options = column_net();
  options.hidden = 128;
  options.blocks = {
      {.filters = 24, .stride = 2, .convolve_skip = true},      {.filters = 24, .stride = 1, .convolve_skip = false},
      {.filters = 40, .stride = 2, .convolve_skip = true},      {.filters = 40, .stride = 1, .convolve_skip = false},
      {.filters = 64, .stride = {2, 1}, .convolve_skip = true}, {.filters = 64, .stride = 1, .convolve_skip = false},
      {.filters = 64, .stride = 1, .convolve_skip = false},     {.filters = 64, .stride = 1, .convolve_skip = false},
  };
  return options;
}

/// 2.2 million parameters, about three times the multiply-adds of the small one.
inline WordNetOptions medium_column_net() {
  WordNetOptions options = column_net();
  options.hidden = 256;
  options.blocks = {
      {.filters = 32, .stride = 2, .convolve_skip = true},   {.filters = 32, .stride = 1, .convolve_skip = false},
      {.filters = 64, .stride = 2, .convolve_skip = true},   {.filters = 64, .stride = 1, .convolve_skip = false},
      {.filters = 64, .stride = 1, .convolve_skip = false},  {.filters = 128, .stride = {2, 1}, .convolve_skip = true},
      {.filters = 128, .stride = 1, .convolve_skip = false}, {.filters = 128, .stride = 1, .convolve_skip = false},
      {.filters = 128, .stride = 1, .convolve_skip = false},
  };
  return options;
}

}  // namespace tinyhtr
