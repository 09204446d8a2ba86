// Tests of telling data sets apart.
#include "tinyhtr/data/load_data.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "support/small_iam.hpp"

using namespace tinyhtr;

namespace {

void add_line(const test::TemporaryFolder& folder) {
  folder.write("lines.txt", "a01-000u-00 ok 154 19 408 746 1661 89 A|MOVE\n");
  std::filesystem::create_directories(folder.path() / "lines/a01/a01-000u");
  write_png(folder.path() / "lines/a01/a01-000u/a01-000u-00.png", test::patterned_image(12, 200, 1));
}

std::string load_message(const std::filesystem::path& path) {
  try {
    load_data(path);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("load_data: IAM's words, IAM's lines, both in one folder") {
  test::SmallIam iam;
  iam.add_word("a01-000u-00-00", "A");
  iam.add_line("a01-000u-00-01 err 154 408 768 27 51 AT cut");
  iam.add_image("a01-000u-00-01");
  iam.finish();
  CHECK(load_data(iam.path()).kind == DataKind::iam_words);
  CHECK(load_data(iam.path()).samples.size() == 1);
  CHECK(load_data(iam.path(), {.use_err_rows = true}).samples.size() == 2);
  add_line(iam.folder());
  CHECK(load_data(iam.path()).kind == DataKind::iam_words);
  CHECK(load_data(iam.path() / "words.txt").kind == DataKind::iam_words);
  const LabelledImages lines = load_data(iam.path() / "lines.txt");
  CHECK(lines.kind == DataKind::iam_lines);
  CHECK(lines.samples[0].text == "A MOVE");
  const test::TemporaryFolder lines_alone;
  add_line(lines_alone);
  CHECK(load_data(lines_alone.path()).kind == DataKind::iam_lines);
}

TEST_CASE("load_data: images with texts beside them, lists") {
  const test::TemporaryFolder folder;
  std::filesystem::create_directories(folder.path() / "deep");
  write_png(folder.path() / "deep/1.png", test::patterned_image(12, 30, 1));
  folder.write("deep/1.gt.txt", "one\n");
  folder.write("words.txt", "just some words\n");
  CHECK(load_data(folder.path()).kind == DataKind::texts_beside);
  CHECK(load_data(folder.write("list.txt", "deep/1.png\tone\n")).kind == DataKind::tab_separated);
  const LabelledImages data = load_data(folder.write("list.txt", "0,1\ndeep/1.png,one\n"));
  CHECK(data.kind == DataKind::csv);
  REQUIRE(data.samples.size() == 1);
  CHECK(data.samples[0].text == "one");
  CHECK(to_string(data.kind) == "CSV list");
  CHECK(load_data(folder.write("words.txt", "deep/1.png\tone\n")).kind == DataKind::tab_separated);
}

TEST_CASE("load_data: says what was looked for") {
  const test::TemporaryFolder folder;
  CHECK(load_message(folder.path() / "none").find("no such folder or file; expected a folder with words.txt") !=
        std::string::npos);
  CHECK(load_message(folder.path()).find("lines.txt and lines/ (IAM lines)") != std::string::npos);
  CHECK(load_message(folder.path()).find("; found none of these") != std::string::npos);
  folder.write("words.txt", "a01-000u-00-00 ok 154 408 768 27 51 AT A\n");
  CHECK(load_message(folder.path()).find("words: no such folder; expected a folder with words.txt and words/") !=
        std::string::npos);
  folder.write("ids.txt", "a01-000u\na01-000x\n");
  CHECK(load_message(folder.path() / "ids.txt").find("is it a list of images with texts") != std::string::npos);
  CHECK(load_message(folder.path()).find('\n') == std::string::npos);
}
