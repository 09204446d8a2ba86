// Tests of the check that a PNG file is whole.
#include "tinyhtr/image/check_png.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "tinyhtr/core/error.hpp"

using namespace tinyhtr;

namespace {

std::vector<std::uint8_t> stored_bytes(const std::string& name) {
  std::ifstream file(std::string(TINYHTR_TEST_DATA) + "/references/image/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

TEST_CASE("crc32 has the check value of its catalogues") {
  const std::string text = "123456789";
  const std::vector<std::uint8_t> bytes(text.begin(), text.end());
  CHECK(detail::crc32(bytes) == 0xCBF43926u);
  CHECK(detail::crc32({}) == 0u);
}

TEST_CASE("a whole PNG passes, each shorter one and each with one wrong bit is refused") {
  const std::vector<std::uint8_t> whole = stored_bytes("palette_alpha.png");
  REQUIRE(detail::starts_like_png(whole));
  CHECK_NOTHROW(detail::check_png(whole, "x.png"));
  for (std::size_t size = detail::png_signature.size(); size < whole.size(); ++size) {
    CHECK_THROWS_AS(detail::check_png(std::span(whole).first(size), "x.png"), FormatError);
  }
  // every byte but those of the one chunk whose checksum is not looked at
  const std::string text(whole.begin(), whole.end());
  const std::size_t skipped = text.find("tRNS") + 4;
  for (std::size_t at = detail::png_signature.size(); at < whole.size(); ++at) {
    if (at >= skipped && at < skipped + 200 + 4) continue;
    std::vector<std::uint8_t> damaged = whole;
    damaged[at] ^= 1;
    if (at >= skipped - 4 && at < skipped) continue;  // another name of a chunk that may be skipped
    CAPTURE(at);
    CHECK_THROWS_AS(detail::check_png(damaged, "x.png"), FormatError);
  }
}

TEST_CASE("a chunk is critical by bit 5 of its type, letter or not") {
  const std::vector<std::uint8_t> whole = stored_bytes("pixel.png");
  constexpr std::size_t after_header = 8 + 12 + 13;
  for (const int first : {0x51, 0x5B, 0x5F, 0x40, 0x00, 0x1F, 0x80, 0x71, 0x20, 0xFF}) {
    std::vector<std::uint8_t> chunk = {0, 0, 0, 0, static_cast<std::uint8_t>(first), 'u', 'I', 't'};
    const std::uint32_t sum = detail::crc32(std::span(chunk).subspan(4));
    for (const int shift : {24, 16, 8, 0}) chunk.push_back(static_cast<std::uint8_t>(sum >> shift));
    std::vector<std::uint8_t> bytes = whole;
    bytes.insert(bytes.begin() + after_header, chunk.begin(), chunk.end());
    CAPTURE(first);
    if ((first & 0x20) == 0) {
      CHECK_THROWS_WITH_AS(detail::check_png(bytes, "x.png"), doctest::Contains("none of IHDR"), FormatError);
    } else {
      CHECK_NOTHROW(detail::check_png(bytes, "x.png"));
    }
  }
}

TEST_CASE("bytes after the end of a PNG do not matter") {
  std::vector<std::uint8_t> bytes = stored_bytes("pixel.png");
  bytes.push_back(7);
  CHECK_NOTHROW(detail::check_png(bytes, "x.png"));
}

TEST_CASE("the message names file, place and cause") {
  const std::vector<std::uint8_t> whole = stored_bytes("pixel.png");
  try {
    detail::check_png(std::span(whole).first(20), "some/x.png");
    FAIL("accepted");
  } catch (const FormatError& error) {
    const std::string text = error.what();
    CHECK(text.find("some/x.png") != std::string::npos);
    CHECK(text.find("truncated") != std::string::npos);
    CHECK(text.find("byte 20") != std::string::npos);
  }
}
