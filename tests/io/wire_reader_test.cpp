#include "tinyhtr/io/wire_reader.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tinyhtr/io/wire_writer.hpp"

using namespace tinyhtr;
using namespace std::string_literals;

namespace {

/// Walks to the end, into nothing.
void walk_over(const std::string& content) {
  for (WireReader reader(content, "some.file"); reader.next();) {
  }
}

void wire_refused_with(const std::string& content, const char* text) {
  CHECK_THROWS_WITH_AS(walk_over(content), doctest::Contains(text), FormatError);
  CHECK_THROWS_WITH_AS(walk_over(content), doctest::Contains("some.file: byte "), FormatError);
}

}  // namespace

TEST_CASE("what WireWriter writes is read") {
  const std::uint64_t most = static_cast<std::uint64_t>(-1);
  const WireWriter writer = WireWriter()
                                .varint(1, most)
                                .varint(2, 0)
                                .float32(3, -1.5f)
                                .float64(4, 1e-300)
                                .bytes(5, "some \0 text"s)
                                .message(536870911, WireWriter().varint(7, 300));
  WireReader reader(writer.content(), "some.file");
  REQUIRE(reader.next());
  CHECK(reader.field() == 1);
  CHECK(reader.varint() == most);
  CHECK(reader.signed_varint() == -1);
  REQUIRE(reader.next());
  CHECK(reader.varint() == 0);
  REQUIRE(reader.next());
  CHECK(reader.float32() == -1.5f);
  REQUIRE(reader.next());
  CHECK(reader.float64() == 1e-300);
  REQUIRE(reader.next());
  CHECK(reader.text() == "some \0 text"s);
  REQUIRE(reader.next());
  CHECK(reader.field() == 536870911);
  WireReader inner = reader.message();
  REQUIRE(inner.next());
  CHECK(inner.field() == 7);
  CHECK(inner.varint() == 300);
  CHECK_FALSE(inner.next());
  CHECK_FALSE(reader.next());
}

TEST_CASE("repeated numbers are read packed or one by one") {
  const auto minus_two = static_cast<std::uint64_t>(-2);
  const WireWriter writer = WireWriter()
                                .packed_varints(1, std::vector<std::uint64_t>{1, minus_two})
                                .varint(1, 300)
                                .packed_float32s(2, std::vector<float>{0.5f, -4.0f})
                                .float32(2, 8.0f)
                                .packed_float64s(3, std::vector<double>{0.25})
                                .float64(3, 2.0)
                                .packed_float64s(3, {});
  std::vector<std::int64_t> integers;
  std::vector<float> floats;
  std::vector<double> doubles;
  for (WireReader reader(writer.content(), "some.file"); reader.next();) {
    if (reader.field() == 1) reader.append_signed_varints(integers);
    if (reader.field() == 2) reader.append_float32s(floats);
    if (reader.field() == 3) reader.append_float64s(doubles);
  }
  CHECK(integers == std::vector<std::int64_t>{1, -2, 300});
  CHECK(floats == std::vector<float>{0.5f, -4.0f, 8.0f});
  CHECK(doubles == std::vector<double>{0.25, 2.0});
}

TEST_CASE("what is not the format is refused with the position") {
  wire_refused_with("\x08", "byte 0: the message ends within a number");
  wire_refused_with("\x08\x80", "ends within a number");
  wire_refused_with("\x08\x01\x0D\x01\x02\x03", "byte 2: the message ends within a number");
  wire_refused_with("\x09\x01\x02\x03\x04\x05\x06\x07", "ends within a number");
  wire_refused_with("\x0A\x05test", "field 1 claims 5 bytes, 4 are left");
  wire_refused_with("\x0A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01", "claims 18446744073709551615 bytes, 0 are left");
  wire_refused_with("\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x02", "more than 64 bits");
  wire_refused_with("\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00"s, "more than 64 bits");
  wire_refused_with("\x00\x00"s, "expected a field number from 1 to 536870911, found 0");
  wire_refused_with("\x80\x80\x80\x80\x10\x00"s, "found 536870912");
  wire_refused_with("\x0B", "field 1 has wire type 3");  // a group
  wire_refused_with("\x0C", "field 1 has wire type 4");
  wire_refused_with("\x0E", "field 1 has wire type 6");
  wire_refused_with("\x0F", "field 1 has wire type 7");
}

TEST_CASE("a value of another type is refused, the position within a message counts from the file's start") {
  const std::string content = WireWriter().message(2, WireWriter().varint(1, 1).bytes(2, "x")).content();
  WireReader reader(content, "some.file");
  REQUIRE(reader.next());
  CHECK_THROWS_WITH_AS(static_cast<void>(reader.varint()), doctest::Contains("byte 0: field 2 has wire type 2"),
                       FormatError);
  CHECK_THROWS_AS(static_cast<void>(reader.float32()), FormatError);
  CHECK_THROWS_AS(static_cast<void>(reader.float64()), FormatError);
  WireReader inner = reader.message();
  REQUIRE(inner.next());
  CHECK_THROWS_WITH_AS(static_cast<void>(inner.bytes()), doctest::Contains("byte 2: field 1"), FormatError);
  REQUIRE(inner.next());
  std::vector<std::int64_t> list;
  CHECK_NOTHROW(inner.append_signed_varints(list));  // "x" is 120, packed
  CHECK(list == std::vector<std::int64_t>{120});
  std::vector<float> floats;
  CHECK_THROWS_WITH_AS(inner.append_float32s(floats), doctest::Contains("ends within a number"), FormatError);
}
