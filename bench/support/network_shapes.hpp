// The shapes that the layers of the reference network work on, read off its options.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "tinyhtr/kernels/conv_sizes.hpp"
#include "tinyhtr/models/word_net.hpp"

namespace tinyhtr::bench {

/// The batch size that the network is trained with.
inline constexpr Index network_batch = 16;

/// One convolution, with a square kernel.
struct ConvCase {
  Index channels, filters, height, width;  ///< C, F, H, W
  Index kernel;
  ConvGeometry geometry{};
  Index batch = network_batch;
  Index layers = 0;            ///< how many layers of the network have this shape
  bool input_gradient = true;  ///< whether the network needs dx; for its first layers it does not

  Shape input() const { return {batch, channels, height, width}; }
  Shape weight() const { return {filters, channels, kernel, kernel}; }
  Window rows() const { return {height, kernel, geometry.stride.height, geometry.padding}; }
  Window cols() const { return {width, kernel, geometry.stride.width, geometry.padding}; }
  Shape output() const { return {batch, filters, rows().output, cols().output}; }

  /// 2 N F P Q C K K, taps on the zeros around an image counted too; backward takes as many for dx, and for dweight.
  double operations() const { return 2.0 * static_cast<double>(output().size() * channels * kernel * kernel); }

  /// "16->16@32x128/s1/k3/n16"
  std::string name() const {
    return std::to_string(channels) + "->" + std::to_string(filters) + "@" + std::to_string(height) + "x" +
           std::to_string(width) + "/s" + geometry.stride.to_string() + "/k" + std::to_string(kernel) + "/n" +
           std::to_string(batch);
  }
};

/// Every shape of convolution in a network, once, in the order of its layers.
inline std::vector<ConvCase> network_convolutions(const WordNetOptions& options = {}) {
  std::vector<ConvCase> list;
  const auto add = [&](const ConvCase& found) {
    const auto same = [&](const ConvCase& other) { return other.name() == found.name(); };
    auto place = std::find_if(list.begin(), list.end(), same);
    if (place == list.end()) place = list.insert(list.end(), found);
    ++place->layers;
  };
  Index channels = options.channels, height = options.height, width = options.width;
  bool first = true;
  for (const ResidualBlockOptions& block : options.blocks) {
    const ConvGeometry strided{block.stride, options.padding}, plain{1, options.padding};
    ConvCase conv1{channels, block.filters, height, width, 3, strided};
    ConvCase skip{channels, block.filters, height, width, 1, strided};
    conv1.input_gradient = skip.input_gradient = !first;
    const ConvCase conv2{block.filters, block.filters, conv1.rows().output, conv1.cols().output, 3, plain};
    add(conv1);
    add(conv2);
    if (block.convolve_skip) add(skip);
    channels = block.filters;
    height = conv2.height;
    width = conv2.width;
    first = false;
  }
  return list;
}

/// The feature maps of a network, those between two of its convolutions: (N,C,H,W) with the number of layers.
struct MapCase {
  Shape shape;
  Index layers = 0;

  double size() const { return static_cast<double>(shape.size()); }

  /// "16@32x128/n16"
  std::string name() const {
    return std::to_string(shape[1]) + "@" + std::to_string(shape[2]) + "x" + std::to_string(shape[3]) + "/n" +
           std::to_string(shape[0]);
  }
};

/// Every shape that batch normalisation sees, twice in each block, in the order of the layers.
inline std::vector<MapCase> network_maps(const WordNetOptions& options = {}) {
  std::vector<MapCase> list;
  Index height = options.height, width = options.width;
  for (const ResidualBlockOptions& block : options.blocks) {
    height = Window(height, 3, block.stride.height, options.padding).output;
    width = Window(width, 3, block.stride.width, options.padding).output;
    const Shape shape{network_batch, block.filters, height, width};
    if (list.empty() || list.back().shape != shape) list.push_back({shape});
    list.back().layers += 2;
  }
  return list;
}

}  // namespace tinyhtr::bench
