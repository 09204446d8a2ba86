// What the tests of ONNX files share.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>

#include "tinyhtr/core/random.hpp"
#include "tinyhtr/io/onnx_model.hpp"
#include "tinyhtr/models/word_net.hpp"

namespace tinyhtr::test {

/// A network as training leaves it: no bias is zero, no batch norm changes nothing.
template <class T = float>
WordNet<T> trained_looking_network(const WordNetOptions& options, Index classes, std::uint64_t seed = 3) {
  WordNet<T> network(classes, seed, options);
  Random random(seed, Purpose::init);
  const auto members = members_of<T>(network);
  for (const auto& [name, variable] : members.parameters) {
    if (!name.ends_with("bias") && name.find(".bias_") == std::string::npos && name.find(".bn") == std::string::npos)
      continue;
    for (T& value : variable->value()) value += static_cast<T>(random.uniform(-0.3, 0.3));
  }
  for (const auto& [name, tensor] : members.buffers) {
    for (T& value : *tensor) value += static_cast<T>(random.uniform(-0.3, 0.3));
  }
  return network;
}

/// Grey levels of any kind, (N,C,H,W).
template <class T = float>
Tensor<T> random_images(const WordNetOptions& options, Index count) {
  Tensor<T> images(Shape{count, options.channels, options.height, options.width});
  Random random(11);
  for (T& pixel : images) pixel = static_cast<T>(std::floor(random.uniform(0, 256)));
  return images;
}

/// The node of this name; a test that names another fails.
inline OnnxNode& node_named(OnnxModel& model, const std::string& name) {
  const auto found =
      std::find_if(model.nodes.begin(), model.nodes.end(), [&](const OnnxNode& node) { return node.name == name; });
  if (found == model.nodes.end()) throw ArgumentError("no node " + name);
  return *found;
}

inline OnnxTensor& constant_named(OnnxModel& model, const std::string& name) {
  const auto found = std::find_if(model.initializers.begin(), model.initializers.end(),
                                  [&](const OnnxTensor& tensor) { return tensor.name == name; });
  if (found == model.initializers.end()) throw ArgumentError("no constant " + name);
  return *found;
}

}  // namespace tinyhtr::test
