// Protobuf's wire format, read; every byte of it is untrusted.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tinyhtr/core/error.hpp"

namespace tinyhtr {

/// Walks over the fields of one message; WireWriter has the format.
///
///     for (WireReader reader(content, path); reader.next();) {
///       if (reader.field() == 4) name = reader.bytes(); ...
///     }
///
/// Nothing is copied and nothing recurses: a message within is bytes until somebody opens it. Throws FormatError that
/// names the file and the position of the byte for all that is not the format: a message that ends within a field, a
/// varint of more than 64 bits, a field number that none is, an unknown wire type (groups too, which nobody writes any
/// more), a length beyond the end.
class WireReader {
 public:
  /// name: what messages call the file. The content has to outlive the reader.
  WireReader(std::string_view content, std::filesystem::path name) : WireReader(content, std::move(name), 0) {}

  /// Goes to the next field; false at the end of the message.
  bool next() {
    if (position_ == content_.size()) return false;
    start_ = position_;
    const std::uint64_t key = raw_varint();
    const std::uint64_t highest_field = (std::uint64_t{1} << 29) - 1;
    if (key >> 3 == 0 || key >> 3 > highest_field) {
      refuse("expected a field number from 1 to " + std::to_string(highest_field) + ", found " +
             std::to_string(key >> 3));
    }
    field_ = static_cast<int>(key >> 3);
    type_ = static_cast<int>(key & 7);
    switch (type_) {
      case 0:
        number_ = raw_varint();
        break;
      case 1:
        number_ = little_endian(8);
        break;
      case 5:
        number_ = little_endian(4);
        break;
      case 2: {
        const std::uint64_t size = raw_varint(), left = content_.size() - position_;
        if (size > left) {
          refuse("field " + std::to_string(field_) + " claims " + std::to_string(size) + " bytes, " +
                 std::to_string(left) + " are left");
        }
        bytes_ = content_.substr(position_, static_cast<std::size_t>(size));
        position_ += static_cast<std::size_t>(size);
        break;
      }
      default:
        refuse("field " + std::to_string(field_) + " has wire type " + std::to_string(type_) +
               ", expected 0, 1, 2 or 5");
    }
    return true;
  }

  /// The number of the current field.
  int field() const { return field_; }

  // The value of the current field. Each throws FormatError where the field has another wire type.

  std::uint64_t varint() const {
    expect(0, "a varint");
    return number_;
  }

  /// int32, int64, which are written as the two's complement of 64 bits.
  std::int64_t signed_varint() const { return static_cast<std::int64_t>(varint()); }

  float float32() const {
    expect(5, "four bytes");
    return std::bit_cast<float>(static_cast<std::uint32_t>(number_));
  }

  double float64() const {
    expect(1, "eight bytes");
    return std::bit_cast<double>(number_);
  }

  std::string_view bytes() const {
    expect(2, "bytes with a length");
    return bytes_;
  }

  std::string text() const { return std::string(bytes()); }

  /// The message within, to be walked over by itself.
  WireReader message() const { return WireReader(bytes(), name_, base_ + position_ - bytes_.size()); }

  // A repeated number, of which writers may make one field each or pack many into one: appends what is here.

  void append_signed_varints(std::vector<std::int64_t>& list) const {
    if (type_ == 0) return list.push_back(static_cast<std::int64_t>(number_));
    WireReader packed = message();
    while (packed.position_ < packed.content_.size()) {
      packed.start_ = packed.position_;
      list.push_back(static_cast<std::int64_t>(packed.raw_varint()));
    }
  }

  void append_float32s(std::vector<float>& list) const {
    if (type_ == 5) return list.push_back(float32());
    WireReader packed = message();
    list.reserve(list.size() + bytes_.size() / 4);
    while (packed.position_ < packed.content_.size()) {
      list.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(packed.little_endian(4))));
    }
  }

  void append_float64s(std::vector<double>& list) const {
    if (type_ == 1) return list.push_back(float64());
    WireReader packed = message();
    list.reserve(list.size() + bytes_.size() / 8);
    while (packed.position_ < packed.content_.size()) {
      list.push_back(std::bit_cast<double>(packed.little_endian(8)));
    }
  }

  /// Throws FormatError "<file>: byte <start of the current field>: <reason>".
  [[noreturn]] void refuse(const std::string& reason) const {
    throw FormatError(name_.string() + ": byte " + std::to_string(base_ + start_) + ": " + reason +
                      "; the file is damaged or of another format");
  }

 private:
  WireReader(std::string_view content, std::filesystem::path name, std::size_t base)
      : content_(content), name_(std::move(name)), base_(base) {}

  void expect(int type, const char* expected) const {
    if (type_ == type) return;
    refuse("field " + std::to_string(field_) + " has wire type " + std::to_string(type_) + ", expected " + expected);
  }

  std::uint64_t raw_varint() {
    std::uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      if (position_ == content_.size()) refuse("the message ends within a number");
      const auto byte = static_cast<unsigned char>(content_[position_++]);
      if (shift == 63 && byte > 1) refuse("a number has more than 64 bits");
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
  }

  std::uint64_t little_endian(std::size_t size) {
    if (content_.size() - position_ < size) refuse("the message ends within a number");
    std::uint64_t value = 0;
    for (std::size_t byte = 0; byte < size; ++byte) {
      value |= static_cast<std::uint64_t>(static_cast<unsigned char>(content_[position_++])) << (8 * byte);
    }
    return value;
  }

  std::string_view content_;
  std::filesystem::path name_;
  std::size_t base_ = 0;                  ///< where the content begins in the file
  std::size_t start_ = 0, position_ = 0;  ///< of the current field; behind it
  int field_ = 0, type_ = 0;
  std::uint64_t number_ = 0;  ///< of wire types 0, 1, 5
  std::string_view bytes_;    ///< of wire type 2
};

}  // namespace tinyhtr
