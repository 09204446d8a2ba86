// Tests of CRC-32C against published values.
#include "tinyhtr/io/crc32c.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace tinyhtr;

TEST_CASE("the check value of the polynomial") {
  static_assert(crc32c("123456789") == 0xE3069283);
  CHECK(crc32c("123456789") == 0xE3069283);
  CHECK(crc32c("") == 0);
}

TEST_CASE("the vectors of RFC 3720, appendix B.4") {
  CHECK(crc32c(std::string(32, '\0')) == 0x8A9136AA);
  CHECK(crc32c(std::string(32, '\xFF')) == 0x62A8AB43);
  std::string rising, falling;
  for (int i = 0; i < 32; ++i) {
    rising += static_cast<char>(i);
    falling += static_cast<char>(31 - i);
  }
  CHECK(crc32c(rising) == 0x46DD794E);
  CHECK(crc32c(falling) == 0x113FDB5C);
}

TEST_CASE("a flipped bit is seen wherever it is") {
  const std::string text = "a record of events";
  for (std::size_t i = 0; i < text.size() * 8; ++i) {
    std::string changed = text;
    changed[i / 8] = static_cast<char>(changed[i / 8] ^ (1 << (i % 8)));
    CHECK(crc32c(changed) != crc32c(text));
  }
}

TEST_CASE("the mask turns by 15 bits, then adds") {
  // 0xE3069283 turned right by 15 bits is 0x2507C60D.
  CHECK(masked_crc32c("123456789") == 0x2507C60Du + 0xA282EAD8u);
  CHECK(masked_crc32c("") == 0xA282EAD8u);
  // An event file starts with a record of 24 bytes, so with this length and its checksum, a3 7f 4b 22 in the file.
  CHECK(masked_crc32c(std::string("\x18\0\0\0\0\0\0\0", 8)) == 0x224B7FA3u);
}
