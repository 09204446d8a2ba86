// The check that a PNG file is whole: every chunk is there, with the sum it was written with.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "tinyhtr/core/error.hpp"

namespace tinyhtr::detail {

inline constexpr std::array<std::uint8_t, 8> png_signature{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

inline bool starts_like_png(std::span<const std::uint8_t> bytes) {
  return bytes.size() >= png_signature.size() && std::equal(png_signature.begin(), png_signature.end(), bytes.begin());
}

/// Remainders of all single bytes, for crc32.
inline constexpr std::array<std::uint32_t, 256> crc32_table = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t remainder = byte;
    for (int bit = 0; bit < 8; ++bit) remainder = (remainder >> 1) ^ ((remainder & 1u) != 0 ? 0xEDB88320u : 0u);
    table[byte] = remainder;
  }
  return table;
}();

/// The checksum of a chunk's type followed by its data: PNG specification, annex D.
inline std::uint32_t crc32(std::span<const std::uint8_t> bytes) {
  std::uint32_t remainder = 0xFFFFFFFFu;
  for (const std::uint8_t byte : bytes) remainder = crc32_table[(remainder ^ byte) & 0xFFu] ^ (remainder >> 8);
  return ~remainder;
}

/// Walks the chunks of a PNG file: length, type, data, checksum, from IHDR to IEND.
///
/// stb_image reads no checksum, takes a file that ends inside IEND, and writes the name of a chunk that it does not
/// know into memory that all threads share. All three end here instead. Checksums of chunks that a decoder may skip
/// are not looked at, as in libpng; a critical chunk beside the standard's four is refused.
/// `name` is the path to put into messages. Throws FormatError.
inline void check_png(std::span<const std::uint8_t> bytes, const std::string& name) {
  const auto number_at = [&](std::size_t at) {
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < 4; ++i) number = (number << 8) | bytes[at + i];
    return number;
  };
  constexpr std::size_t around = 12;  // bytes of a chunk beside its data
  std::size_t at = png_signature.size();
  while (true) {
    const std::size_t left = bytes.size() - at;
    if (left < around || left - around < number_at(at)) {
      throw FormatError(name + ": truncated PNG: the file ends at byte " + std::to_string(bytes.size()) +
                        ", inside the chunk that starts at byte " + std::to_string(at) + "; fetch the file again");
    }
    const std::size_t length = number_at(at);
    const std::string_view type(reinterpret_cast<const char*>(bytes.data()) + at + 4, 4);
    const bool critical = (bytes[at + 4] & 0x20u) == 0;  // bit 5 of the type: PNG specification, 5.4
    const std::string place = " at byte " + std::to_string(at);
    if (at == png_signature.size() && (type != "IHDR" || length != 13)) {
      throw FormatError(name + ": damaged PNG: expected the chunk IHDR" + place);
    }
    if (critical && type != "IHDR" && type != "PLTE" && type != "IDAT" && type != "IEND") {
      throw FormatError(name + ": PNG with a chunk" + place + " that is none of IHDR, PLTE, IDAT, IEND");
    }
    if (critical && crc32(bytes.subspan(at + 4, length + 4)) != number_at(at + 8 + length)) {
      throw FormatError(name + ": damaged PNG: wrong checksum of the chunk " + std::string(type) + place +
                        "; fetch the file again");
    }
    if (type == "IEND") return;
    at += around + length;
  }
}

}  // namespace tinyhtr::detail
