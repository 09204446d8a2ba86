// Tests of images inside a page.
#include "tinyhtr/report/image_data.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "support/small_iam.hpp"
#include "support/temporary_folder.hpp"
#include "tinyhtr/image/read.hpp"

using namespace tinyhtr;

namespace {

std::string base64(const std::string& text) {
  return detail::base64_text(std::vector<std::uint8_t>(text.begin(), text.end()));
}

/// The inverse, a bit at a time.
std::string from_base64(const std::string& text) {
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  unsigned bits = 0, count = 0;
  for (const char c : text) {
    if (c == '=') break;
    bits = bits << 6 | static_cast<unsigned>(alphabet.find(c));
    count += 6;
    if (count >= 8) bytes += static_cast<char>(bits >> (count -= 8) & 0xFFu);
  }
  return bytes;
}

}  // namespace

TEST_CASE("base64_text: the examples of RFC 4648, section 10") {
  CHECK(base64("") == "");
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foo") == "Zm9v");
  CHECK(base64("foob") == "Zm9vYg==");
  CHECK(base64("fooba") == "Zm9vYmE=");
  CHECK(base64("foobar") == "Zm9vYmFy");
  CHECK(base64("\xFB\xFF\xFE") == "+//+");
}

TEST_CASE("image_data_uri: the image comes back") {
  const Image image = test::patterned_image(13, 29, 4);
  const std::string uri = image_data_uri(image), start = "data:image/png;base64,";
  REQUIRE(uri.starts_with(start));
  const test::TemporaryFolder folder;
  CHECK(read_image(folder.write("a.png", from_base64(uri.substr(start.size()))), 1) == image);
  CHECK_THROWS_AS(image_data_uri(Image()), ArgumentError);
}

TEST_CASE("shrink_to: means of whole blocks, small images as they are") {
  const Image image = test::patterned_image(10, 20, 1);
  CHECK(shrink_to(image, 10, 20) == image);
  CHECK(shrink_to(image, 100, 100) == image);
  const Image half = shrink_to(image, 5, 10);
  CHECK(half.height == 5);
  CHECK(half.width == 10);
  const int sum = image.at(2, 4) + image.at(2, 5) + image.at(3, 4) + image.at(3, 5);
  CHECK(half.at(1, 2) == (sum + 2) / 4);
  const Image odd = shrink_to(Image(7, 5, 3, 200), 3, 5);  // by three; the last row and column of blocks are cut
  CHECK(odd == Image(3, 2, 3, 200));
  CHECK(shrink_to(Image(1, 1000, 1, 9), 100, 100) == Image(1, 100, 1, 9));
  CHECK_THROWS_AS(shrink_to(image, 0, 5), ArgumentError);
  CHECK_THROWS_AS(shrink_to(Image(), 5, 5), ArgumentError);
}
