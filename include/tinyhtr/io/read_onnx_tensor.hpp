// The constants of an ONNX file, read.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "tinyhtr/core/utf8.hpp"
#include "tinyhtr/io/onnx_model.hpp"
#include "tinyhtr/io/wire_reader.hpp"

namespace tinyhtr::detail {

/// Number of elements of a tensor; refuses negative dims and what no file holds.
inline std::size_t onnx_element_count(const WireReader& reader, const OnnxTensor& tensor) {
  std::int64_t count = 1;
  if (tensor.dims.size() > 8) reader.refuse("the tensor '" + printable(tensor.name) + "' has more than 8 dimensions");
  for (const std::int64_t dim : tensor.dims) {
    if (dim < 0) reader.refuse("the tensor '" + printable(tensor.name) + "' has the dimension " + std::to_string(dim));
    if (__builtin_mul_overflow(count, dim, &count)) {
      reader.refuse("the dimensions of the tensor '" + printable(tensor.name) + "' are too large");
    }
  }
  return static_cast<std::size_t>(count);
}

/// The elements of raw_data.
template <class Stored, class Element>
void take_raw(const WireReader& reader, const OnnxTensor& tensor, std::string_view raw, std::vector<Element>& target) {
  if (raw.size() % sizeof(Stored) != 0) {
    reader.refuse("the tensor '" + printable(tensor.name) + "' has " + std::to_string(raw.size()) +
                  " bytes of raw data, its elements have " + std::to_string(sizeof(Stored)));
  }
  static_assert(std::endian::native == std::endian::little);
  if (!target.empty()) reader.refuse("the tensor '" + printable(tensor.name) + "' has its elements twice");
  target.reserve(raw.size() / sizeof(Stored));
  for (std::size_t i = 0; i < raw.size(); i += sizeof(Stored)) {
    Stored element;
    std::memcpy(&element, raw.data() + i, sizeof element);
    target.push_back(static_cast<Element>(element));
  }
}

/// Refuses a tensor whose elements are not as many as its dims say, or that no network computes with.
inline void check_onnx_tensor(const WireReader& reader, const OnnxTensor& tensor) {
  const std::size_t expected = onnx_element_count(reader, tensor);
  const std::size_t found = tensor.floats.size() + tensor.doubles.size() + tensor.integers.size();
  const std::size_t own = tensor.type == OnnxType::float32   ? tensor.floats.size()
                          : tensor.type == OnnxType::float64 ? tensor.doubles.size()
                                                             : tensor.integers.size();
  if (found != expected || own != expected) {
    reader.refuse("the tensor '" + printable(tensor.name) + "' has " + std::to_string(own) +
                  " elements of its type, its dimensions make " + std::to_string(expected));
  }
  const auto check_finite = [&](const auto& values) {
    for (const auto value : values) {
      if (!std::isfinite(value)) {
        reader.refuse("the tensor '" + printable(tensor.name) + "' holds " + std::to_string(value) +
                      ", expected finite numbers");
      }
    }
  };
  check_finite(tensor.floats);
  check_finite(tensor.doubles);
}

/// TensorProto.
inline OnnxTensor parse_onnx_tensor(const WireReader& outer) {
  OnnxTensor tensor;
  std::string_view raw;
  std::int64_t type = 0;
  for (WireReader reader = outer.message(); reader.next();) {
    switch (reader.field()) {
      case 1:
        reader.append_signed_varints(tensor.dims);
        break;
      case 2:
        type = reader.signed_varint();
        break;
      case 3:
        reader.refuse("a tensor has its elements in segments, which is not supported");
      case 4:
        reader.append_float32s(tensor.floats);
        break;
      case 5:
      case 7:
        reader.append_signed_varints(tensor.integers);
        break;
      case 8:
        tensor.name = reader.text();
        break;
      case 9:
        raw = reader.bytes();
        break;
      case 10:
        reader.append_float64s(tensor.doubles);
        break;
      case 13:
        reader.refuse("a tensor has its elements in another file; save the model with everything in one file");
      case 14:
        if (reader.varint() != 0) {
          reader.refuse("a tensor has its elements in another file; save the model with everything in one file");
        }
        break;
      default:
        break;  // documentation, text
    }
  }
  switch (type) {
    case 1:
    case 6:
    case 7:
    case 11:
      tensor.type = static_cast<OnnxType>(type);
      break;
    default:
      outer.refuse("the tensor '" + printable(tensor.name) + "' has elements of type " + std::to_string(type) +
                   ", expected float32 (1), int32 (6), int64 (7) or float64 (11)");
  }
  if (!raw.empty()) {
    if (tensor.type == OnnxType::float32) take_raw<float>(outer, tensor, raw, tensor.floats);
    if (tensor.type == OnnxType::float64) take_raw<double>(outer, tensor, raw, tensor.doubles);
    if (tensor.type == OnnxType::int32) take_raw<std::int32_t>(outer, tensor, raw, tensor.integers);
    if (tensor.type == OnnxType::int64) take_raw<std::int64_t>(outer, tensor, raw, tensor.integers);
  }
  check_onnx_tensor(outer, tensor);
  return tensor;
}

}  // namespace tinyhtr::detail
