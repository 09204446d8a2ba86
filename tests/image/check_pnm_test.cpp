// Tests of the check of a PNM file's numbers.
#include "tinyhtr/image/check_pnm.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/image/read.hpp"

using namespace tinyhtr;

namespace {

Image decoded(const std::string& content) {
  return decode_image(std::vector<std::uint8_t>(content.begin(), content.end()), "some/x.pgm", 1);
}

}  // namespace

TEST_CASE("a number that an int cannot hold is refused, wherever it stands") {
  for (const char* content : {"P5 4294967298 1 255\n12", "P5 2 4294967297 255\n12", "P5 2 1 4294967551\n12",
                              "P5#4\n4294967298 1 255\n12", "P5\n# a\n# b\r\n2\t\v\f 00000000001 255\n12"}) {
    CAPTURE(content);
    CHECK_THROWS_WITH_AS(decoded(content), doctest::Contains("some/x.pgm: expected a PNM header"), FormatError);
  }
}

TEST_CASE("digits in comments and pixels do not count") {
  const Image expected = decoded("P5 2 1 255\n12");
  CHECK(expected.width == 2);
  CHECK(decoded("P5 # 4294967298\n2 1 255\n12") == expected);
  CHECK(decoded("P5 000000002 1 255\n12") == expected);
  CHECK(decoded("P5 12 1 255\n012345678901").width == 12);
}

TEST_CASE("a header that ends anywhere is left to the decoder") {
  const std::string whole = "P6 #x\n12 1 255\n";
  for (std::size_t size = 2; size <= whole.size(); ++size) {
    const std::vector<std::uint8_t> bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    REQUIRE(detail::starts_like_pnm(bytes));
    CHECK_NOTHROW(detail::check_pnm(bytes, "x.ppm"));
  }
}
