// ONNX files, written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/io/onnx_model.hpp"
#include "tinyhtr/io/replace_file.hpp"
#include "tinyhtr/io/wire_writer.hpp"

namespace tinyhtr {

namespace detail {

// The numbers of the fields are those of onnx.proto.

inline std::span<const std::uint64_t> as_varints(const std::vector<std::int64_t>& values) {
  return {reinterpret_cast<const std::uint64_t*>(values.data()), values.size()};
}

/// TensorProto. Numbers go into raw_data, little-endian, as every reader expects large ones.
inline WireWriter onnx_tensor_message(const OnnxTensor& tensor) {
  WireWriter message;
  if (!tensor.dims.empty()) message.packed_varints(1, as_varints(tensor.dims));
  message.varint(2, static_cast<std::uint64_t>(tensor.type)).bytes(8, tensor.name);
  std::string raw;
  const auto append = [&raw](const auto& values) {
    raw.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(values[0]));
  };
  switch (tensor.type) {
    case OnnxType::float32:
      append(tensor.floats);
      break;
    case OnnxType::float64:
      append(tensor.doubles);
      break;
    case OnnxType::int64:
      append(tensor.integers);
      break;
    case OnnxType::int32:
      append(std::vector<std::int32_t>(tensor.integers.begin(), tensor.integers.end()));
      break;
  }
  return message.bytes(9, raw);
}

/// AttributeProto.
inline WireWriter onnx_attribute_message(const OnnxAttribute& attribute) {
  WireWriter message;
  message.bytes(1, attribute.name);
  switch (attribute.type) {
    case OnnxAttributeType::real:
      message.float32(2, attribute.real);
      break;
    case OnnxAttributeType::integer:
      message.varint(3, static_cast<std::uint64_t>(attribute.integer));
      break;
    case OnnxAttributeType::text:
      message.bytes(4, attribute.text);
      break;
    case OnnxAttributeType::tensor:
      message.message(5, onnx_tensor_message(attribute.tensor));
      break;
    case OnnxAttributeType::reals:
      message.packed_float32s(7, attribute.reals);
      break;
    case OnnxAttributeType::integers:
      message.packed_varints(8, as_varints(attribute.integers));
      break;
    case OnnxAttributeType::texts:
      for (const std::string& text : attribute.texts) message.bytes(9, text);
      break;
    case OnnxAttributeType::graph:
      throw ArgumentError("write_onnx: the attribute '" + attribute.name + "' is a graph, which cannot be written");
  }
  return message.varint(20, static_cast<std::uint64_t>(attribute.type));
}

/// NodeProto.
inline WireWriter onnx_node_message(const OnnxNode& node) {
  WireWriter message;
  for (const std::string& input : node.inputs) message.bytes(1, input);
  for (const std::string& output : node.outputs) message.bytes(2, output);
  message.bytes(3, node.name).bytes(4, node.op);
  for (const OnnxAttribute& attribute : node.attributes) message.message(5, onnx_attribute_message(attribute));
  if (!node.domain.empty()) message.bytes(7, node.domain);
  return message;
}

/// ValueInfoProto, with the TypeProto inside.
inline WireWriter onnx_value_info_message(const OnnxValueInfo& info) {
  WireWriter shape;
  for (const OnnxDimension& dimension : info.dims) {
    WireWriter one;
    if (dimension.value >= 0) one.varint(1, static_cast<std::uint64_t>(dimension.value));
    if (dimension.value < 0 && !dimension.name.empty()) one.bytes(2, dimension.name);
    shape.message(1, one);
  }
  WireWriter tensor, type;
  tensor.varint(1, static_cast<std::uint64_t>(info.type)).message(2, shape);
  type.message(1, tensor);
  return WireWriter().bytes(1, info.name).message(2, type);
}

}  // namespace detail

/// The bytes of an ONNX file. Throws ArgumentError for a graph within a node. Source: onnx.proto of
/// github.com/onnx/onnx.
inline std::string onnx_bytes(const OnnxModel& model) {
  WireWriter graph;
  for (const OnnxNode& node : model.nodes) graph.message(1, detail::onnx_node_message(node));
  graph.bytes(2, model.graph_name);
  for (const OnnxTensor& tensor : model.initializers) graph.message(5, detail::onnx_tensor_message(tensor));
  for (const OnnxValueInfo& input : model.inputs) graph.message(11, detail::onnx_value_info_message(input));
  for (const OnnxValueInfo& output : model.outputs) graph.message(12, detail::onnx_value_info_message(output));
  WireWriter message;
  message.varint(1, static_cast<std::uint64_t>(model.ir_version)).bytes(2, model.producer);
  message.bytes(3, model.producer_version).message(7, graph);
  message.message(8, WireWriter().bytes(1, "").varint(2, static_cast<std::uint64_t>(model.opset)));
  for (const auto& [key, value] : model.metadata) message.message(14, WireWriter().bytes(1, key).bytes(2, value));
  return message.content();
}

/// Writes an ONNX file through replace_file. Throws FileError as that does.
inline void write_onnx(const std::filesystem::path& path, const OnnxModel& model) {
  replace_file(path, onnx_bytes(model));
}

}  // namespace tinyhtr
