// Tests of drawing.
#include "tinyhtr/image/draw.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

using namespace tinyhtr;

namespace {

/// The image with one character per pixel: # where it is dark.
std::string picture_of(const Image& image) {
  std::string rows;
  for (Index y = 0; y < image.height; ++y) {
    for (Index x = 0; x < image.width; ++x) rows += image.at(y, x) < 128 ? '#' : '.';
    rows += '\n';
  }
  return rows;
}

std::string drawn(const std::string& text, Index scale = 1) {
  Image image(text_height(scale), text_width(text, scale), 1, 255);
  draw_text(image, 0, 0, text, {0, 0, 0}, scale);
  return picture_of(image);
}

}  // namespace

TEST_CASE("a letter is where it is drawn, in the size that is said") {
  CHECK(drawn("T") == "#####\n..#..\n..#..\n..#..\n..#..\n..#..\n..#..\n.....\n.....\n");
  CHECK(drawn("g") == ".....\n.....\n.####\n#...#\n#...#\n#...#\n.####\n....#\n.###.\n");
  CHECK(text_width("abc") == 17);
  CHECK(text_width("abc", 2) == 34);
  CHECK(text_width("") == 0);
  CHECK(text_height(2) == 18);
  CHECK(drawn(".", 2).find("..####....\n..####....\n") != std::string::npos);
}

TEST_CASE("all printable characters look different, all others are a box") {
  std::set<std::string> pictures;
  for (char c = 0x20; c < 0x7F; ++c) pictures.insert(drawn(std::string(1, c)));
  CHECK(pictures.size() == 95);
  CHECK(drawn(" ").find('#') == std::string::npos);
  CHECK(drawn("é") == drawn("\x7F"));
  CHECK(drawn("\n") == drawn("中"));
  CHECK(pictures.count(drawn("é")) == 0);
  CHECK(text_width("é") == 5);
  CHECK_THROWS_AS(text_width("\xFF"), FormatError);
}

TEST_CASE("what lies outside of the image is left out") {
  Image image(4, 6, 3, 255);
  fill_area(image, -5, -5, 7, 7, {1, 2, 3});
  CHECK(image.at(1, 1, 2) == 3);
  CHECK(image.at(2, 1, 2) == 255);
  CHECK(image.at(1, 2, 2) == 255);
  fill_area(image, 3, 5, 100, 100, {9, 9, 9});
  CHECK(image.at(3, 5) == 9);
  fill_area(image, 50, 50, 3, 3, {9, 9, 9});
  fill_area(image, 0, 0, -1, 3, {9, 9, 9});
  draw_frame(image, -2, -2, 20, 20, 1, {7, 7, 7});
  draw_text(image, -3, -2, "Wide text", {0, 0, 0}, 3);
  paste(image, Image(9, 9, 1, 50), -2, 3);
  CHECK(image.at(0, 3, 1) == 50);
  CHECK(image.at(3, 5, 2) == 50);
  paste(image, Image(2, 2, 1), 50, 50);
  paste(image, Image(2, 2, 1), -50, -50);
}

TEST_CASE("a frame has its thickness inwards") {
  Image image(5, 6, 1, 255);
  draw_frame(image, 0, 1, 5, 5, 1, {0, 0, 0});
  CHECK(picture_of(image) == ".#####\n.#...#\n.#...#\n.#...#\n.#####\n");
  Image thick(3, 3, 1, 255);
  draw_frame(thick, 0, 0, 3, 3, 9, {0, 0, 0});
  CHECK(picture_of(thick) == "###\n###\n###\n");
}

TEST_CASE("colours go into grey images, grey images into colours") {
  Image grey(1, 1, 1), colour(1, 1, 3);
  colour.pixels = {10, 20, 30};
  paste(grey, colour, 0, 0);
  CHECK(grey.at(0, 0) == 10);
  grey.pixels = {77};
  paste(colour, grey, 0, 0);
  CHECK(colour.pixels == std::vector<std::uint8_t>{77, 77, 77});
}
