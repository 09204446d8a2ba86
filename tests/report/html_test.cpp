// Tests of escaping, and of the checker that the other tests of reports trust.
#include "tinyhtr/report/html.hpp"

#include <doctest/doctest.h>

#include <string>

#include "support/html.hpp"
#include "tinyhtr/core/random.hpp"

using namespace tinyhtr;
using test::html_problem;

TEST_CASE("html_text: nothing is markup") {
  CHECK(html_text("") == "");
  CHECK(html_text("plain text, caf\xC3\xA9") == "plain text, caf\xC3\xA9");
  CHECK(html_text("</script><b>\"&'") == "&lt;/script&gt;&lt;b&gt;&quot;&amp;&#39;");
  CHECK(html_text("a\tb\nc") == "a\tb\nc");
}

TEST_CASE("html_text: bytes that no page may have become U+FFFD") {
  const std::string replacement = "\xEF\xBF\xBD";
  CHECK(html_text(std::string("a\0b", 3)) == "a" + replacement + "b");
  CHECK(html_text("\x01\x7F\r") == replacement + replacement + replacement);
  CHECK(html_text("\xC2\x85") == replacement);                                // a C1 control
  CHECK(html_text("\xEF\xBF\xBE\xEF\xBF\xBF") == replacement + replacement);  // U+FFFE, U+FFFF
  CHECK(html_text("\xF0\x9F\xBF\xBE") == replacement);                        // U+1FFFE
  CHECK(html_text("\xEF\xB7\x90") == replacement);                            // U+FDD0
  CHECK(html_text("\xFFz") == replacement + "z");
  CHECK(html_text("\xE2\x82") == replacement + replacement);                    // cut off
  CHECK(html_text("\xED\xA0\x80") == replacement + replacement + replacement);  // a surrogate
}

TEST_CASE("html_text: any bytes stay text, in text and in attributes") {
  Random random(5);
  for (int i = 0; i < 500; ++i) {
    std::string bytes;
    for (std::uint32_t length = random.below(40); length > 0; --length) {
      const std::string common = "<>&\"'/=a -";
      bytes += random.chance(0.6) ? common[random.below(10)] : static_cast<char>(random.below(256));
    }
    CHECK(html_problem("<p title=\"" + html_text(bytes) + "\">" + html_text(bytes) + "</p>") == "");
  }
}

TEST_CASE("html_page: a page that needs nothing else") {
  const std::string page = html_page("<i>\xFF", html_section("a", "b & c", "<p>text</p>\n"));
  CHECK(html_problem(page) == "");
  CHECK(page.starts_with("<!DOCTYPE html>"));
  CHECK(page.find("<title>&lt;i&gt;\xEF\xBF\xBD</title>") != std::string::npos);
  CHECK(page.find("<section id=\"a\">\n<h2>b &amp; c</h2>\n<p>text</p>\n</section>") != std::string::npos);
  CHECK(page.find("default-src &#39;none&#39;") != std::string::npos);
  CHECK(page.find("prefers-color-scheme: dark") != std::string::npos);
}

TEST_CASE("the checker finds planted faults") {
  CHECK(html_problem("<p>a<br>b</p><svg><line x=\"1\"/></svg>") == "");
  for (const char* fault : {"<p>", "</p>", "<p><b></p></b>", "<p a=b></p>", "<p a></p>", "<p a=\"1\"b=\"2\"></p>",
                            "a < b", "a > b", "a & b", "&nbsp;", "<script></script>", "<p onclick=\"x\"></p>",
                            "<img src=\"http://a/b.png\">", "<a href=\"https://a\">b</a>", "<p title=\"a & b\"></p>",
                            "<p title=\"<\"></p>", "\xFF", "<p", "<style>a { background: url(x) }</style>"}) {
    CAPTURE(fault);
    CHECK(html_problem(fault) != "");
  }
}
