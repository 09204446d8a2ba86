// An ONNX graph, built node by node.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/io/onnx_model.hpp"

namespace tinyhtr::detail {

/// Collects nodes with their constants. Each method adds one node, named after its place in the network, and returns
/// the name of the value that it makes.
class OnnxBuilder {
 public:
  std::string node(const std::string& op, const std::string& name, std::vector<std::string> inputs,
                   std::vector<OnnxAttribute> attributes = {}) {
    model.nodes.push_back({op, name, std::move(inputs), {name}, std::move(attributes), ""});
    return name;
  }

  template <class T>
  std::string constant(const std::string& name, const Tensor<T>& tensor) {
    std::vector<float> values;
    values.reserve(static_cast<std::size_t>(tensor.size()));
    for (const T value : tensor) values.push_back(static_cast<float>(value));
    model.initializers.push_back(
        OnnxTensor::of_floats(name, {tensor.shape().begin(), tensor.shape().end()}, std::move(values)));
    return name;
  }

  std::string number(const std::string& name, double value) {
    model.initializers.push_back(OnnxTensor::of_floats(name, {}, {static_cast<float>(value)}));
    return name;
  }

  std::string transpose(const std::string& name, const std::string& x, std::vector<std::int64_t> permutation) {
    return node("Transpose", name, {x}, {integers("perm", std::move(permutation))});
  }

  std::string reshape(const std::string& name, const std::string& x, std::vector<std::int64_t> dims) {
    model.initializers.push_back(OnnxTensor::of_integers(name + ".shape", std::move(dims)));
    return node("Reshape", name, {x, name + ".shape"});
  }

  static OnnxAttribute integer(const std::string& name, std::int64_t value) {
    OnnxAttribute attribute;
    attribute.name = name;
    attribute.integer = value;
    return attribute;
  }

  static OnnxAttribute integers(const std::string& name, std::vector<std::int64_t> values) {
    OnnxAttribute attribute;
    attribute.name = name;
    attribute.type = OnnxAttributeType::integers;
    attribute.integers = std::move(values);
    return attribute;
  }

  static OnnxAttribute real(const std::string& name, double value) {
    OnnxAttribute attribute;
    attribute.name = name;
    attribute.type = OnnxAttributeType::real;
    attribute.real = static_cast<float>(value);
    return attribute;
  }

  static OnnxAttribute text(const std::string& name, const std::string& value) {
    OnnxAttribute attribute;
    attribute.name = name;
    attribute.type = OnnxAttributeType::text;
    attribute.text = value;
    return attribute;
  }

  OnnxModel model;
};

}  // namespace tinyhtr::detail
