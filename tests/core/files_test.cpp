// Tests of reading whole files.
#include "tinyhtr/core/files.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "support/temporary_folder.hpp"

using namespace tinyhtr;

TEST_CASE("read_file: every byte of a file, up to a limit") {
  const test::TemporaryFolder folder;
  const auto file = folder.write("file", std::string("a\0\xff", 3));
  CHECK(detail::read_file<std::string>(file, "a file", 3) == std::string("a\0\xff", 3));
  CHECK(detail::read_file<std::vector<std::uint8_t>>(file, "a file", 3) == std::vector<std::uint8_t>{'a', 0, 0xFF});
  CHECK(detail::read_file<std::string>(folder.write("empty", ""), "a file", 0).empty());
  CHECK_THROWS_WITH_AS(detail::read_file<std::string>(file, "a file", 2),
                       (file.string() + ": expected a file of at most 2 bytes, found 3").c_str(), FileError);
  CHECK_THROWS_WITH_AS(detail::read_file<std::string>(folder.path() / "missing", "a file", 3),
                       doctest::Contains("expected a file, found nothing"), FileError);
  CHECK_THROWS_WITH_AS(detail::read_file<std::string>(folder.path(), "a file", 3),
                       doctest::Contains("found a folder or device"), FileError);
}
