// Tests of images with texts beside them.
#include "tinyhtr/data/text_beside.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "support/small_iam.hpp"

using namespace tinyhtr;

namespace {

struct Folder : test::TemporaryFolder {
  void add_image(const std::string& name) const {
    std::filesystem::create_directories((path() / name).parent_path());
    write_png(path() / name, test::patterned_image(12, 30, 1));
  }
  void add(const std::string& stem, const std::string& text) const {
    add_image(stem + ".png");
    write(stem + ".gt.txt", text);
  }
};

}  // namespace

TEST_CASE("load_texts_beside: sorted by path, whatever folder they are in") {
  const Folder folder;
  folder.add("b/word2", "zwei W\xC3\xB6rter\n");
  folder.add("b/word10", "ten");
  folder.add("a", "\xEF\xBB\xBF  one \r\n\r\n");
  folder.add("c.d", "dotted");
  folder.write("notes.txt", "not looked at");
  const LabelledImages data = load_texts_beside(folder.path());
  CHECK(data.kind == DataKind::texts_beside);
  REQUIRE(data.samples.size() == 4);
  std::vector<std::string> found;
  for (const Sample& sample : data.samples) found.push_back(sample.id + "=" + sample.text);
  CHECK(found ==
        std::vector<std::string>{"a.png=one", "b/word10.png=ten", "b/word2.png=zwei W\xC3\xB6rter", "c.d.png=dotted"});
  CHECK(data.samples[1].image == folder.path() / "b/word10.png");
  CHECK(data.report.rows == 4);
  CHECK(data.report.ok == 4);
  CHECK(data.report.summary() == "nothing dropped");
}

TEST_CASE("load_texts_beside: what does not match is counted and named") {
  const Folder folder;
  folder.add("a", "good");
  folder.add("b", "\n");
  folder.add("c", "two\nlines");
  folder.add("d", "caf\xE9");
  folder.add("e", std::string("nul\0", 4));
  folder.add("f", "good too");
  folder.add("g", "cut off");
  std::filesystem::resize_file(folder.path() / "g.png", 50);
  folder.add("h", std::string(70, 'x'));
  folder.add("i", "fine");
  folder.add_image("i.tga");
  folder.add_image("no text.png");
  folder.write("x/no image.gt.txt", "alone");
  const LabelledImages data = load_texts_beside(folder.path());
  const DataReport& report = data.report;
  CHECK(data.samples.size() == 3);
  CHECK(report.rows == 12);
  CHECK(report.malformed == 4);
  CHECK(report.no_text == 1);
  CHECK(report.missing == 1);
  CHECK(report.duplicate == 1);
  CHECK(report.broken == 1);
  CHECK(report.too_long == 1);
  CHECK(report.rows == report.ok + report.malformed + report.no_text);
  CHECK(report.rows == static_cast<Index>(data.samples.size() + report.dropped.size()));
  const std::string source = folder.path().string();
  CHECK(report.dropped[0].to_string() == source + ": b.png: malformed row: b.gt.txt: the text is empty");
  CHECK(report.dropped[1].detail == "c.gt.txt: expected one line of text, found several");
  CHECK(report.dropped[2].detail.find("d.gt.txt: byte \\xE9") == 0);
  CHECK(report.dropped[3].detail.find("control character") != std::string::npos);
  CHECK(report.dropped[4].to_string() == source + ": i.tga: duplicate id: i.png has its text already");
  CHECK(report.dropped[5].to_string() ==
        source + ": no text.png: image without text: expected no text.gt.txt beside it");
  CHECK(report.dropped[6].to_string() == source + ": x/no image.gt.txt: missing image: there is no image beside it");
}

TEST_CASE("load_texts_beside: a folder of something else") {
  const Folder folder;
  CHECK_FALSE(has_texts_beside(folder.path()));
  CHECK_THROWS_WITH_AS(load_texts_beside(folder.path()), doctest::Contains("found 0 images and 0 texts"), FormatError);
  folder.add_image("a.png");
  CHECK_THROWS_WITH_AS(load_texts_beside(folder.path()), doctest::Contains("found 1 images and 0 texts"), FormatError);
  folder.write("deep/down/b.gt.txt", "");
  CHECK(has_texts_beside(folder.path()));
  CHECK_THROWS_WITH_AS(load_texts_beside(folder.path()), doctest::Contains("none of its 2 rows can be used"),
                       FormatError);
  folder.write("a.gt.txt", "\xFF\xFE");
  folder.add("b", "\x01");
  folder.add("c", "good");
  CHECK_THROWS_WITH_AS(load_texts_beside(folder.path() / "none"), doctest::Contains("cannot be read"), FileError);
  CHECK(load_texts_beside(folder.path()).samples.size() == 1);
  std::filesystem::remove(folder.path() / "c.png");
  std::filesystem::remove(folder.path() / "c.gt.txt");
  CHECK_THROWS_WITH_AS(load_texts_beside(folder.path()), doctest::Contains("2 of 3 rows are malformed"), FormatError);
}
