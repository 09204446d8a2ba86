// Tests of reading image files: every format, against OpenCV; everything broken, against its exception.
#include "tinyhtr/image/read.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "support/image.hpp"
#include "support/temporary_folder.hpp"
#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/random.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

namespace {

std::filesystem::path stored(const std::string& name) {
  return std::filesystem::path(TINYHTR_TEST_DATA) / "references/image" / name;
}

std::vector<std::uint8_t> bytes_of(const std::string& name) {
  std::ifstream file(stored(name), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string reference_of(std::string name) {
  name[name.find('.')] = '_';
  return "read_" + name;
}

const std::vector<std::string> lossless = {
    "grey.png",  "colour.png",        "rgba.png",               "grey_alpha.png", "palette.png",
    "palette_alpha.png", "transparent_colour.png", "one_bit.png", "grey16.png",   "colour16.png",
    "interlaced.png",    "pixel.png", "colour.bmp",             "grey.bmp",       "colour.ppm", "grey.pgm"};
const std::vector<std::string> jpegs = {"grey.jpg", "colour.jpg", "progressive.jpg"};
const std::vector<std::string> others = {"colour.tga", "colour.gif", "colour.psd", "colour.hdr"};

}  // namespace

TEST_CASE("PNG, BMP and PNM of every depth and colour type are read as OpenCV reads them") {
  for (const std::string& name : lossless) {
    CAPTURE(name);
    CHECK(worst_difference(read_image(stored(name)), load_image(reference_of(name))) == 0);
    CHECK(worst_difference(read_image(stored(name), 1), load_image(reference_of(name) + "_grey")) <= 1);
  }
}

TEST_CASE("JPEG is read as OpenCV reads it, within a grey level; colours within the rounding of their conversion") {
  for (const std::string& name : jpegs) {
    CAPTURE(name);
    const bool coloured = name == "colour.jpg";  // its channels are rounded before and after the change of colours
    CHECK(worst_difference(read_image(stored(name)), load_image(reference_of(name))) <= (coloured ? 2 : 1));
    CHECK(worst_difference(read_image(stored(name), 1), load_image(reference_of(name) + "_grey")) <= 1);
  }
}

TEST_CASE("TGA, GIF and PSD give back what was put in; HDR follows gamma 2.2") {
  for (const std::string& name : others) {
    CAPTURE(name);
    CHECK(worst_difference(read_image(stored(name)), load_image(reference_of(name))) <= (name == "colour.hdr" ? 1 : 0));
    CHECK(read_image(stored(name), 1).channels == 1);
  }
}

TEST_CASE("grey is 0.299 R + 0.587 G + 0.114 B") {
  const std::uint8_t red[] = {255, 0, 0}, green[] = {0, 255, 0}, blue[] = {0, 0, 255}, white[] = {255, 255, 255};
  CHECK(detail::grey_of(red) == 76);
  CHECK(detail::grey_of(green) == 150);
  CHECK(detail::grey_of(blue) == 29);
  CHECK(detail::grey_of(white) == 255);
}

TEST_CASE("a file that ends early is refused, wherever it ends") {
  std::vector<std::string> names = lossless;
  names.insert(names.end(), jpegs.begin(), jpegs.end());
  names.insert(names.end(), others.begin(), others.end());
  for (const std::string& name : names) {
    const std::vector<std::uint8_t> whole = bytes_of(name);
    REQUIRE_NOTHROW(decode_image(whole, name));
    const std::size_t after_pixels = name == "colour.gif" ? 1 : 0;  // its last byte says that no picture follows
    const std::size_t step = whole.size() / 300 + 1;
    for (std::size_t size = 0; size + after_pixels < whole.size(); size += step) {
      CAPTURE(name);
      CAPTURE(size);
      CHECK_THROWS_AS(decode_image(std::span(whole).first(size), name), FormatError);
    }
    CAPTURE(name);
    CHECK_THROWS_AS(decode_image(std::span(whole).first(whole.size() - 1 - after_pixels), name), FormatError);
  }
}

TEST_CASE("what is broken, absurd or no image is refused, and the message names the file") {
  const TemporaryFolder folder;
  CHECK_THROWS_AS(read_image(folder.write("empty.png", "")), FormatError);
  CHECK_THROWS_AS(read_image(folder.write("text.png", "a01-000u-00-00 ok 154 408 768 27 51 AT A\n")), FormatError);
  CHECK_THROWS_AS(read_image(folder.write("zeros.png", std::string(1000, '\0'))), FormatError);
  for (const char* name : {"deep_16bit.pgm", "huge.png", "unknown_chunk.png", "short_pixels.png", "damaged.png"}) {
    CAPTURE(name);
    try {
      read_image(stored(name));
      FAIL("accepted");
    } catch (const FormatError& error) {
      CHECK(std::string(error.what()).find(name) != std::string::npos);
    }
  }
}

TEST_CASE("what is no file is refused") {
  const TemporaryFolder folder;
  CHECK_THROWS_AS(read_image(folder.path() / "missing.png"), FileError);
  CHECK_THROWS_AS(read_image(folder.path() / "no/folder/x.png"), FileError);
  CHECK_THROWS_AS(read_image(folder.path()), FileError);
  CHECK_THROWS_AS(read_image(""), FileError);
  CHECK_THROWS_AS(read_image("/dev/zero"), FileError);
  // Nobody knows whether it exists: the system refuses to look.
  CHECK_THROWS_WITH_AS(read_image(std::string(100000, 'x')), doctest::Contains("cannot be reached: "), FileError);
}

TEST_CASE("other numbers of channels are refused") {
  CHECK_THROWS_AS(read_image(stored("grey.png"), 4), ArgumentError);
  CHECK_THROWS_AS(read_image(stored("grey.png"), 0), ArgumentError);
}

// JPEG without sanitizers only: stb_image multiplies damaged coefficients beyond the range of int. That makes odd
// pixels and no harm, but UndefinedBehaviorSanitizer, which runs beside AddressSanitizer here, ends the program.
TEST_CASE("random damage never ends the program") {
  std::vector<std::string> names = others;
#ifndef __SANITIZE_ADDRESS__
  names.insert(names.end(), jpegs.begin(), jpegs.end());
#endif
  for (const char* name : {"colour.bmp", "colour.ppm", "palette.png"}) names.push_back(name);
  Index refused = 0, tried = 0;
  for (std::size_t file = 0; file < names.size(); ++file) {
    const std::vector<std::uint8_t> whole = bytes_of(names[file]);
    for (std::uint32_t attempt = 0; attempt < 200; ++attempt, ++tried) {
      Random random(5, Purpose::user, static_cast<std::uint32_t>(file), attempt);
      std::vector<std::uint8_t> damaged = whole;
      for (std::uint32_t hits = 1 + random.below(4); hits > 0; --hits) {
        const std::uint32_t end = static_cast<std::uint32_t>(std::min(whole.size(), std::size_t{200}));
        damaged[random.below(end)] = static_cast<std::uint8_t>(random.below(256));
      }
      try {
        const Image image = decode_image(damaged, names[file]);
        CHECK(image.pixels.size() == static_cast<std::size_t>(image.height * image.width * 3));
      } catch (const FormatError&) {
        ++refused;
      }
    }
  }
  CHECK(refused > tried / 10);
}

TEST_CASE("threads decode at once, and each gets its own reason") {
  const Image expected = read_image(stored("colour.jpg"));
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int turn = 0; turn < 50; ++turn) {
        if (!(read_image(stored("colour.jpg")) == expected)) ++wrong;
        const std::string name = thread % 2 == 0 ? "unknown_chunk.png" : "short_pixels.png";
        const std::string reason = thread % 2 == 0 ? "none of IHDR" : "not enough pixels";
        try {
          read_image(stored(name));
          ++wrong;
        } catch (const FormatError& error) {
          if (std::string(error.what()).find(reason) == std::string::npos) ++wrong;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
}
