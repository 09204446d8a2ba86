// Tests of reading one row of words.txt.
#include "tinyhtr/data/iam_row.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace tinyhtr;

TEST_CASE("parse_iam_row: the text is field 9 and all after it") {
  const IamRow row = parse_iam_row("a01-000u-00-00 ok 154 408 768 27 51 AT A");
  CHECK(row.id == "a01-000u-00-00");
  CHECK(row.ok);
  CHECK(row.text == "A");
  CHECK(parse_iam_row("a01-003-01-04 ok 176 -1 -1 222 52 UNK M Ps").text == "M Ps");
  CHECK(parse_iam_row("a01-003-01-04 ok 176 -1 -1 222 52 UNK B B C\r").text == "B B C");
  CHECK(parse_iam_row("a01-003-01-04  ok\t176 -1 -1 222 52 UNK  two  blanks ").text == "two  blanks");
  CHECK(parse_iam_row("a01-003-01-04 ok 176 -1 -1 222 52 , ,").text == ",");
  CHECK(parse_iam_row("a01-003-01-04 ok 176 -1 -1 222 52 UNK #").text == "#");
  CHECK(parse_iam_row("a01-003-01-04 ok 176 -1 -1 222 52 NN caf\xC3\xA9").text == "caf\xC3\xA9");
}

TEST_CASE("parse_iam_row: both spellings of the status err") {
  CHECK_FALSE(parse_iam_row("a01-000u-00-00 err 154 408 768 27 51 AT A").ok);
  CHECK_FALSE(parse_iam_row("a01-000u-00-00 er 154 408 768 27 51 AT A").ok);
}

TEST_CASE("parse_iam_row: a malformed row says what is wrong") {
  const auto problem = [](const std::string& line) -> std::string {
    try {
      parse_iam_row(line);
    } catch (const FormatError& error) {
      return error.what();
    }
    return "";
  };
  CHECK(problem("a01-000u-00-00 ok 154") ==
        "expected 'id status gray x y w h tag text', found 3 of 9 fields in 'a01-000u-00-00 ok 154'");
  CHECK(problem("").find("found 1 of 9") != std::string::npos);
  CHECK(problem("a01-000u-00-00 ok 154 408 768 27 51 AT").find("found 8 of 9") != std::string::npos);
  CHECK(problem("a01-000u-00-00 ok 154 408 768 27 51 AT   \r").find("found 8 of 9") != std::string::npos);
  CHECK(problem("a01-000u-00-00 okay 154 408 768 27 51 AT A") == "expected the status ok or err, found 'okay'");
  CHECK(problem("a01-000u-00-00 ok 154 x 768 27 51 AT A") == "expected a number for x, found 'x'");
  CHECK(problem("a01-000u-00-00 ok 154 1 99999999999999999999 27 51 AT A").find("number for y") != std::string::npos);
  for (const char* id : {"../../etc-passwd-0-0", "a01-000u-00", "a01-000u-00-00-00", "a01--00-00", "-a-b-c", "a-b-c-",
                         "a01/000u-00-00-1", "a01"}) {
    CAPTURE(id);
    CHECK(problem(std::string(id) + " ok 154 408 768 27 51 AT A").find("expected an id") != std::string::npos);
  }
  CHECK(problem("a01-000u-00-00 ok 154 408 768 27 51 AT caf\xE9").find("not UTF-8") != std::string::npos);
  CHECK(problem("a01-000u-00-00 ok 154 408 768 27 51 AT a\tb").find("control character") != std::string::npos);
  CHECK(problem(std::string("a01-000u-00-00 ok 154 408 768 27 51 AT a\0b", 43)).find("control") != std::string::npos);
}

TEST_CASE("parse_iam_row: a row with the component count of the header is refused, not read as 'AT A'") {
  CHECK_THROWS_WITH_AS(parse_iam_row("a01-000u-00-00 ok 154 1 408 768 27 51 AT A"),
                       "expected a grammatical tag in field 8, found the number '51'", FormatError);
}

TEST_CASE("iam_image_path: forms of 7 and of 8 characters") {
  CHECK(iam_image_path("D/words", "a01-000u-00-00") == "D/words/a01/a01-000u/a01-000u-00-00.png");
  CHECK(iam_image_path("D/words", "a01-003-01-04") == "D/words/a01/a01-003/a01-003-01-04.png");
}

TEST_CASE("parse_iam_line_row: the words of a line, with spaces between them") {
  const IamRow row = parse_iam_line_row("a01-000u-00 ok 154 19 408 746 1661 89 A|MOVE|to|stop|Mr.|Gaitskell|from");
  CHECK(row.id == "a01-000u-00");
  CHECK(row.ok);
  CHECK(row.text == "A MOVE to stop Mr. Gaitskell from");
  CHECK_FALSE(parse_iam_line_row("a01-000u-00 err 154 19 408 746 1661 89 cut|here").ok);
  CHECK(parse_iam_line_row("a01-000u-00 ok 154 19 408 746 1661 89 M Ps|,\r").text == "M Ps ,");
  CHECK(parse_iam_line_row("a01-000u-00 ok 154 19 408 746 1661 89 |caf\xC3\xA9|").text == "caf\xC3\xA9");
  CHECK(iam_image_path("D/lines", row.id) == "D/lines/a01/a01-000u/a01-000u-00.png");
}

TEST_CASE("parse_iam_line_row: a malformed row says what is wrong") {
  const auto problem = [](const std::string& line) -> std::string {
    try {
      parse_iam_line_row(line);
    } catch (const FormatError& error) {
      return error.what();
    }
    return "";
  };
  CHECK(problem("a01-000u-00 ok 154 19") ==
        "expected 'id status gray components x y w h text', found 4 of 9 fields in 'a01-000u-00 ok 154 19'");
  CHECK(problem("a01-000u-00-00 ok 154 19 408 746 1661 89 A") ==
        "expected an id such as a01-000u-00, found 'a01-000u-00-00'");
  CHECK(problem("a01-000u-00 ok 154 19 408 746 1661 AT A|B") == "expected a number for h, found 'AT'");
  CHECK(problem("a01-000u-00 ok 154 19 408 746 1661 89 |||") == "the text is empty");
  CHECK(problem("a01-000u-00 ok 154 19 408 746 1661 89 \xFF").find("not UTF-8") != std::string::npos);
}
