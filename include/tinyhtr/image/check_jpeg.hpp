// The check that the Huffman tables of a JPEG file fit into the memory that stb_image has for them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>

#include "tinyhtr/core/error.hpp"

namespace tinyhtr::detail {

/// Bytes FF before a marker fill, even before the first one.
inline bool starts_like_jpeg(std::span<const std::uint8_t> bytes) {
  return bytes.size() >= 2 && bytes[0] == 0xFF && (bytes[1] == 0xD8 || bytes[1] == 0xFF);
}

/// Walks the segments of a JPEG file, and refuses a Huffman table of more than 256 codes.
///
/// A table is one byte for its kind, 16 counts of the codes of 1 to 16 bits, then one byte for each code: ITU-T T.81,
/// B.2.4.2. stb_image 2.27 has room for 256 codes and writes as many as the counts say. All other damage it finds
/// itself. `name` is the path to put into messages. Throws FormatError.
inline void check_jpeg(std::span<const std::uint8_t> bytes, const std::string& name) {
  constexpr std::size_t before_codes = 17;
  std::size_t at = 2;
  while (true) {
    // A marker is FF with neither 00, which is data, nor FF, which fills. Between them stand packed pixels or nothing.
    while (at + 1 < bytes.size() && (bytes[at] != 0xFF || bytes[at + 1] == 0 || bytes[at + 1] == 0xFF)) ++at;
    if (at + 4 > bytes.size()) return;
    const int marker = bytes[at + 1];
    at += 2;
    if (marker == 0xD9) return;                                          // the end
    if ((marker >= 0xD0 && marker <= 0xD8) || marker == 0x01) continue;  // these have no length
    const std::size_t length = std::max(std::size_t{2}, static_cast<std::size_t>((bytes[at] << 8) | bytes[at + 1]));
    if (marker == 0xC4) {
      std::size_t table = at + 2;
      while (table < at + length && table + before_codes <= bytes.size()) {
        const auto counts = bytes.subspan(table + 1, 16);
        const int codes = std::accumulate(counts.begin(), counts.end(), 0);
        if (codes > 256) {
          throw FormatError(name + ": damaged JPEG: expected a Huffman table of at most 256 codes at byte " +
                            std::to_string(table) + ", found " + std::to_string(codes) + "; fetch the file again");
        }
        table += before_codes + static_cast<std::size_t>(codes);
      }
    }
    at = std::min(at + length, bytes.size());
  }
}

}  // namespace tinyhtr::detail
