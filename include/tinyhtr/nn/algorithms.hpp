// Sets of implementations for the layers of a network, to be chosen by one template argument.
#pragma once

#include "tinyhtr/core/image_order.hpp"
#include "tinyhtr/kernels/conv2d.hpp"
#include "tinyhtr/kernels/ctc_log_domain.hpp"
#include "tinyhtr/kernels/ctc_scaled.hpp"
#include "tinyhtr/nn/lstm.hpp"

namespace tinyhtr {

/// What a network trains with: the fastest implementation of each layer, several layers in one node where that saves
/// passes over memory.
///
/// In training, the blocks' maps have their channels last: a vector holds those of a pixel, and no layer has to
/// transpose (bench/README.md). What goes into a network and what comes out has them first, in reading the maps too.
struct Fast {
  using Convolution = Automatic;
  using Lstm = BothDirections;
  using Ctc = Scaled;
  static constexpr bool fused_normalisation = true;               ///< batch norm, skip, rectifier, dropout: one node
  static constexpr ImageOrder order = ImageOrder::channels_last;  ///< of the blocks' maps, where normalisation is fused
};

/// Convolution and batch norm by their formulas, what follows them a node each: to read, to step through, to hold Fast
/// against. A loop of one's own takes the loss to go with it by `ctc_loss<typename Algorithms::Ctc>`. The LSTM's loops
/// are those of its formulas in all but CellByCell, which has a graph for each step: a set of one's own,
/// `struct ByCells : Textbook { using Lstm = CellByCell; };`, takes it.
struct Textbook {
  using Convolution = Naive;
  using Lstm = BothDirections;
  using Ctc = LogDomain;
  static constexpr bool fused_normalisation = false;
  static constexpr ImageOrder order = ImageOrder::channels_first;
};

}  // namespace tinyhtr
