// Tests of writing PNG files.
#include "tinyhtr/image/write.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <iterator>
#include <string>

#include <sys/stat.h>
#include <unistd.h>

#include "support/image.hpp"
#include "support/temporary_folder.hpp"
#include "tinyhtr/core/error.hpp"
#include "tinyhtr/image/read.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

TEST_CASE("what was written is read back, bit for bit") {
  const TemporaryFolder folder;
  for (const char* name : {"colour", "noise", "grey", "word", "pixel", "row"}) {
    CAPTURE(name);
    const Image image = load_image("input_" + std::string(name));
    write_png(folder.path() / "x.png", image);  // again and again the same file
    CHECK(read_image(folder.path() / "x.png", image.channels) == image);
  }
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);  // nothing else is left
}

TEST_CASE("where a file cannot be written, FileError names it and nothing is left") {
  const TemporaryFolder folder;
  const Image image(2, 2, 1);
  CHECK_THROWS_AS(write_png(folder.path() / "missing" / "x.png", image), FileError);
  CHECK_THROWS_AS(write_png(folder.path(), image), FileError);
  try {
    write_png(folder.path() / "missing" / "x.png", image);
  } catch (const FileError& error) {
    CHECK(std::string(error.what()).find("x.png") != std::string::npos);
  }
  CHECK_THROWS_AS(write_png(folder.path() / "x.png", Image()), ArgumentError);
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("the reason is that of the failure") {
  const TemporaryFolder folder;
  const Image image(2, 2, 1);
  CHECK_THROWS_WITH_AS(write_png(folder.path() / "missing" / "x.png", image), doctest::Contains("(No such file"),
                       FileError);
  const std::string long_name(250, 'x');  // fits, but not with what the new file's name has more
  CHECK_THROWS_WITH_AS(write_png(folder.path() / long_name, image), doctest::Contains("(File name too long)"),
                       FileError);
  if (geteuid() == 0) return;  // root may write everywhere
  std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  CHECK_THROWS_WITH_AS(write_png(folder.path() / "x.png", image), doctest::Contains("(Permission denied)"), FileError);
  std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_all);
}

TEST_CASE("write_png goes through a link, and refuses what is no regular file") {
  const TemporaryFolder folder;
  const Image image(2, 2, 1);
  write_png(folder.path() / "x.png", Image(1, 1, 1));
  std::filesystem::create_symlink("x.png", folder.path() / "link.png");
  write_png(folder.path() / "link.png", image);
  CHECK(std::filesystem::is_symlink(folder.path() / "link.png"));
  CHECK(read_image(folder.path() / "x.png", 1) == image);
  REQUIRE(mkfifo((folder.path() / "pipe").c_str(), 0600) == 0);
  CHECK_THROWS_AS(write_png(folder.path() / "pipe", image), FileError);
  CHECK(std::filesystem::is_fifo(folder.path() / "pipe"));
}
