// Tests of writing PNG files.
#include "tinyhtr/image/write.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <iterator>
#include <string>

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
