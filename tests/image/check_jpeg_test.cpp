// Tests of the check of a JPEG file's Huffman tables.
#include "tinyhtr/image/check_jpeg.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/image/read.hpp"

using namespace tinyhtr;

namespace {

std::vector<std::uint8_t> jpeg(const std::string& name) {
  std::ifstream file(std::string(TINYHTR_TEST_DATA) + "/references/image/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// Where the segments of Huffman tables start.
std::vector<std::size_t> tables_of(const std::vector<std::uint8_t>& bytes) {
  const std::uint8_t marker[] = {0xFF, 0xC4};
  std::vector<std::size_t> places;
  for (auto at = bytes.begin(); (at = std::search(at, bytes.end(), marker, marker + 2)) != bytes.end(); ++at) {
    places.push_back(static_cast<std::size_t>(at - bytes.begin()));
  }
  return places;
}

}  // namespace

TEST_CASE("whole files pass, and so does every part of one: the decoder finds what is missing") {
  for (const char* name : {"grey.jpg", "colour.jpg", "progressive.jpg"}) {
    const std::vector<std::uint8_t> bytes = jpeg(name);
    REQUIRE(detail::starts_like_jpeg(bytes));
    REQUIRE(tables_of(bytes).size() >= 2);
    for (std::size_t size = 2; size <= bytes.size(); ++size) {
      CHECK_NOTHROW(detail::check_jpeg(std::span(bytes).first(size), name));
    }
  }
}

TEST_CASE("a table with more than 256 codes is refused, wherever it stands") {
  for (const char* name : {"grey.jpg", "colour.jpg", "progressive.jpg"}) {
    const std::vector<std::uint8_t> whole = jpeg(name);
    for (const std::size_t place : tables_of(whole)) {
      std::vector<std::uint8_t> damaged = whole;
      damaged[place + 4 + 16] = 255;  // codes of 16 bits
      damaged[place + 4 + 15] = 255;
      CHECK_THROWS_AS(detail::check_jpeg(damaged, name), FormatError);
      CHECK_THROWS_AS(decode_image(damaged, name), FormatError);
      damaged.insert(damaged.begin() + 1, 0xFF);  // fills before the first marker
      CHECK_THROWS_WITH_AS(decode_image(damaged, name), doctest::Contains("Huffman table"), FormatError);
    }
  }
}
