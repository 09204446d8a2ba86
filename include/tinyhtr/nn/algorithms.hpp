// Sets of implementations for the layers of a network, to be chosen by one template argument.
#pragma once

#include "tinyhtr/core/image_order.hpp"
#include "tinyhtr/kernels/conv2d.hpp"

namespace tinyhtr {

/// What a network trains with: the fastest implementation of each layer, several layers in one node where that saves
/// passes over memory.
///
/// In training, the blocks' maps have their channels last: a vector holds those of a pixel, and no layer has to
/// transpose (bench/README.md). What goes into a network and what comes out has them first, in reading the maps too.
struct Fast {
  using Convolution = Automatic;
  static constexpr bool fused_normalisation = true;               ///< batch norm, skip, rectifier, dropout: one node
  static constexpr ImageOrder order = ImageOrder::channels_last;  ///< of the blocks' maps, where normalisation is fused
};

/// Convolution and batch norm by their formulas, what follows them a node each: to read, to step through, to hold Fast
/// against. (The readable forms of the others are functions: lstm_by_cells, ctc_loss<LogDomain>.)
struct Textbook {
  using Convolution = Naive;
  static constexpr bool fused_normalisation = false;
  static constexpr ImageOrder order = ImageOrder::channels_first;
};

}  // namespace tinyhtr
