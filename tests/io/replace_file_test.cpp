#include "tinyhtr/io/replace_file.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <string>

#include "support/files.hpp"
#include "support/temporary_folder.hpp"

using namespace tinyhtr;
using test::content_of;

TEST_CASE("replace_file writes, replaces, and leaves nothing beside") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "file";
  replace_file(path, std::string("one\0two", 7));
  CHECK(content_of(path) == std::string("one\0two", 7));
  replace_file(path, "");
  CHECK(content_of(path).empty());
  CHECK_FALSE(std::filesystem::exists(folder.path() / "file.part"));
}

TEST_CASE("replace_file keeps the old file where the new one cannot be written") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "file";
  replace_file(path, "old");
  std::filesystem::create_directory(folder.path() / "file.part");  // the name beside is taken by a folder
  CHECK_THROWS_WITH_AS(replace_file(path, "new"), doctest::Contains(path.c_str()), FileError);
  CHECK(content_of(path) == "old");
}

TEST_CASE("a full disk is an error that names the file, and leaves nothing beside") {
  const test::TemporaryFolder folder;
  // /dev/full takes no byte: the link makes it the file beside.
  std::filesystem::create_symlink("/dev/full", folder.path() / "file.part");
  CHECK_THROWS_WITH_AS(replace_file(folder.path() / "file", "new"), doctest::Contains("No space left"), FileError);
  CHECK_FALSE(std::filesystem::exists(folder.path() / "file"));
}

TEST_CASE("replace_file goes through a link, and refuses what is no regular file") {
  const test::TemporaryFolder folder;
  const auto file = folder.write("file", "old"), link = folder.path() / "link", pipe = folder.path() / "pipe";
  std::filesystem::create_symlink("file", link);
  replace_file(link, "new");
  CHECK(std::filesystem::is_symlink(link));
  CHECK(content_of(file) == "new");

  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  std::filesystem::create_symlink("nothing", folder.path() / "astray");
  for (const auto& path : {pipe, folder.path() / "astray", folder.path()}) {
    CHECK_THROWS_WITH_AS(replace_file(path, "new"), doctest::Contains(path.c_str()), FileError);
    CHECK_THROWS_WITH_AS(check_replaceable(path), doctest::Contains(path.c_str()), FileError);
  }
  CHECK(std::filesystem::is_fifo(pipe));
}

TEST_CASE("check_replaceable changes nothing") {
  const test::TemporaryFolder folder;
  const auto file = folder.write("file", "old");
  check_replaceable(file);
  check_replaceable(folder.path() / "other");
  CHECK(content_of(file) == "old");
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
  CHECK_THROWS_WITH_AS(check_replaceable(folder.path() / "missing" / "x"), doctest::Contains("could not be created"),
                       FileError);
}

TEST_CASE("make_writable_folder makes folders, and refuses what cannot be one") {
  const test::TemporaryFolder folder;
  make_writable_folder(folder.path() / "a" / "b");
  CHECK(std::filesystem::is_directory(folder.path() / "a" / "b"));
  CHECK(std::filesystem::is_empty(folder.path() / "a" / "b"));
  folder.write("file", "x");
  CHECK_THROWS_WITH_AS(make_writable_folder(folder.path() / "file" / "c"), doctest::Contains("file"), FileError);
  CHECK_THROWS_AS(make_writable_folder("/proc/tinyhtr"), FileError);
}
