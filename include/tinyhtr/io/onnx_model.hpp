// An ONNX file's content as plain fields: what is computed, from what, with which numbers.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace tinyhtr {

/// The types of elements that tinyhtr reads, by the format's numbers.
enum class OnnxType { float32 = 1, int32 = 6, int64 = 7, float64 = 11 };

/// A constant: weights, or the integers that a Reshape goes by. Row-major; the vector of its type holds the elements.
struct OnnxTensor {
  std::string name;
  OnnxType type = OnnxType::float32;
  std::vector<std::int64_t> dims;      ///< none for a single number
  std::vector<float> floats;           ///< of float32
  std::vector<double> doubles;         ///< of float64
  std::vector<std::int64_t> integers;  ///< of int32, int64

  static OnnxTensor of_floats(std::string name, std::vector<std::int64_t> dims, std::vector<float> values) {
    return {std::move(name), OnnxType::float32, std::move(dims), std::move(values), {}, {}};
  }

  /// A list of integers, as a shape is.
  static OnnxTensor of_integers(std::string name, std::vector<std::int64_t> values) {
    return {std::move(name), OnnxType::int64, {static_cast<std::int64_t>(values.size())}, {}, {}, std::move(values)};
  }
};

/// What kind of value an attribute has, by the format's numbers.
enum class OnnxAttributeType {
  real = 1,
  integer = 2,
  text = 3,
  tensor = 4,
  graph = 5,
  reals = 6,
  integers = 7,
  texts = 8
};

/// An option of a node. Of a graph within the node, nothing is kept but that it is there.
struct OnnxAttribute {
  std::string name;
  OnnxAttributeType type = OnnxAttributeType::integer;
  float real = 0;
  std::int64_t integer = 0;
  std::string text;
  std::vector<float> reals;
  std::vector<std::int64_t> integers;
  std::vector<std::string> texts;
  OnnxTensor tensor;
};

/// One operation. Values have names; an empty name stands for an input that is not given.
struct OnnxNode {
  std::string op, name;
  std::vector<std::string> inputs, outputs;
  std::vector<OnnxAttribute> attributes;
  std::string domain;  ///< empty for ONNX's own operations
};

/// One axis of an input or output: a number, or a name where it may be any, or neither.
struct OnnxDimension {
  std::int64_t value = -1;
  std::string name;
};

struct OnnxValueInfo {
  std::string name;
  int type = 1;  ///< of the elements; a number of OnnxType, or another of the format's
  std::vector<OnnxDimension> dims;
};

struct OnnxModel {
  std::filesystem::path path;  ///< where it was read from, for messages
  std::int64_t ir_version = 7, opset = 13;
  std::string producer, producer_version, graph_name;
  std::vector<OnnxValueInfo> inputs, outputs;
  std::vector<OnnxNode> nodes;  ///< each behind those whose values it takes
  std::vector<OnnxTensor> initializers;
  std::map<std::string, std::string> metadata;
};

}  // namespace tinyhtr
