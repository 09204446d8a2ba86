// ONNX files, read; every byte of them is untrusted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/files.hpp"
#include "tinyhtr/core/utf8.hpp"
#include "tinyhtr/io/onnx_model.hpp"
#include "tinyhtr/io/read_onnx_tensor.hpp"
#include "tinyhtr/io/wire_reader.hpp"

namespace tinyhtr {

namespace detail {

/// Appends to a list of things that take more memory than they take bytes in a file, so that it has an end. `most` is
/// far beyond what the networks have that tinyhtr reads.
template <class Item>
void append_bounded(const WireReader& reader, std::vector<Item>& list, Item item, std::size_t most = 10'000) {
  if (list.size() == most) {
    reader.refuse("expected at most " + std::to_string(most) + " of field " + std::to_string(reader.field()) +
                  ", found more");
  }
  list.push_back(std::move(item));
}

/// AttributeProto. A graph in it is not opened: nothing that tinyhtr reads has one.
inline OnnxAttribute parse_onnx_attribute(const WireReader& outer) {
  OnnxAttribute attribute;
  std::int64_t type = 0;
  for (WireReader reader = outer.message(); reader.next();) {
    switch (reader.field()) {
      case 1:
        attribute.name = reader.text();
        break;
      case 2:
        attribute.real = reader.float32();
        break;
      case 3:
        attribute.integer = reader.signed_varint();
        break;
      case 4:
        attribute.text = reader.text();
        break;
      case 5:
        attribute.tensor = parse_onnx_tensor(reader);
        break;
      case 7:
        reader.append_float32s(attribute.reals);
        break;
      case 8:
        reader.append_signed_varints(attribute.integers);
        break;
      case 9:
        append_bounded(reader, attribute.texts, reader.text());
        break;
      case 20:
        type = reader.signed_varint();
        break;
      default:
        break;
    }
  }
  if (type < 1 || type > 14) {
    outer.refuse("the attribute '" + printable(attribute.name) + "' is of type " + std::to_string(type) +
                 ", expected 1 to 14");
  }
  attribute.type = static_cast<OnnxAttributeType>(type <= 8 ? type : 5);  // several graphs and the like: not opened
  return attribute;
}

/// NodeProto.
inline OnnxNode parse_onnx_node(const WireReader& outer) {
  OnnxNode node;
  for (WireReader reader = outer.message(); reader.next();) {
    switch (reader.field()) {
      case 1:
        append_bounded(reader, node.inputs, reader.text());
        break;
      case 2:
        append_bounded(reader, node.outputs, reader.text());
        break;
      case 3:
        node.name = reader.text();
        break;
      case 4:
        node.op = reader.text();
        break;
      case 5:
        append_bounded(reader, node.attributes, parse_onnx_attribute(reader), 32);
        break;
      case 7:
        node.domain = reader.text();
        break;
      default:
        break;
    }
  }
  if (node.op.empty()) outer.refuse("the node '" + printable(node.name) + "' has no operation");
  return node;
}

/// TensorShapeProto.
inline std::vector<OnnxDimension> parse_onnx_dimensions(const WireReader& outer) {
  std::vector<OnnxDimension> dims;
  for (WireReader reader = outer.message(); reader.next();) {
    if (reader.field() != 1) continue;
    OnnxDimension dimension;
    for (WireReader inner = reader.message(); inner.next();) {
      if (inner.field() == 1) dimension.value = inner.signed_varint();
      if (inner.field() == 2) dimension.name = inner.text();
    }
    append_bounded(reader, dims, std::move(dimension), 8);
  }
  return dims;
}

/// ValueInfoProto; of its type, what a tensor has.
inline OnnxValueInfo parse_onnx_value_info(const WireReader& outer) {
  OnnxValueInfo info;
  info.type = 0;
  for (WireReader reader = outer.message(); reader.next();) {
    if (reader.field() == 1) info.name = reader.text();
    if (reader.field() != 2) continue;
    for (WireReader type = reader.message(); type.next();) {
      if (type.field() != 1) continue;
      for (WireReader tensor = type.message(); tensor.next();) {
        if (tensor.field() == 1) info.type = static_cast<int>(tensor.varint() & 0xFFFF);
        if (tensor.field() == 2) info.dims = parse_onnx_dimensions(tensor);
      }
    }
  }
  return info;
}

/// GraphProto.
inline void parse_onnx_graph(const WireReader& outer, OnnxModel& model) {
  for (WireReader reader = outer.message(); reader.next();) {
    switch (reader.field()) {
      case 1:
        append_bounded(reader, model.nodes, parse_onnx_node(reader));
        break;
      case 2:
        model.graph_name = reader.text();
        break;
      case 5:
        append_bounded(reader, model.initializers, parse_onnx_tensor(reader));
        break;
      case 11:
        append_bounded(reader, model.inputs, parse_onnx_value_info(reader));
        break;
      case 12:
        append_bounded(reader, model.outputs, parse_onnx_value_info(reader));
        break;
      default:
        break;
    }
  }
}

/// OperatorSetIdProto; of ONNX's own operations, the version counts.
inline void parse_onnx_opset(const WireReader& outer, OnnxModel& model) {
  std::string domain;
  std::int64_t number = 0;
  for (WireReader reader = outer.message(); reader.next();) {
    if (reader.field() == 1) domain = reader.text();
    if (reader.field() == 2) number = reader.signed_varint();
  }
  if (domain.empty() || domain == "ai.onnx") model.opset = number;
}

/// StringStringEntryProto.
inline void parse_onnx_metadata(const WireReader& outer, OnnxModel& model) {
  std::string key, value;
  for (WireReader reader = outer.message(); reader.next();) {
    if (reader.field() == 1) key = reader.text();
    if (reader.field() == 2) value = reader.text();
  }
  if (model.metadata.size() == 1000) outer.refuse("expected at most 1000 metadata, found more");
  model.metadata[key] = value;
}

}  // namespace detail

/// Reads an ONNX file out of memory; name: what messages call it.
///
/// Constants of float32, float64, int32, int64 are read, from raw_data or from the lists. Throws FormatError in one
/// line, with the file and the position, for what is truncated, damaged or something else, for tensors whose dimensions
/// are negative or do not match their data, that are in another file, that hold NaN or infinity.
/// Source: onnx.proto of github.com/onnx/onnx.
inline OnnxModel parse_onnx(std::string_view content, const std::filesystem::path& name) {
  OnnxModel model;
  model.path = name;
  model.ir_version = model.opset = 0;
  bool has_graph = false;
  for (WireReader reader(content, name); reader.next();) {
    switch (reader.field()) {
      case 1:
        model.ir_version = reader.signed_varint();
        break;
      case 2:
        model.producer = reader.text();
        break;
      case 3:
        model.producer_version = reader.text();
        break;
      case 7:
        if (has_graph) reader.refuse("a second graph");
        has_graph = true;
        detail::parse_onnx_graph(reader, model);
        break;
      case 8:
        detail::parse_onnx_opset(reader, model);
        break;
      case 14:
        detail::parse_onnx_metadata(reader, model);
        break;
      default:
        break;
    }
  }
  if (!has_graph || model.ir_version < 1) {
    throw FormatError(name.string() + ": is no ONNX file, or a truncated one: it has no " +
                      (has_graph ? "ir_version" : "graph"));
  }
  return model;
}

/// Reads an ONNX file. Throws FileError where it cannot be read, FormatError as parse_onnx does.
inline OnnxModel read_onnx(const std::filesystem::path& path) {
  constexpr std::uintmax_t most = std::uintmax_t{1} << 31;  // what protobuf allows a message
  return parse_onnx(detail::read_file<std::string>(path, "an ONNX file", most), path);
}

}  // namespace tinyhtr
