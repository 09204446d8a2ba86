// Tests of CSV, written and read.
#include "tinyhtr/data/csv.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/temporary_folder.hpp"

using namespace tinyhtr;

namespace {

using Fields = std::vector<std::string>;

/// The fields of all rows.
std::vector<Fields> rows_of(std::string_view content) {
  std::vector<Fields> rows;
  for (const CsvRow& row : parse_csv(content, "list.csv")) rows.push_back(row.fields);
  return rows;
}

std::vector<Index> lines_of(std::string_view content) {
  std::vector<Index> lines;
  for (const CsvRow& row : parse_csv(content, "list.csv")) lines.push_back(row.line);
  return lines;
}

std::string message_of(std::string_view content) {
  try {
    parse_csv(content, "list.csv");
  } catch (const FormatError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("csv quotes what RFC 4180 says, and nothing else") {
  CHECK(csv_row({"plain", "two words", ""}) == "plain,two words,\n");
  CHECK(csv_row({"a,b", "say \"x\"", "line\nbreak"}) == "\"a,b\",\"say \"\"x\"\"\",\"line\nbreak\"\n");
  CHECK(csv_field("\"") == "\"\"\"\"");
}

TEST_CASE("parse_csv: the rules of RFC 4180, section 2") {
  CHECK(rows_of("aaa,bbb,ccc\r\nzzz,yyy,xxx\r\n") == std::vector<Fields>{{"aaa", "bbb", "ccc"}, {"zzz", "yyy", "xxx"}});
  CHECK(rows_of("aaa,bbb\nzzz,yyy") == std::vector<Fields>{{"aaa", "bbb"}, {"zzz", "yyy"}});
  CHECK(rows_of(" a , b \n") == std::vector<Fields>{{" a ", " b "}});  // blanks belong to the field
  CHECK(rows_of("\"aaa\",\"b\r\nbb\",\"ccc\"\r\nzzz,yyy,xxx") ==
        std::vector<Fields>{{"aaa", "b\r\nbb", "ccc"}, {"zzz", "yyy", "xxx"}});
  CHECK(rows_of("\"aaa\",\"b\"\"bb\",\"ccc\"") == std::vector<Fields>{{"aaa", "b\"bb", "ccc"}});
  CHECK(rows_of("\"\"\"\",\"\",\",\"\n") == std::vector<Fields>{{"\"", "", ","}});
  CHECK(rows_of("a,\n,b\n,\n") == std::vector<Fields>{{"a", ""}, {"", "b"}, {"", ""}});
  CHECK(rows_of("a,") == std::vector<Fields>{{"a", ""}});
}

TEST_CASE("parse_csv: byte order mark, empty lines, quotes and carriage returns inside a field") {
  CHECK(rows_of("").empty());
  CHECK(rows_of("\n\r\n\n").empty());
  CHECK(rows_of("\xEF\xBB\xBF"
                "a,b\r\n\r\nc,d\r") == std::vector<Fields>{{"a", "b"}, {"c", "d"}});
  CHECK(rows_of("\xEF\xBB\xBF\"a\",b") == std::vector<Fields>{{"a", "b"}});
  CHECK(rows_of("5\" nail,x\ry") == std::vector<Fields>{{"5\" nail", "x\ry"}});
}

TEST_CASE("parse_csv: rows know the line they start at") {
  CHECK(lines_of("a\nb\r\n\n\"c\nc\n\",d\ne") == std::vector<Index>{1, 2, 4, 7});
}

TEST_CASE("parse_csv: what is no CSV is named with file and line") {
  CHECK(message_of("a,b\nc,\"d\ne\n").find("list.csv:2: the quote that opens here is not closed") == 0);
  CHECK(message_of("\"").find("list.csv:1: ") == 0);
  CHECK(message_of("\"\"\"").find("list.csv:1: ") == 0);
  CHECK(message_of("a\n\"b\nb\"c\n") ==
        "list.csv:3: expected a comma or the end of the line after a closing quote, found 'c'; double a quote that is "
        "a character");
  CHECK(message_of("\"a\"\rb").find("found '\\x0D'") != std::string::npos);
  using namespace std::string_view_literals;
  CHECK(message_of("a,b\nc,d\0e\n"sv).find("list.csv:2: field 2 holds a NUL byte") == 0);
  CHECK(message_of("\"\0\""sv).find("list.csv:1: field 1 holds a NUL byte") == 0);
}

TEST_CASE("csv: what was written is read back") {
  const std::vector<Fields> rows{{"\xEF\xBB\xBF"
                                  "marked",
                                  "a,b", "say \"x\""},
                                 {"line\nbreak\r\n", ""},
                                 {""},
                                 {"", ""},
                                 {"\r"},
                                 {"\"", "\"\""}};
  std::string content;
  for (const Fields& row : rows) content += csv_row(row);
  CHECK(rows_of(content) == rows);
  const test::TemporaryFolder folder;
  const auto path = folder.write("list.csv", content);
  CHECK(read_csv(path).size() == rows.size());
  CHECK_THROWS_AS(read_csv(folder.path()), FileError);
  CHECK_THROWS_AS(read_csv(folder.path() / "none.csv"), FileError);
}

TEST_CASE("parse_csv: every text of five bytes is read or refused, and reads the same once written") {
  const std::string_view alphabet("a,\"\n\r");
  for (int number = 0; number < 5 * 5 * 5 * 5 * 5; ++number) {
    std::string content;
    for (int rest = number; content.size() < 5; rest /= 5) content += alphabet[static_cast<std::size_t>(rest % 5)];
    std::vector<Fields> rows;
    try {
      rows = rows_of(content);
    } catch (const FormatError&) {
      continue;
    }
    std::string written;
    for (const Fields& row : rows) written += csv_row(row);
    CAPTURE(content);
    CHECK(rows_of(written) == rows);
  }
}
