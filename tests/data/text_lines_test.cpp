// Tests of reading the lines of a text file.
#include "tinyhtr/data/text_lines.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/temporary_folder.hpp"

using namespace tinyhtr;

TEST_CASE("read_lines: line ends, blanks, byte order mark, missing last line end") {
  const test::TemporaryFolder folder;
  const auto file = folder.write("list.txt", "\xEF\xBB\xBF" "one\r\n\n  two words \t\r\nthree");
  CHECK(detail::read_lines(file) == std::vector<std::string>{"one", "", "two words", "three"});
  CHECK(detail::read_lines(folder.write("empty.txt", "")).empty());
}

TEST_CASE("read_lines: what is no readable file") {
  const test::TemporaryFolder folder;
  CHECK_THROWS_WITH_AS(detail::read_lines(folder.path()),
                       (folder.path().string() + ": expected a file, found a folder").c_str(), FileError);
  CHECK_THROWS_AS(detail::read_lines(folder.path() / "nothing.txt"), FileError);
  const auto file = folder.write("file", "x");
  CHECK_THROWS_AS(detail::read_lines(file / "below"), FileError);
  CHECK_THROWS_WITH_AS(detail::read_lines(folder.path() / std::string(300, 'x')),
                       doctest::Contains("cannot be reached: File name too long"), FileError);
}
