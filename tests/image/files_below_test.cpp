// Tests of walking through folders.
#include "tinyhtr/image/files_below.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "support/temporary_folder.hpp"

using namespace tinyhtr;

namespace {

std::vector<std::string> names_below(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  FilesBelow files(folder);
  while (const auto file = files.next()) names.push_back(file->lexically_relative(folder).string());
  return names;
}

}  // namespace

TEST_CASE("FilesBelow: all files of all folders, sorted by their paths as bytes") {
  const test::TemporaryFolder folder;
  std::vector<std::string> written{"a-1.png", "a/b.png", "a/b/c.png",  "a/b0", "a.png",
                                   "a0",      "Z",       "\xC3\xA9/x", "z/y/x"};
  for (const std::string& name : written) {
    if (name != "a/b.png") folder.write(name, "");
  }
  folder.write("a/b.png", "");
  std::filesystem::create_directories(folder.path() / "empty/too");
  std::sort(written.begin(), written.end());
  CHECK(names_below(folder.path()) == written);
  CHECK(names_below(folder.path() / "empty").empty());
  CHECK(names_below(folder.path() / "a/") == std::vector<std::string>{"b.png", "b/c.png", "b0"});
}

TEST_CASE("FilesBelow: links to files are files, links to folders are left out") {
  const test::TemporaryFolder folder;
  folder.write("a/1.png", "");
  std::filesystem::create_symlink("1.png", folder.path() / "a/2.png");
  std::filesystem::create_symlink("..", folder.path() / "a/back");
  std::filesystem::create_symlink("nowhere", folder.path() / "a/lost");
  CHECK(names_below(folder.path()) == std::vector<std::string>{"a/1.png", "a/2.png", "a/lost"});
}

TEST_CASE("FilesBelow: a folder that cannot be read is an error with its name, the others are read all the same") {
  const test::TemporaryFolder folder;
  const auto file = folder.write("a/1.png", "");
  folder.write("b/1.png", "");
  CHECK_THROWS_AS(FilesBelow{folder.path() / "none"}, FileError);
  CHECK_THROWS_AS(FilesBelow{file}, FileError);
  FilesBelow files(folder.path());
  std::filesystem::remove_all(folder.path() / "a");  // after its name was read
  CHECK_THROWS_WITH_AS(files.next(), doctest::Contains("a: the folder cannot be read"), FileError);
  CHECK(files.next() == folder.path() / "b/1.png");
  CHECK_FALSE(files.next().has_value());
}

TEST_CASE("has_image_extension") {
  for (const char* name : {"a.png", "a.JPG", "b/c.jpeg", "a.b.Tga", "x.pgm", "x.hdr"}) CHECK(has_image_extension(name));
  for (const char* name : {"a", ".png", "a.png.txt", "a.pngx", "png", "a.gt.txt", "a.png/"}) {
    CAPTURE(name);
    CHECK_FALSE(has_image_extension(name));
  }
}
