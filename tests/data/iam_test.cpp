// Tests of load_iam.
#include "tinyhtr/data/iam.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "support/small_iam.hpp"

using namespace tinyhtr;

namespace {

std::string message_of(const std::filesystem::path& folder, const DataOptions& options = {}) {
  try {
    load_iam(folder, options);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("load_iam: rows of every kind, each counted once") {
  test::SmallIam iam;
  iam.add_word("a01-000u-00-00", "A");                          // line 3
  iam.add_word("a01-003-01-04", "M Ps");                        // line 4
  iam.add_line("a01-000u-00-01 err 154 408 768 27 51 AT cut");  // line 5
  iam.add_line("");
  iam.add_line("# a comment");
  iam.add_line("a01-000u-00-02 ok 154");                                    // line 8: malformed
  iam.add_line("a01-000u-00-00 ok 154 408 768 27 51 AT again");             // line 9: duplicate
  iam.add_line("a01-000u-00-03 ok 154 408 768 27 51 AT gone");              // line 10: no image
  iam.add_word("a01-000u-00-04", std::string(65, 'x').replace(1, 1, "y"));  // line 11: too long
  iam.add_word("b01-000-00-00", "caf\xC3\xA9\r");                           // line 12
  iam.finish();
  const LabelledImages data = load_iam(iam.path());
  REQUIRE(data.samples.size() == 3);
  CHECK(data.samples[0].text == "A");
  CHECK(data.samples[0].line == 3);
  CHECK(data.samples[0].image == iam.path() / "words/a01/a01-000u/a01-000u-00-00.png");
  CHECK(data.samples[1].text == "M Ps");
  CHECK(data.samples[1].image == iam.path() / "words/a01/a01-003/a01-003-01-04.png");
  CHECK(data.samples[2].text == "caf\xC3\xA9");
  const DataReport& report = data.report;
  CHECK(report.rows == 8);
  CHECK(report.ok == 6);
  CHECK(report.err == 1);
  CHECK(report.marked_err == 1);
  CHECK(report.malformed == 1);
  CHECK(report.duplicate == 1);
  CHECK(report.missing == 1);
  CHECK(report.broken == 0);
  CHECK(report.too_long == 1);
  CHECK(report.rows == static_cast<Index>(data.samples.size() + report.dropped.size()));
  REQUIRE(report.dropped.size() == 5);
  CHECK(report.dropped[0].line == 5);
  CHECK(report.dropped[1].line == 8);
  CHECK(report.dropped[1].file == iam.path() / "words.txt");
  CHECK(report.dropped[2].line == 9);
  CHECK(report.dropped[2].detail == "line 3 has it already");
  CHECK(report.dropped[3].id == "a01-000u-00-03");
  CHECK(report.dropped[4].id == "a01-000u-00-04");
}

TEST_CASE("load_iam: err rows on request") {
  test::SmallIam iam;
  iam.add_word("a01-000u-00-00", "A");
  iam.add_line("a01-000u-00-01 err 154 408 768 27 51 AT cut");
  iam.add_line("a01-000u-00-02 er 154 408 768 27 51 AT cut");
  iam.add_image("a01-000u-00-01");
  iam.add_image("a01-000u-00-02");
  iam.finish();
  CHECK(load_iam(iam.path()).samples.size() == 1);
  const LabelledImages data = load_iam(iam.path(), {.use_err_rows = true});
  CHECK(data.samples.size() == 3);
  CHECK(data.report.err == 2);
  CHECK(data.report.marked_err == 0);
}

TEST_CASE("load_iam: stages can be left out") {
  test::SmallIam iam;
  iam.add_line("a01-000u-00-00 ok 154 408 768 27 51 AT " + std::string(100, 'x'));
  iam.finish();
  CHECK(load_iam(iam.path(), {.time_steps = 0, .check_images = false}).samples.size() == 1);
  CHECK(load_iam(iam.path(), {.time_steps = 199, .check_images = false}).samples.size() == 1);
  CHECK_THROWS_AS(load_iam(iam.path(), {.time_steps = 198, .check_images = false}), FormatError);
  CHECK_THROWS_AS(load_iam(iam.path(), {.time_steps = -1}), ArgumentError);
}

TEST_CASE("load_iam: half of the rows may be malformed, more than half is no words.txt") {
  test::SmallIam iam;
  iam.add_word("a01-000u-00-00", "A");
  iam.add_line("rubbish");
  iam.finish();
  const LabelledImages data = load_iam(iam.path());
  CHECK(data.samples.size() == 1);
  CHECK(data.report.malformed == 1);
  iam.add_line("more rubbish");
  iam.finish();
  CHECK_THROWS_AS(load_iam(iam.path()), FormatError);
  const std::string message = message_of(iam.path());
  CHECK(message.find("2 of 3 rows are malformed") != std::string::npos);
  CHECK(message.find("words.txt:4: malformed row") != std::string::npos);
  CHECK(message.find('\n') == std::string::npos);
}

TEST_CASE("load_iam: a binary or empty words.txt") {
  test::SmallIam iam;
  iam.add_word("a01-000u-00-00", "A");
  iam.finish();
  iam.folder().write("words.txt", "");
  CHECK(message_of(iam.path()).find("has no rows") != std::string::npos);
  iam.folder().write("words.txt", "# only\r\n# comments\r\n\r\n");
  CHECK_THROWS_AS(load_iam(iam.path()), FormatError);
  std::string bytes;
  for (int i = 0; i < 5000; ++i) bytes += static_cast<char>((i * 7919) >> 3);
  iam.folder().write("words.txt", bytes);
  CHECK_THROWS_AS(load_iam(iam.path()), FormatError);
  CHECK(message_of(iam.path()).find('\n') == std::string::npos);
}

TEST_CASE("load_iam: CRLF files and a byte order mark") {
  test::SmallIam iam;
  iam.add_word("a01-000u-00-00", "A");
  iam.add_word("a01-000u-00-01", "M Ps");
  iam.finish();
  iam.folder().write("words.txt",
                     "\xEF\xBB\xBF"
                     "# header\r\na01-000u-00-00 ok 154 408 768 27 51 AT A\r\n"
                     "a01-000u-00-01 ok 154 408 768 27 51 AT M Ps\r\n");
  const LabelledImages data = load_iam(iam.path());
  REQUIRE(data.samples.size() == 2);
  CHECK(data.samples[1].text == "M Ps");
  CHECK(data.report.rows == 2);
}

TEST_CASE("load_iam: says what it looked for where the folder is not IAM's") {
  const test::TemporaryFolder folder;
  CHECK_THROWS_AS(load_iam(folder.path() / "nowhere"), FileError);
  CHECK(message_of(folder.path() / "nowhere").find("no such folder; expected a folder with words.txt and words/") !=
        std::string::npos);
  std::filesystem::create_symlink("circle", folder.path() / "circle");
  CHECK(message_of(folder.path() / "circle").find("cannot be reached: Too many levels") != std::string::npos);
  CHECK_THROWS_AS(load_iam(folder.path()), FileError);
  CHECK(message_of(folder.path()).find("words.txt: no such file") != std::string::npos);
  folder.write("words.txt", "a01-000u-00-00 ok 154 408 768 27 51 AT A\n");
  CHECK_THROWS_AS(load_iam(folder.path()), FileError);
  CHECK(message_of(folder.path()).find("words: no such folder") != std::string::npos);
  CHECK_THROWS_AS(load_iam(folder.path() / "words.txt"), FileError);
  CHECK(message_of(folder.path() / "words.txt").find("is not a folder") != std::string::npos);
  std::filesystem::create_directory(folder.path() / "words");
  CHECK_THROWS_AS(load_iam(folder.path()), FormatError);
  CHECK(message_of(folder.path()).find("none of its 1 rows can be used: 1 missing image") != std::string::npos);
  std::filesystem::remove(folder.path() / "words.txt");
  std::filesystem::create_directory(folder.path() / "words.txt");
  CHECK_THROWS_AS(load_iam(folder.path()), FileError);
}

namespace {

/// lines.txt and lines/ in a temporary folder: three lines, one of them marked err, one without an image.
struct SmallIamLines : test::TemporaryFolder {
  explicit SmallIamLines(const std::string& more = "") {
    write("lines.txt",
          "#--- lines.txt ---#\n"
          "a01-000u-00 ok 154 19 408 746 1661 89 A|MOVE|to|stop\n"
          "a01-000u-01 err 156 19 395 932 1850 105 nominating|any|more\n"
          "a01-000u-02 ok 157 16 408 1106 1986 105 gone\n" +
              more);
    for (const char* id : {"a01-000u-00", "a01-000u-01"}) {
      const auto image = iam_image_path(path() / "lines", id);
      std::filesystem::create_directories(image.parent_path());
      write_png(image, test::patterned_image(20, 300, 1));
    }
  }
};

}  // namespace

TEST_CASE("load_iam_lines: rows marked err too, for the mark is about words") {
  const SmallIamLines folder;
  const LabelledImages data = load_iam_lines(folder.path());
  CHECK(data.kind == DataKind::iam_lines);
  REQUIRE(data.samples.size() == 2);
  CHECK(data.samples[0].text == "A MOVE to stop");
  CHECK(data.samples[0].id == "a01-000u-00");
  CHECK(data.samples[0].line == 2);
  CHECK(form_of(data.samples[0].id) == "a01-000u");
  CHECK(data.samples[1].text == "nominating any more");
  CHECK(data.report.rows == 3);
  CHECK(data.report.err == 1);
  CHECK(data.report.missing == 1);
  CHECK(data.report.marked_err == 0);
  CHECK(data.report.dropped[0].to_string().find("lines.txt:4: a01-000u-02: missing image") != std::string::npos);
  CHECK(load_iam_lines(folder.path(), {.time_steps = 14}).report.too_long == 1);
}

TEST_CASE("load_iam_lines: says what is wrong with the list or the folder") {
  CHECK_THROWS_AS(load_iam_lines(SmallIamLines("a\nb\nc\nd\n").path()), FormatError);
  const SmallIamLines folder("a01-000u-00 ok 154 19 408 746 1661 89 again\nrubbish\n");
  const LabelledImages data = load_iam_lines(folder.path());
  CHECK(data.report.duplicate == 1);
  CHECK(data.report.malformed == 1);
  const test::TemporaryFolder empty;
  CHECK_THROWS_WITH_AS(load_iam_lines(empty.path()),
                       (empty.path().string() + "/lines.txt: no such file; expected a folder with lines.txt and "
                                                "lines/, as IAM unpacks")
                           .c_str(),
                       FileError);
}
