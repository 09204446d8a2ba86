// Protobuf's wire format, written: what TensorBoard's events are made of, as are ONNX files.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tinyhtr {

/// Collects the fields of one message. A field is a key, number << 3 | wire type, then its value:
///
///     wire type 0: a varint, seven bits per byte, the lowest first, the highest bit of a byte says that more follow
///     wire type 1: eight bytes, little-endian; 5: four bytes
///     wire type 2: a varint with the length, then as many bytes: text, a message within the message, packed numbers
///
/// Fields stand in the order of the calls. field: the number that the message's definition gives it, from 1.
/// Source: protobuf.dev/programming-guides/encoding.
class WireWriter {
 public:
  /// uint64, bool, enum; int64 and int32 too, as static_cast<std::uint64_t>: negative ones take ten bytes.
  WireWriter& varint(int field, std::uint64_t value) {
    key(field, 0);
    raw_varint(value);
    return *this;
  }

  WireWriter& float32(int field, float value) {
    key(field, 5);
    little_endian(std::bit_cast<std::uint32_t>(value));
    return *this;
  }

  WireWriter& float64(int field, double value) {
    key(field, 1);
    little_endian(std::bit_cast<std::uint64_t>(value));
    return *this;
  }

  /// string, bytes.
  WireWriter& bytes(int field, std::string_view value) {
    key(field, 2);
    raw_varint(value.size());
    content_ += value;
    return *this;
  }

  WireWriter& message(int field, const WireWriter& inner) { return bytes(field, inner.content()); }

  /// A repeated number with one key for all of them, as proto3 has it. Also where there are none.
  WireWriter& packed_varints(int field, std::span<const std::uint64_t> values) {
    WireWriter inner;
    for (const std::uint64_t value : values) inner.raw_varint(value);
    return message(field, inner);
  }

  WireWriter& packed_float32s(int field, std::span<const float> values) {
    WireWriter inner;
    for (const float value : values) inner.little_endian(std::bit_cast<std::uint32_t>(value));
    return message(field, inner);
  }

  WireWriter& packed_float64s(int field, std::span<const double> values) {
    WireWriter inner;
    for (const double value : values) inner.little_endian(std::bit_cast<std::uint64_t>(value));
    return message(field, inner);
  }

  /// The message so far, as bytes.
  const std::string& content() const { return content_; }

 private:
  void key(int field, unsigned wire_type) { raw_varint(static_cast<std::uint64_t>(field) << 3 | wire_type); }

  void raw_varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) content_ += static_cast<char>((value & 0x7F) | 0x80);
    content_ += static_cast<char>(value);
  }

  template <class Bits>
  void little_endian(Bits bits) {
    for (std::size_t byte = 0; byte < sizeof(Bits); ++byte) content_ += static_cast<char>((bits >> (8 * byte)) & 0xFF);
  }

  std::string content_;
};

}  // namespace tinyhtr
