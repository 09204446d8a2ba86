#include "tinyhtr/io/parse_json.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace tinyhtr;

TEST_CASE("parse_json: sixteen levels and no more") {
  const auto nested = [](std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };
  CHECK(detail::parse_json(nested(16)).is_array());
  CHECK(detail::parse_json(R"({"a":[1,{"b":2.5}]})").dump() == R"({"a":[1,{"b":2.5}]})");
  CHECK_THROWS_WITH_AS(static_cast<void>(detail::parse_json(nested(18))), doctest::Contains("nested"), FormatError);
  CHECK_THROWS_WITH_AS(static_cast<void>(detail::parse_json(nested(1000000))), doctest::Contains("nested"),
                       FormatError);
  CHECK_THROWS_WITH_AS(static_cast<void>(detail::parse_json("{")), doctest::Contains("expected JSON"), FormatError);
}
