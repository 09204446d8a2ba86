// Tests of the places of characters: the reader, and the project's own list beside its words and images.
#include "tinyhtr/data/character_places.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <sstream>
#include <string>

#include "support/temporary_folder.hpp"
#include "tinyhtr/data/iam_row.hpp"
#include "tinyhtr/image/read.hpp"

using namespace tinyhtr;

TEST_CASE("read_character_places: places by word, comments, a word without characters") {
  const test::TemporaryFolder folder;
  const auto path = folder.write("characters.txt", "# a comment\n\na 1 2.5 2 7.25\r\nb\n");
  const auto words = read_character_places(path);
  REQUIRE(words.size() == 2);
  CHECK(words.at("a") == std::vector<CharacterPlace>{{1, 2.5}, {2, 7.25}});
  CHECK(words.at("a")[1].centre() == 4.625);
  CHECK(words.at("b").empty());
}

TEST_CASE("read_character_places: what it refuses, with the line") {
  const test::TemporaryFolder folder;
  for (const char* bad : {"a 1 2 3", "a 1 x", "a 1 2px", "a 5 4", "a -1 4", "a nan 4", "a 1 inf", "a 1 1e999", "ok 1 2",
                          "a 1 2 \xFF 3"}) {
    CAPTURE(bad);
    const auto path = folder.write("characters.txt", std::string("#\nok 0 1\n") + bad + "\n");
    CHECK_THROWS_WITH_AS(read_character_places(path), doctest::Contains("characters.txt:3: "), FormatError);
  }
  CHECK_THROWS_AS(read_character_places(folder.path() / "none.txt"), FileError);
}

TEST_CASE("read_character_places: the project's own list fits its words and images") {
  const std::filesystem::path data = TINYHTR_TEST_DATA "/../data";
  const auto places = read_character_places(data / "characters.txt");
  std::size_t words = 0, characters = 0;
  for (const std::string& line : detail::read_lines(data / "words.txt")) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream fields(line);
    std::string id, status, unused;
    double level = 0, width = 0;  // the grey between ink and paper
    fields >> id >> status >> level >> unused >> unused >> width;
    CAPTURE(id);
    const auto found = places.find(id);
    REQUIRE((found != places.end()) == (status == "ok"));
    if (found == places.end()) continue;
    const auto& list = found->second;
    REQUIRE(list.size() == parse_iam_row(line).text.size());  // the labels are ASCII
    double left = width, right = 0;
    for (std::size_t i = 0; i < list.size(); ++i) {
      REQUIRE(list[i].x_begin < list[i].x_end);
      REQUIRE(list[i].x_end <= width);
      if (i > 0) REQUIRE(list[i - 1].centre() < list[i].centre());
      left = std::min(left, list[i].x_begin);
      right = std::max(right, list[i].x_end);
    }
    // The crop leaves 2 to 4 pixels around the ink, whose edges are soft and were moved to set the stroke's width.
    REQUIRE(left < 6.5);
    REQUIRE(right > width - 6.5);
    if (words % 97 == 0) {
      const Image image = read_image(iam_image_path(data / "words", id), 1);
      REQUIRE(static_cast<double>(image.width) == width);
      double first = width, last = 0;  // of the columns with ink
      for (Index y = 0; y < image.height; ++y) {
        for (Index x = 0; x < image.width; ++x) {
          if (image.at(y, x) > level + 34) continue;
          first = std::min(first, static_cast<double>(x));
          last = std::max(last, static_cast<double>(x + 1));
        }
      }
      CHECK(std::abs(first - left) < 4);
      CHECK(std::abs(last - right) < 4);
    }
    ++words;
    characters += list.size();
  }
  CHECK(words == 4810);
  CHECK(words == places.size());
  CHECK(characters == 20163);
}
