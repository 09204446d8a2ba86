// Tests of reading an image's size alone: that of the decoded image, for every format; bad files as read_image has
// them.
#include "tinyhtr/image/image_size.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "support/temporary_folder.hpp"
#include "tinyhtr/image/write.hpp"

using namespace tinyhtr;

TEST_CASE("the size is that of the decoded image, whatever the format") {
  int files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(TINYHTR_TEST_DATA) / "references/image")) {
    const std::string ending = entry.path().extension().string();
    if (ending != ".png" && ending != ".jpg" && ending != ".jpeg" && ending != ".bmp" && ending != ".pgm" &&
        ending != ".ppm" && ending != ".tga" && ending != ".gif") {
      continue;
    }
    CAPTURE(entry.path().string());
    Image image;
    try {
      image = read_image(entry.path());
    } catch (const Error&) {
      continue;  // one that is broken by purpose
    }
    const ImageSize size = image_size(entry.path());
    CHECK(size.height == image.height);
    CHECK(size.width == image.width);
    ++files;
  }
  CHECK(files >= 5);
}

TEST_CASE("a large image is measured without its pixels") {
  const test::TemporaryFolder folder;
  write_png(folder.path() / "wide.png", Image(3, 9000, 1, 200));
  const ImageSize size = image_size(folder.path() / "wide.png");
  CHECK(size.height == 3);
  CHECK(size.width == 9000);
}

TEST_CASE("what is no image, is empty, is missing: the errors of read_image, which name the file") {
  const test::TemporaryFolder folder;
  CHECK_THROWS_WITH_AS(image_size(folder.write("text.png", "no image at all")), doctest::Contains("text.png"),
                       FormatError);
  CHECK_THROWS_WITH_AS(image_size(folder.write("empty.png", "")), doctest::Contains("empty.png"), FormatError);
  CHECK_THROWS_WITH_AS(image_size(folder.write("cut.png", "\x89PNG\r\n\x1a\n")), doctest::Contains("cut.png"),
                       FormatError);
  CHECK_THROWS_WITH_AS(image_size(folder.path() / "none.png"), doctest::Contains("none.png"), FileError);
  CHECK_THROWS_AS(image_size(folder.path()), FileError);
}
