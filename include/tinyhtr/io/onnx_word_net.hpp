// What the walk over an ONNX graph finds of a WordNet: sizes, options, where the weights are.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tinyhtr/autograd/layout.hpp"
#include "tinyhtr/io/onnx_model.hpp"
#include "tinyhtr/kernels/window.hpp"

namespace tinyhtr::detail {

/// A convolution, with the sizes that it was found with: from them follows what kind of padding it is.
struct OnnxConvolution {
  std::string node;                  ///< for messages
  const OnnxTensor* weight;          ///< (F,C,K,K)
  const OnnxTensor* bias = nullptr;  ///< (F); null where it has none
  Stride stride;
  std::array<std::int64_t, 2> input, output, before;  ///< height and width; zeros above and to the left
};

struct OnnxBatchNorm {
  const OnnxTensor *weight, *bias, *running_mean, *running_var;  ///< (F) each
  double epsilon;
};

struct OnnxBlock {
  std::optional<OnnxConvolution> conv1, conv2, skip;
  std::optional<OnnxBatchNorm> bn1, bn2;
  std::optional<float> slope;
  bool complete = false;  ///< its last rectifier was found
};

/// One direction of the LSTM: constants for all directions of its node, and which part of them is this one.
struct OnnxDirection {
  const OnnxTensor *input_weights, *state_weights;  ///< (D,4H,C), (D,4H,H), gates i, o, f, c
  const OnnxTensor* biases;                         ///< (D,8H), null where there are none
  std::size_t part;
};

struct OnnxWordNet {
  std::int64_t height = 0, width = 0, channels = 0, hidden = 0, classes = 0;
  bool invert = false;
  std::vector<OnnxBlock> blocks;
  std::vector<Scan> scans;  ///< what the sequence may be; several where feature maps have one row or column
  std::array<std::optional<OnnxDirection>, 2> directions;  ///< forward, reverse
  const OnnxTensor* classes_weight = nullptr;              ///< (2H,K)
  const OnnxTensor* classes_bias = nullptr;                ///< (K)
};

}  // namespace tinyhtr::detail
