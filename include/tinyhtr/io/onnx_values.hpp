// The values of an ONNX graph while it is walked over.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/io/onnx_constants.hpp"
#include "tinyhtr/io/onnx_layout.hpp"
#include "tinyhtr/io/onnx_model.hpp"

namespace tinyhtr::detail {

/// How far the network is computed in a value.
enum class OnnxStage {
  constant,       ///< not at all
  zeros,          ///< not at all: zeros, as the LSTM starts from
  image,          ///< the input times a factor plus a shift
  features,       ///< what block - 1 blocks made of it
  first,          ///< conv1 of a block
  first_normed,   ///< with its batch norm
  inner,          ///< with its rectifier
  second,         ///< conv2
  second_normed,  ///< with its batch norm
  skip,           ///< the block's 1x1 convolution
  sum,            ///< of both paths
  states,         ///< the LSTM's, of both directions
  half,           ///< of one direction
  product,        ///< with the dense layer's weight
  logits,         ///< with its bias
  probabilities,
};

struct OnnxValue {
  OnnxStage stage = OnnxStage::constant;
  const OnnxTensor* constant = nullptr;
  OnnxLayout layout;             ///< of all but constants and zeros
  std::size_t block = 0;         ///< from features to sum
  double factor = 1, shift = 0;  ///< of an image
  bool maxima = false;           ///< features, of which only the largest of each column are left
  bool reversed = false;         ///< the steps stand in reverse
  std::size_t direction = 0;     ///< of a half
};

inline const char* name_of(OnnxStage stage) {
  static constexpr const char* names[] = {"a constant",
                                          "zeros",
                                          "the image",
                                          "the output of the blocks",
                                          "the first convolution of a block",
                                          "the first batch norm of a block",
                                          "the first rectifier of a block",
                                          "the second convolution of a block",
                                          "the second batch norm of a block",
                                          "the skip convolution of a block",
                                          "the sum of a block's paths",
                                          "the output of the LSTM",
                                          "the output of one direction of the LSTM",
                                          "the dense layer's product",
                                          "the logits",
                                          "the probabilities"};
  return names[static_cast<std::size_t>(stage)];
}

/// What messages call a node: its name, or that of the value that it makes.
inline const std::string& label_of(const OnnxNode& node) {
  return node.name.empty() && !node.outputs.empty() ? node.outputs[0] : node.name;
}

/// A node with its inputs found, and the attributes by their names.
struct OnnxCall {
  const OnnxNode& node;
  std::vector<const OnnxValue*> inputs;  ///< null where none is given

  const OnnxAttribute* attribute(const std::string& name, OnnxAttributeType type) const {
    for (const OnnxAttribute& attribute : node.attributes) {
      if (attribute.name != name) continue;
      if (attribute.type != type) throw FormatError("its attribute '" + name + "' is of another type than expected");
      return &attribute;
    }
    return nullptr;
  }

  std::int64_t integer(const std::string& name, std::int64_t otherwise) const {
    const OnnxAttribute* found = attribute(name, OnnxAttributeType::integer);
    return found ? found->integer : otherwise;
  }

  float real(const std::string& name, float otherwise) const {
    const OnnxAttribute* found = attribute(name, OnnxAttributeType::real);
    return found ? found->real : otherwise;
  }

  std::vector<std::int64_t> integers(const std::string& name, std::vector<std::int64_t> otherwise = {}) const {
    const OnnxAttribute* found = attribute(name, OnnxAttributeType::integers);
    return found ? found->integers : otherwise;
  }

  bool is_arithmetic() const { return node.op == "Add" || node.op == "Sub" || node.op == "Mul" || node.op == "Div"; }

  bool has_stage(OnnxStage stage) const {
    for (const OnnxValue* value : inputs) {
      if (value && value->stage == stage) return true;
    }
    return false;
  }

  bool has(std::size_t i) const { return i < inputs.size() && inputs[i] != nullptr; }

  const OnnxValue& input(std::size_t i) const {
    if (!has(i)) throw FormatError("expected an input " + std::to_string(i + 1) + ", found none");
    return *inputs[i];
  }

  const OnnxTensor& constant(std::size_t i) const {
    const OnnxValue& value = input(i);
    if (value.stage != OnnxStage::constant) {
      throw FormatError("expected a constant as input " + std::to_string(i + 1) + ", found " + name_of(value.stage));
    }
    return *value.constant;
  }

  /// What newer operations take as an input, and older ones as an attribute.
  std::vector<std::int64_t> list(std::size_t i, const std::string& name) const {
    return has(i) ? integers_of(constant(i)) : integers(name);
  }

  [[noreturn]] void refuse(const std::string& expected) const {
    std::string found;
    for (const OnnxValue* value : inputs) {
      if (value) found += (found.empty() ? "" : " with ") + std::string(name_of(value->stage));
      if (value && !value->layout.axes.empty()) found += " (" + value->layout.text() + ")";
    }
    throw FormatError("expected " + expected + ", found it on " + (found.empty() ? "nothing" : found));
  }
};

}  // namespace tinyhtr::detail
