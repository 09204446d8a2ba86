// CRC-32C: the checksum of TensorBoard's records.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tinyhtr {

namespace detail {

/// The remainders of all bytes: entry b is what eight steps of the division leave of b.
inline constexpr std::array<std::uint32_t, 256> crc32c_table = [] {
  constexpr std::uint32_t polynomial = 0x82F63B78;  // 0x1EDC6F41 with its bits reversed: the lowest bit comes first
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t remainder = byte;
    for (int bit = 0; bit < 8; ++bit) remainder = (remainder >> 1) ^ ((remainder & 1) != 0 ? polynomial : 0);
    table[byte] = remainder;
  }
  return table;
}();

}  // namespace detail

/// The cyclic redundancy check of some bytes with Castagnoli's polynomial, a table look-up per byte.
/// Source: RFC 3720 (iSCSI), sections 12.1, B.4.
constexpr std::uint32_t crc32c(std::string_view bytes) {
  std::uint32_t remainder = 0xFFFFFFFF;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    remainder = (remainder >> 8) ^ detail::crc32c_table[static_cast<std::size_t>((remainder ^ byte) & 0xFF)];
  }
  return ~remainder;
}

/// crc32c as records store it: turned right by 15 bits plus a constant, for the checksum of bytes that hold their own
/// checksum says little. Source: TensorFlow, tsl/lib/hash/crc32c.h.
constexpr std::uint32_t masked_crc32c(std::string_view bytes) {
  const std::uint32_t crc = crc32c(bytes);
  return ((crc >> 15) | (crc << 17)) + 0xA282EAD8;
}

}  // namespace tinyhtr
