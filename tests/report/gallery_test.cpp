// Tests of the gallery of readings.
#include "tinyhtr/report/gallery.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/html.hpp"
#include "support/small_iam.hpp"
#include "support/temporary_folder.hpp"

using namespace tinyhtr;
using test::between;
using test::html_problem;
using test::occurrences;

namespace {

WordReading shown_word(const std::string& label, const std::string& reading, double confidence,
                       const std::filesystem::path& image = "/nothing.png") {
  return {image, "id-" + label, "", label, reading, confidence};
}

}  // namespace

TEST_CASE("mark_differences: runs of what differs, spaces that can be seen") {
  using Texts = std::pair<std::string, std::string>;
  CHECK(detail::mark_differences("word", "word") == Texts("word", "word"));
  CHECK(detail::mark_differences("house", "hwxse") == Texts("h<mark>ou</mark>se", "h<mark>wx</mark>se"));
  CHECK(detail::mark_differences("then", "ten") == Texts("t<mark>h</mark>en", "ten"));
  CHECK(detail::mark_differences("M Ps", "MPs") == Texts("M<mark>\xE2\x90\xA3</mark>Ps", "MPs"));
  CHECK(detail::mark_differences("a b", "a b") == Texts("a b", "a b"));
  CHECK(detail::mark_differences("<b>", "") == Texts("<mark>&lt;b&gt;</mark>", ""));
}

TEST_CASE("gallery_html: worst first, then wrong and sure, then right and unsure") {
  const std::vector<WordReading> words = {shown_word("right", "right", 0.9), shown_word("sure", "sura", 0.8),
                                          shown_word("worst", "xyz", 0.1),   shown_word("unsure", "unsure", 0.2),
                                          shown_word("wrong", "wrang", 0.3), shown_word("bad", "bcd", 0.3)};
  const std::string html = gallery_html(counted_words(words), {.worst = 2, .confident = 1, .right = 5});
  CHECK(html_problem(html) == "");
  std::vector<std::string> order;
  for (std::size_t i = html.find("<br>id-"); i != std::string::npos; i = html.find("<br>id-", i + 1)) {
    order.push_back(html.substr(i + 7, html.find('<', i + 7) - i - 7));
  }
  CHECK(order == std::vector<std::string>{"worst", "bad", "sure", "unsure", "right"});
  CHECK(html.find("Shown: 2 of 4 wrong words.") != std::string::npos);
  CHECK(html.find("Shown: 1 of 4 wrong words.") != std::string::npos);
  CHECK(html.find("Shown: 2 of 2 right words.") != std::string::npos);
  CHECK(html.find("5 edits, confidence 0.100") != std::string::npos);
  CHECK(html.find("1 edit, confidence 0.800") != std::string::npos);
  CHECK(occurrences(html, "the image cannot be read") == 5);
}

TEST_CASE("gallery_html: all right, all wrong, none, a reading of nothing") {
  CHECK(gallery_html(counted_words({})) == "");
  const std::vector<WordReading> right = {shown_word("a", "a", 1)}, wrong = {shown_word("a", "", 1)};
  const std::string all_right = gallery_html(counted_words(right)), all_wrong = gallery_html(counted_words(wrong));
  CHECK(all_right.find("No word was read wrongly.") != std::string::npos);
  CHECK(all_right.find("Worst") == std::string::npos);
  CHECK(all_wrong.find("No word was read rightly.") != std::string::npos);
  CHECK(all_wrong.find("<span class=\"nothing\">nothing</span>") != std::string::npos);
}

TEST_CASE("gallery_html: images are in it, large ones made smaller") {
  const test::TemporaryFolder folder;
  write_png(folder.path() / "small.png", test::patterned_image(20, 50, 1));
  write_png(folder.path() / "large.png", test::patterned_image(700, 3000, 2));
  folder.write("broken.png", "no image");
  const std::vector<WordReading> words = {shown_word("a", "a", 1, folder.path() / "small.png"),
                                          shown_word("b", "b", 1, folder.path() / "large.png"),
                                          shown_word("c", "c", 1, folder.path() / "broken.png")};
  const std::string html = gallery_html(counted_words(words));
  CHECK(html_problem(html) == "");
  CHECK(occurrences(html, "src=\"data:image/png;base64,iVBOR") == 2);
  CHECK(html.find("width=\"50\" height=\"20\"") != std::string::npos);
  CHECK(html.find("width=\"429\" height=\"100\"") != std::string::npos);  // by seven
  CHECK(occurrences(html, "the image cannot be read") == 1);
}
