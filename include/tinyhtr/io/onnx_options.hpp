// The options of a WordNet, from what was found of it in an ONNX graph.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/utf8.hpp"
#include "tinyhtr/io/checkpoint.hpp"
#include "tinyhtr/io/onnx_model.hpp"
#include "tinyhtr/io/onnx_word_net.hpp"
#include "tinyhtr/kernels/window.hpp"
#include "tinyhtr/models/word_net.hpp"

namespace tinyhtr::detail {

/// What the file says of its network besides the graph, where tinyhtr wrote it. Throws FormatError.
template <class WhenCalled = void>
std::optional<WordNetOptions> described_options(const OnnxModel& model) {
  const auto description = model.metadata.find("model");
  if (model.producer != "tinyhtr" || description == model.metadata.end()) return std::nullopt;
  WordNetOptions options = word_net_from_json(description->second);
  options.convolution_bias = true;  // the graph has it always, and no batch norm on a skip path: that is folded
  options.normalise_skip = options.second_head = false;
  return options;
}

/// Whether all convolutions have the zeros that this kind of padding puts.
inline bool has_padding(const OnnxWordNet& found, Padding padding) {
  const auto agrees = [padding](const std::optional<OnnxConvolution>& convolution, std::int64_t kernel) {
    if (!convolution) return true;
    const std::int64_t strides[] = {convolution->stride.height, convolution->stride.width};
    for (std::size_t axis = 0; axis < 2; ++axis) {
      const Window window(convolution->input[axis], kernel, strides[axis], padding);
      if (window.before != convolution->before[axis] || window.output != convolution->output[axis]) return false;
    }
    return true;
  };
  return std::all_of(found.blocks.begin(), found.blocks.end(), [&](const OnnxBlock& block) {
    return agrees(block.conv1, 3) && agrees(block.conv2, 3) && agrees(block.skip, 1);
  });
}

/// The options of a network that was found. What a graph does not say comes from `described`, where there is one: how
/// images are made to fit, what is for training only. Throws FormatError where both contradict each other, or where
/// the strides or zeros are such that no WordNet has them.
template <class WhenCalled = void>
WordNetOptions options_of(const OnnxWordNet& found, const std::optional<WordNetOptions>& described) {
  WordNetOptions options = described.value_or(WordNetOptions{});
  options.height = found.height;
  options.width = described && described->width == 0 ? 0 : found.width;
  options.channels = found.channels;
  options.invert = found.invert;
  options.hidden = found.hidden;
  options.blocks.clear();
  for (std::size_t i = 0; i < found.blocks.size(); ++i) {
    const OnnxBlock& block = found.blocks[i];
    if (!block.complete) throw FormatError("block " + std::to_string(i) + " has no end");
    ResidualBlockOptions own;
    own.filters = block.conv1->weight->dims[0];
    own.stride = block.conv1->stride;
    own.convolve_skip = block.skip.has_value();
    own.slope = static_cast<double>(*block.slope);
    // The file has 0.1 in float32, the description in double.
    if (described && i < described->blocks.size() && static_cast<float>(described->blocks[i].slope) == *block.slope) {
      own.slope = described->blocks[i].slope;
    } else if (own.slope == static_cast<double>(0.1f)) {
      own.slope = 0.1;
    }
    if (block.conv2->stride != Stride(1)) {
      throw FormatError("node '" + printable(block.conv2->node) + "' (Conv): expected a stride of 1, found " +
                        block.conv2->stride.to_string());
    }
    if (block.skip && block.skip->stride != own.stride) {
      throw FormatError("node '" + printable(block.skip->node) + "' (Conv): expected the stride of the block, " +
                        own.stride.to_string() + ", found " + block.skip->stride.to_string());
    }
    options.blocks.push_back(own);
  }
  // With stride 1, or sizes that are odd, both kinds put the same zeros.
  bool padded = false;
  for (const Padding padding : {options.padding, Padding::same, Padding::symmetric}) {
    if (padded || padding == Padding::none || !has_padding(found, padding)) continue;
    options.padding = padding;
    padded = true;
  }
  if (!padded) {
    throw FormatError("its convolutions put zeros around the images that neither 'same' nor symmetric padding puts");
  }
  if (std::find(found.scans.begin(), found.scans.end(), options.scan) == found.scans.end()) {
    options.scan = found.scans.front();
  }
  if (described && word_net_to_json(options) != word_net_to_json(*described)) {
    throw FormatError("its graph is that of " + word_net_to_json(options) + ", its metadata describe " +
                      word_net_to_json(*described));
  }
  return options;
}

}  // namespace tinyhtr::detail
