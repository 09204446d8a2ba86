// Tests of lists of images with texts.
#include "tinyhtr/data/word_list.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "support/small_iam.hpp"
#include "support/temporary_folder.hpp"

using namespace tinyhtr;

namespace {

/// "line:path=text" of every sample.
std::vector<std::string> rows_of(const LabelledImages& data) {
  std::vector<std::string> rows;
  for (const Sample& sample : data.samples) {
    CHECK(sample.id == sample.image.string());
    rows.push_back(std::to_string(sample.line) + ":" + sample.id + "=" + sample.text);
  }
  return rows;
}

std::vector<std::string> rows_of(std::string_view content) { return rows_of(parse_word_list(content, "list")); }

using Rows = std::vector<std::string>;

}  // namespace

TEST_CASE("parse_word_list: path, tab, text") {
  const LabelledImages data =
      parse_word_list("\xEF\xBB\xBF# words\r\na.png\tA\r\n\n b b.png \t two words \nc,d.png\t\"x\", y", "list");
  CHECK(data.kind == DataKind::tab_separated);
  CHECK(rows_of(data) == Rows{"2:a.png=A", "4:b b.png=two words", "5:c,d.png=\"x\", y"});
  CHECK(data.report.rows == 3);
  CHECK(data.report.source == "list");
  CHECK(rows_of("Path\tText\na.png\tA\n") == Rows{"2:a.png=A"});
}

TEST_CASE("parse_word_list: CSV with the header of the reference, with names, with none") {
  const LabelledImages data = parse_word_list("0,1\r\na.png,A\r\n\"b,c.png\",\"say \"\"x\"\"\"\r\n0,1\r\n", "list");
  CHECK(data.kind == DataKind::csv);
  CHECK(rows_of(data) == Rows{"2:a.png=A", "3:b,c.png=say \"x\"", "4:0=1"});
  CHECK(rows_of("a.png,A\nb.png, B\n") == Rows{"1:a.png=A", "2:b.png= B"});
  CHECK(rows_of("\"a\nb.png\",A\nb.png,B") == Rows{"1:a\nb.png=A", "3:b.png=B"});
  CHECK(rows_of("path,label,reading,edits\na.png,A,B,1\n") == Rows{"2:a.png=A"});
  CHECK(rows_of("split, Text ,FileName\ntrain,A,a.png\n") == Rows{"2:a.png=A"});
}

TEST_CASE("parse_word_list: rows that cannot be used are counted and named") {
  using namespace std::string_view_literals;
  const LabelledImages data = parse_word_list(
      "a.png\tA\nb.png\nc.png\t \nd.png\tcaf\xE9\ne.png\tx\0y\nf\0.png\tF\n\tG\n./a.png\tagain\nb.png\tB\nc.png\tC\n"
      "d.png\tD\ne.png\tE\nf.png\tF\ng.png\tG\tg\n"sv,
      "list");
  const DataReport& report = data.report;
  CHECK(report.rows == 14);
  CHECK(report.malformed == 7);
  CHECK(report.duplicate == 1);
  CHECK(report.ok == 7);
  CHECK(data.samples.size() == 6);
  std::vector<std::string> dropped;
  for (const DroppedRow& row : report.dropped) dropped.push_back(row.to_string());
  CHECK(dropped[0] == "list:2: malformed row: expected 'path<TAB>text', found no tab in 'b.png'");
  CHECK(dropped[1] == "list:3: c.png: malformed row: the text is empty");
  CHECK(dropped[2] ==
        "list:4: d.png: malformed row: byte \\xE9 at position 3 of 'caf\\xE9' is not UTF-8; convert the "
        "text to UTF-8 first");
  CHECK(dropped[3].find("list:5: e.png: malformed row: the text 'x\\x00y' holds the control character") == 0);
  CHECK(dropped[4] == "list:6: f\\x00.png: malformed row: the path 'f\\x00.png' holds a NUL");
  CHECK(dropped[5] == "list:7: malformed row: the path is empty");
  CHECK(dropped[6] == "list:8: ./a.png: duplicate id: line 1 has it already");
  CHECK(dropped[7].find("list:14: g.png: malformed row: the text 'G\\x09g'") == 0);
}

TEST_CASE("parse_word_list: CSV rows that cannot be used") {
  using namespace std::string_view_literals;
  const LabelledImages data = parse_word_list(
      "a.png,A\nb.png\nc.png,x,y\nd.png,\n,E\nf.png,\"two\nlines\"\ng.png,\0\nh.png,H\ni.png,I\n"
      "j.png,J\nk.png,K\nl.png,L\n"sv,
      "list.csv");
  CHECK(data.report.malformed == 6);
  CHECK(data.samples.size() == 6);
  CHECK(data.report.dropped[0].to_string() == "list.csv:2: malformed row: expected 2 fields, path and text, found 1");
  CHECK(data.report.dropped[1].detail == "expected 2 fields, path and text, found 3; quote a text that holds a comma");
  CHECK(data.report.dropped[2].detail == "the text is empty");
  CHECK(data.report.dropped[3].detail == "the path is empty");
  CHECK(data.report.dropped[4].line == 6);
  CHECK(data.report.dropped[5].line == 8);
  CHECK_THROWS_WITH_AS(parse_word_list("a,A\nb,\"B\n", "list.csv"), doctest::Contains("list.csv:2: the quote"),
                       FormatError);
}

TEST_CASE("parse_word_list: what is no list") {
  for (const char* content : {"", "\n\n", "# nothing\n", "0,1\n", "path\ttext\n"}) {
    CAPTURE(content);
    CHECK_THROWS_AS(parse_word_list(content, "list"), FormatError);
  }
  CHECK_THROWS_WITH_AS(parse_word_list("", "list"), doctest::Contains("list: has no rows"), FormatError);
  CHECK_THROWS_WITH_AS(parse_word_list("a01-000\na01-001\n", "ids.txt"),
                       doctest::Contains("ids.txt: 2 of 2 rows are malformed"), FormatError);
  CHECK_THROWS_WITH_AS(parse_word_list("a01-000\na01-001\n", "ids.txt"), doctest::Contains("First: ids.txt:1"),
                       FormatError);
}

TEST_CASE("is_word_list: by the first row") {
  CHECK(is_word_list("0,1\n"));
  CHECK(is_word_list("# a list\n\na.png\tA"));
  CHECK_FALSE(is_word_list("# one, two\na01-000u-00-00\nb,c"));
  CHECK_FALSE(is_word_list(""));
  const test::TemporaryFolder folder;
  CHECK(is_word_list_file(folder.write("a.csv", "0,1\nx,y\n")));
  CHECK_FALSE(is_word_list_file(folder.write("ids.txt", "a01-000u\n")));
  CHECK_THROWS_AS(is_word_list_file(folder.path()), FileError);
  CHECK_THROWS_AS(is_word_list_file(folder.path() / "none"), FileError);
}

TEST_CASE("load_word_list: paths from the folder of the list, else from the current one; the checks of load_iam") {
  test::TemporaryFolder folder;
  std::filesystem::create_directories(folder.path() / "images");
  for (const char* name : {"1.png", "2.png", "long.png", "broken.png"}) {
    write_png(folder.path() / "images" / name, test::patterned_image(12, 30, 1));
  }
  std::filesystem::resize_file(folder.path() / "images/broken.png", 60);
  const auto list = folder.write("list.tsv", "images/1.png\tone\n" + (folder.path() / "images/2.png").string() +
                                                 "\ttwo\nimages/none.png\tx\nimages/broken.png\ty\nimages/long.png\t" +
                                                 std::string(65, 'x') + "\n");
  const LabelledImages data = load_word_list(list);
  REQUIRE(data.samples.size() == 2);
  CHECK(data.samples[0].image == folder.path() / "images/1.png");
  CHECK(data.samples[0].id == "images/1.png");
  CHECK(data.report.missing == 1);
  CHECK(data.report.broken == 1);
  CHECK(data.report.too_long == 1);
  CHECK(data.report.dropped[0].to_string().find("list.tsv:3: images/none.png: missing image") != std::string::npos);

  const std::filesystem::path before = std::filesystem::current_path();
  const test::TemporaryFolder here;
  std::filesystem::create_directories(here.path() / "images");
  for (const char* name : {"images/1.png", "images/none.png"}) {
    write_png(here.path() / name, test::patterned_image(12, 30, 2));
  }
  std::filesystem::current_path(here.path());
  const LabelledImages from_here = load_word_list(list);
  std::filesystem::current_path(before);
  REQUIRE(from_here.samples.size() == 3);
  CHECK(from_here.samples[0].image == folder.path() / "images/1.png");
  CHECK(from_here.samples[2].image == "images/none.png");
  CHECK_THROWS_AS(load_word_list(folder.path() / "none.tsv"), FileError);
  CHECK_THROWS_AS(load_word_list(list, {.time_steps = -1}), ArgumentError);
}

TEST_CASE("word_list_csv: what is written reads back as the same images and texts in the same order") {
  std::vector<Sample> samples;
  for (const char* text : {"A", "say \"x\"", ",", "\"", "caf\xC3\xA9", "M Ps", "0", " x ", "#", "1"}) {
    samples.push_back({"/images/" + std::to_string(samples.size()) + ".png", text, "a01", 3});
  }
  samples.push_back({"#odd, \"path\"\nwith\r\nlines\t.png", "B", "", 0});
  samples.push_back({"0", "1", "", 0});
  const std::string content = word_list_csv(samples);
  CHECK(content.substr(0, 20) == "0,1\n/images/0.png,A\n");
  const LabelledImages data = parse_word_list(content, "train.csv");
  REQUIRE(data.samples.size() == samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    CHECK(data.samples[i].image == samples[i].image);
    CHECK(data.samples[i].text == samples[i].text);
  }
  CHECK(word_list_csv(data.samples) == content);
}
