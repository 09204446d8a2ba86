// The check that the numbers in a PNM file's header fit into stb_image's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "tinyhtr/core/error.hpp"

namespace tinyhtr::detail {

inline bool starts_like_pnm(std::span<const std::uint8_t> bytes) {
  return bytes.size() >= 2 && bytes[0] == 'P' && (bytes[1] == '5' || bytes[1] == '6');
}

/// Walks the header of a PNM file: width, height, greatest value, parted by blanks and comments from # to a line's end.
///
/// stb_image adds up digits in an int without a look at its range. Nine digits fit into one.
/// `name` is the path to put into messages. Throws FormatError.
inline void check_pnm(std::span<const std::uint8_t> bytes, const std::string& name) {
  const auto is_one_of = [&](std::size_t at, const char* characters) {
    return at < bytes.size() && bytes[at] != 0 &&
           std::string_view(characters).find(static_cast<char>(bytes[at])) != std::string_view::npos;
  };
  std::size_t at = 2;
  for (int number = 0; number < 3; ++number) {
    while (is_one_of(at, " \t\n\v\f\r#")) {
      const bool comment = bytes[at] == '#';
      ++at;
      while (comment && at < bytes.size() && !is_one_of(at, "\n\r")) ++at;
    }
    const std::size_t begin = at;
    while (is_one_of(at, "0123456789")) ++at;
    if (at - begin > 9) {
      throw FormatError(name + ": expected a PNM header with numbers of at most 9 digits, found one of " +
                        std::to_string(at - begin) + " at byte " + std::to_string(begin));
    }
  }
}

}  // namespace tinyhtr::detail
