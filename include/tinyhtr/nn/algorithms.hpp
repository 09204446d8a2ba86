// Sets of implementations for the layers of a network, to be chosen by one template argument.
#pragma once

#include "tinyhtr/kernels/conv2d.hpp"

namespace tinyhtr {

/// What a network trains with: the fastest implementation of each layer, several layers in one node where that saves
/// passes over memory.
struct Fast {
  using Convolution = Automatic;
  static constexpr bool fused_normalisation = true;  ///< batch norm, skip, rectifier, dropout: one node
};

/// Every layer by its formula, every operation a node of its own: to read, to step through, to hold Fast against.
struct Textbook {
  using Convolution = Naive;
  static constexpr bool fused_normalisation = false;
};

}  // namespace tinyhtr
