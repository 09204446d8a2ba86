// The safetensors format: named tensors with strings beside them, readable by Python's package of that name.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/files.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/io/parse_json.hpp"
#include "tinyhtr/io/replace_file.hpp"

namespace tinyhtr {

/// One tensor as the file has it: its element type by the format's name, F32 or F64, its shape, its bytes.
struct StoredTensor {
  std::string dtype;
  Shape shape;
  std::string bytes;  ///< row-major, little-endian
};

/// Everything that one file holds.
struct Safetensors {
  std::filesystem::path path;  ///< where it was read from, for messages
  std::map<std::string, StoredTensor> tensors;
  std::map<std::string, std::string> metadata;

  template <class T>
  void add(const std::string& name, const Tensor<T>& tensor) {
    static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>);
    StoredTensor stored{sizeof(T) == 4 ? "F32" : "F64", tensor.shape(), ""};
    stored.bytes.assign(reinterpret_cast<const char*>(tensor.data()),
                        static_cast<std::size_t>(tensor.size()) * sizeof(T));
    tensors[name] = std::move(stored);
  }

  /// A tensor of the file; throws FormatError where it is missing (naming the shape wanted) or has another shape
  /// (naming both).
  const StoredTensor& at(const std::string& name, const Shape& shape) const {
    const auto found = tensors.find(name);
    if (found == tensors.end()) {
      throw FormatError(path.string() + ": has no tensor '" + name + "', expected one of shape " + shape.to_string());
    }
    if (found->second.shape != shape) {
      throw FormatError(path.string() + ": tensor '" + name + "' has shape " + found->second.shape.to_string() +
                        ", expected " + shape.to_string());
    }
    return found->second;
  }

  /// A tensor of the file that copy_to can copy; throws FormatError as at() does, and where it holds neither F32 nor
  /// F64, or something that is no finite number.
  const StoredTensor& numbers_at(const std::string& name, const Shape& shape) const {
    const StoredTensor& stored = at(name, shape);
    const auto refuse = [&](const std::string& found) {
      throw FormatError(path.string() + ": tensor '" + name + "' holds " + found);
    };
    if (stored.dtype != "F32" && stored.dtype != "F64") refuse(stored.dtype + ", expected F32 or F64");
    const Index bad = stored.dtype == "F32" ? first_not_finite<float>(stored) : first_not_finite<double>(stored);
    if (bad >= 0) refuse("NaN or infinity at position " + std::to_string(bad) + ", expected finite numbers");
    return stored;
  }

  /// Copies a tensor of the file into one of the same shape; F32 and F64 are converted into each other.
  /// Throws FormatError as numbers_at() does.
  template <class T>
  void copy_to(const std::string& name, Tensor<T>& target) const {
    const StoredTensor& stored = numbers_at(name, target.shape());
    if (stored.dtype == "F32") {
      copy_elements<float>(stored, target);
    } else {
      copy_elements<double>(stored, target);
    }
  }

  /// A string of the metadata; throws FormatError where there is none of that name.
  const std::string& text(const std::string& name) const {
    const auto found = metadata.find(name);
    if (found == metadata.end())
      throw FormatError(path.string() + ": its metadata has no '" + name + "'; was it written by tinyhtr?");
    return found->second;
  }

 private:
  template <class Element>
  static Element element_at(const StoredTensor& stored, Index i) {
    Element element;
    std::memcpy(&element, stored.bytes.data() + static_cast<std::size_t>(i) * sizeof(Element), sizeof(Element));
    return element;
  }

  template <class Element>
  static Index first_not_finite(const StoredTensor& stored) {
    const auto count = static_cast<Index>(stored.bytes.size() / sizeof(Element));
    for (Index i = 0; i < count; ++i) {
      if (!std::isfinite(element_at<Element>(stored, i))) return i;
    }
    return -1;
  }

  template <class Element, class T>
  static void copy_elements(const StoredTensor& stored, Tensor<T>& target) {
    for (Index i = 0; i < target.size(); ++i) target[i] = static_cast<T>(element_at<Element>(stored, i));
  }
};

/// Writes a file in the safetensors format: header length, JSON header padded to eight bytes, the tensors' bytes in the
/// order of their names. Goes through replace_file. Throws FileError; FormatError for text that is not UTF-8.
/// Source: the format's description, huggingface.co/docs/safetensors.
template <class WhenCalled = void>
void write_safetensors(const std::filesystem::path& path, const Safetensors& file) {
  nlohmann::json header = nlohmann::json::object();
  if (!file.metadata.empty()) header["__metadata__"] = file.metadata;
  std::string data;
  for (const auto& [name, tensor] : file.tensors) {
    const std::size_t begin = data.size();
    data += tensor.bytes;
    header[name] = {{"dtype", tensor.dtype},
                    {"shape", std::vector<Index>(tensor.shape.begin(), tensor.shape.end())},
                    {"data_offsets", {begin, data.size()}}};
  }
  std::string text;
  try {
    text = header.dump();
  } catch (const nlohmann::json::exception& error) {  // names and metadata have to be UTF-8
    throw FormatError(path.string() + ": a name or text cannot be written as JSON: " + error.what());
  }
  text.resize((text.size() + 7) / 8 * 8, ' ');
  std::string content;
  content.reserve(8 + text.size() + data.size());
  for (int byte = 0; byte < 8; ++byte) content += static_cast<char>((std::uint64_t{text.size()} >> (8 * byte)) & 0xFF);
  replace_file(path, content + text + data);
}

namespace detail {

/// Reads the entry of one tensor, all of it untrusted. Throws std::exception with the reason.
template <class WhenCalled = void>
StoredTensor parse_safetensors_entry(const nlohmann::json& entry, std::string_view content, std::size_t data_begin) {
  static const std::map<std::string, std::size_t> widths = {
      {"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"U16", 2}, {"I16", 2}, {"F16", 2}, {"BF16", 2},
      {"U32", 4},  {"I32", 4}, {"F32", 4}, {"U64", 8}, {"I64", 8}, {"F64", 8}};
  StoredTensor tensor;
  tensor.dtype = entry.at("dtype").get<std::string>();
  const auto width = widths.find(tensor.dtype);
  if (width == widths.end()) throw FormatError("unknown element type " + tensor.dtype);
  std::uint64_t size = width->second;
  for (const nlohmann::json& extent : entry.at("shape")) {
    if (!extent.is_number_unsigned()) throw FormatError("its shape is " + entry.at("shape").dump());
    const auto number = extent.get<std::uint64_t>();
    if (number > static_cast<std::uint64_t>(std::numeric_limits<Index>::max()))
      throw FormatError("its shape is too large");
    if (__builtin_mul_overflow(size, number, &size)) throw FormatError("its shape is too large");
    tensor.shape.append(static_cast<Index>(number));
  }
  const nlohmann::json& offsets = entry.at("data_offsets");
  if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() ||
      !offsets[1].is_number_unsigned()) {
    throw FormatError("its data_offsets are " + offsets.dump() + ", expected two positions");
  }
  const auto begin = offsets[0].get<std::uint64_t>(), end = offsets[1].get<std::uint64_t>();
  const std::uint64_t available = content.size() - data_begin;
  if (begin > end || end > available) {
    throw FormatError("its data are bytes " + std::to_string(begin) + " to " + std::to_string(end) + " of " +
                      std::to_string(available) + "; the file is truncated or damaged");
  }
  if (end - begin != size) {
    throw FormatError("its data are " + std::to_string(end - begin) + " bytes, its shape " + tensor.shape.to_string() +
                      " of " + tensor.dtype + " needs " + std::to_string(size));
  }
  tensor.bytes = std::string(content.substr(data_begin + begin, size));
  return tensor;
}

}  // namespace detail

/// Reads the bytes of a safetensors file; `path` is for messages, and kept. Throws FormatError with the path, the
/// tensor and the reason where they are truncated, damaged, have holes or overlaps, or are something else.
template <class WhenCalled = void>
Safetensors parse_safetensors(std::string_view content, const std::filesystem::path& path) {
  const auto refuse = [&path](const std::string& reason) {
    throw FormatError(path.string() + ": is no safetensors file: " + reason);
  };

  if (content.size() < 8) refuse("it has " + std::to_string(content.size()) + " bytes, expected at least 8");
  std::uint64_t header_size = 0;
  for (int byte = 7; byte >= 0; --byte)
    header_size = header_size << 8 | static_cast<unsigned char>(content[static_cast<std::size_t>(byte)]);
  constexpr std::uint64_t largest_header = 100'000'000;
  if (header_size > largest_header || header_size > content.size() - 8) {
    refuse("its header claims " + std::to_string(header_size) + " bytes, the file has " +
           std::to_string(content.size()));
  }
  nlohmann::json header;
  try {
    header = detail::parse_json(std::string(content.substr(8, header_size)));
  } catch (const FormatError& error) {
    refuse(std::string("its header: ") + error.what());
  }
  if (!header.is_object()) refuse("its header is not a JSON object");

  Safetensors file;
  file.path = path;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;
  for (auto item = header.cbegin(); item != header.cend(); ++item) {
    const std::string& name = item.key();
    const nlohmann::json& entry = item.value();
    try {
      if (name == "__metadata__") {
        file.metadata = entry.get<std::map<std::string, std::string>>();
        continue;
      }
      file.tensors[name] = detail::parse_safetensors_entry(entry, content, 8 + header_size);
      ranges.emplace_back(entry["data_offsets"][0].get<std::uint64_t>(), entry["data_offsets"][1].get<std::uint64_t>());
    } catch (const std::exception& error) {
      throw FormatError(path.string() + ": tensor '" + name + "': " + error.what());
    }
  }
  std::sort(ranges.begin(), ranges.end());
  std::uint64_t position = 0;
  for (const auto& [begin, end] : ranges) {
    if (begin != position)
      refuse("its tensors overlap or leave a hole at byte " + std::to_string(std::min(begin, position)) +
             " of the data");
    position = end;
  }
  if (position != content.size() - 8 - header_size) {
    refuse("its tensors end at byte " + std::to_string(position) + " of " +
           std::to_string(content.size() - 8 - header_size) + " of data");
  }
  return file;
}

/// parse_safetensors of a file. Throws FileError where it cannot be read.
template <class WhenCalled = void>
Safetensors read_safetensors(const std::filesystem::path& path) {
  constexpr std::uintmax_t most = std::uintmax_t{1} << 32;  // a thousand times the reference network
  return parse_safetensors(detail::read_file<std::string>(path, "a safetensors file", most), path);
}

}  // namespace tinyhtr
