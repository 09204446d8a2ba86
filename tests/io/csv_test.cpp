#include "tinyhtr/io/csv.hpp"

#include <doctest/doctest.h>

using namespace tinyhtr;

TEST_CASE("csv quotes what RFC 4180 says, and nothing else") {
  CHECK(csv_row({"plain", "two words", ""}) == "plain,two words,\n");
  CHECK(csv_row({"a,b", "say \"x\"", "line\nbreak"}) == "\"a,b\",\"say \"\"x\"\"\",\"line\nbreak\"\n");
  CHECK(csv_field("\"") == "\"\"\"\"");
}
