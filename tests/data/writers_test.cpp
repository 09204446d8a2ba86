// Tests of reading forms.txt.
#include "tinyhtr/data/writers.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/temporary_folder.hpp"
#include "tinyhtr/core/random.hpp"

using namespace tinyhtr;

TEST_CASE("parse_writers: rows of forms.txt") {
  const Writers writers = parse_writers(
      "\xEF\xBB\xBF#--- forms.txt ---#\n\na01-000u 000 2 prt 7 5 52 36\r\n  a01-000x\t001 2\n# a01-003 9\na01-003 000",
      "forms.txt");
  CHECK(writers.source == "forms.txt");
  CHECK(writers.rows == 3);
  CHECK(writers.malformed == 0);
  CHECK(writers.of("a01-000u") == "000");
  CHECK(writers.of("a01-000u-00-00") == "000");
  CHECK(writers.of("a01-000x-02-03") == "001");
  CHECK(writers.of("a01-003-01-01") == "000");
  CHECK(writers.of("a01-007-01-01").empty());
  CHECK(writers.of("").empty());
  CHECK(writers_of({{"x.png", "A", "a01-000x-00-00", 1},
                    {"y.png", "B", "b", 2},
                    {"w/a01-003-00-01.png", "C", "w/a01-003-00-01.png", 3}},
                   writers) == std::vector<std::string>{"001", "", "000"});
}

TEST_CASE("parse_writers: malformed rows are counted and named") {
  const Writers writers = parse_writers("a 1\nb\nc 2\na 3\nd \xFF\ne 4\nf 5\na 1\n", "list");
  CHECK(writers.rows == 8);
  CHECK(writers.malformed == 3);
  REQUIRE(writers.problems.size() == 3);
  CHECK(writers.problems[0] == "list:2: expected 'form writer ...', found 'b'");
  CHECK(writers.problems[1] == "list:4: form a has the writer 1 already, found 3");
  CHECK(writers.problems[2].starts_with("list:5: byte \\xFF"));
  CHECK(writers.of("a") == "1");
  CHECK(writers.of("d").empty());
}

TEST_CASE("parse_writers: refuses what is no such list") {
  CHECK_THROWS_WITH_AS(parse_writers("", "forms.txt"), doctest::Contains("forms.txt: has no rows"), FormatError);
  CHECK_THROWS_WITH_AS(parse_writers("# nothing\n", "forms.txt"), doctest::Contains("has no rows"), FormatError);
  CHECK_THROWS_WITH_AS(parse_writers("a\nb\nc 1\n", "forms.txt"), doctest::Contains("2 of 3 rows"), FormatError);
}

TEST_CASE("parse_writers: any bytes end in a map or a FormatError, with few messages") {
  Random random(3);
  for (int i = 0; i < 2000; ++i) {
    std::string bytes;
    for (std::uint32_t length = random.below(60); length > 0; --length) {
      const std::string common = "a 1#\n\r\t-";
      bytes += random.chance(0.7) ? common[random.below(8)] : static_cast<char>(random.below(256));
    }
    try {
      const Writers writers = parse_writers(bytes, "x");
      CHECK(2 * writers.malformed <= writers.rows);
      CHECK(writers.problems.size() <= 20);
    } catch (const FormatError&) {
    }
  }
  std::string many = "good 1\n";
  for (int i = 0; i < 100; ++i) many += "good 1\nbad\n";
  const Writers writers = parse_writers(many, "x");
  CHECK(writers.malformed == 100);
  CHECK(writers.problems.size() == 20);
}

TEST_CASE("read_writers: the project's own list, and files that are none") {
  const Writers writers = read_writers(TINYHTR_TEST_DATA "/../data/forms.txt");
  CHECK(writers.rows == 105);
  CHECK(writers.malformed == 0);
  CHECK(writers.of("font003-002-04-07") == "font003");
  const test::TemporaryFolder folder;
  CHECK_THROWS_WITH_AS(read_writers(folder.path() / "none.txt"), doctest::Contains("none.txt"), FileError);
  CHECK_THROWS_AS(read_writers(folder.path()), FileError);
}
