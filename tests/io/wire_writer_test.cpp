#include "tinyhtr/io/wire_writer.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

using namespace tinyhtr;
using namespace std::string_literals;

TEST_CASE("numbers are written as protobuf's own page on its encoding shows them") {
  CHECK(WireWriter().varint(1, 150).content() == "\x08\x96\x01");
  CHECK(WireWriter().bytes(2, "testing").content() == "\x12\x07testing");
  CHECK(WireWriter().message(3, WireWriter().varint(1, 150)).content() == "\x1A\x03\x08\x96\x01");
  CHECK(WireWriter().packed_varints(6, std::vector<std::uint64_t>{3, 270, 86942}).content() ==
        "\x32\x06\x03\x8E\x02\x9E\xA7\x05");
}

TEST_CASE("the ends of every range") {
  CHECK(WireWriter().varint(1, 0).content() == "\x08\x00"s);
  CHECK(WireWriter().varint(1, 127).content() == "\x08\x7F");
  CHECK(WireWriter().varint(1, 128).content() == "\x08\x80\x01");
  CHECK(WireWriter().varint(1, static_cast<std::uint64_t>(-1)).content() ==
        "\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01");
  CHECK(WireWriter().varint(16, 1).content() == "\x80\x01\x01");  // a key of two bytes
  CHECK(WireWriter().bytes(1, "").content() == "\x0A\x00"s);
  CHECK(WireWriter().bytes(1, std::string(200, 'x')).content() == "\x0A\xC8\x01" + std::string(200, 'x'));
  CHECK(WireWriter().content().empty());
}

TEST_CASE("numbers of fixed width are little-endian") {
  CHECK(WireWriter().float32(2, 1.0f).content() == "\x15\x00\x00\x80\x3F"s);
  CHECK(WireWriter().float64(1, -2.0).content() == "\x09\x00\x00\x00\x00\x00\x00\x00\xC0"s);
  CHECK(WireWriter().packed_float32s(7, std::vector<float>{1.0f, -2.0f}).content() ==
        "\x3A\x08\x00\x00\x80\x3F\x00\x00\x00\xC0"s);
  CHECK(WireWriter().packed_float64s(1, std::vector<double>{1.0}).content() ==
        "\x0A\x08\x00\x00\x00\x00\x00\x00\xF0\x3F"s);
  CHECK(WireWriter().packed_float64s(1, {}).content() == "\x0A\x00"s);
}

TEST_CASE("fields stand in the order of the calls") {
  CHECK(WireWriter().varint(2, 1).varint(1, 2).content() == "\x10\x01\x08\x02");
}
