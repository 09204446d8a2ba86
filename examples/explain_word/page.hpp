// Page: the HTML page of an explanation under way, and the files beside it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tinyhtr/image/resize.hpp"
#include "tinyhtr/image/write.hpp"
#include "tinyhtr/io/replace_file.hpp"
#include "tinyhtr/report/html.hpp"
#include "tinyhtr/report/image_data.hpp"

namespace tinyhtr::examples {

/// A paragraph. `text` is HTML.
inline std::string paragraph(const std::string& text) { return "<p>" + text + "</p>\n"; }
inline std::string note(const std::string& text) { return "<p class=\"note\">" + text + "</p>\n"; }

/// Text as code, a space as an open box.
inline std::string code(const std::string& text) {
  std::string shown;
  for (const char c : text) shown += c == ' ' ? std::string("\xE2\x90\xA3") : std::string(1, c);
  return "<kbd>" + html_text(shown) + "</kbd>";
}

/// A small image larger, every pixel a square.
inline Image enlarged(const Image& image, Index width = 520) {
  const Index factor = std::clamp<Index>(std::min(width / image.width, 240 / image.height), 1, 8);
  Image large(image.height * factor, image.width * factor, image.channels);
  for (Index y = 0; y < large.height; ++y) {
    for (Index x = 0; x < large.width; ++x) {
      for (Index c = 0; c < large.channels; ++c) large.at(y, x, c) = image.at(y / factor, x / factor, c);
    }
  }
  return large;
}

/// Collects sections; pictures stand in the page itself and as files beside it.
class Page {
 public:
  explicit Page(std::filesystem::path folder) : folder_(std::move(folder)) {}

  void add(const std::string& id, const std::string& name, const std::string& body) {
    contents_ += "<a href=\"#" + id + "\">" + html_text(name) + "</a>\n";
    sections_ += html_section(id, name, body);
  }

  /// Writes the picture as `file`.png and returns it as a figure. caption: HTML. A picture that is wider than the
  /// page shrinks, but not so far that nothing can be told apart; then it is scrolled.
  std::string figure(const std::string& file, const Image& image, const std::string& caption) const {
    write_png(folder_ / (file + ".png"), image);
    return framed(image_data_uri(image), image.width, image.height, file, caption, true);
  }

  /// The same for a picture of lines and text, which is shown in its own size. size: as in its head.
  std::string drawing(const std::string& file, const std::string& svg, const std::string& caption) const {
    replace_file(folder_ / (file + ".svg"), svg);
    const auto number = [&svg](const std::string& name) {  // width="740": the first of the file
      return static_cast<Index>(std::stol(svg.substr(svg.find(name + "=\"") + name.size() + 2)));
    };
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(svg.data());
    return framed("data:image/svg+xml;base64," + detail::base64_text(std::span(bytes, svg.size())), number(" width"),
                  number(" height"), file, caption, false);
  }

  void write_text(const std::string& file, const std::string& content) const { replace_file(folder_ / file, content); }

  /// index.html. head: HTML that comes before the sections.
  void write(const std::string& title, const std::string& head) const {
    replace_file(folder_ / "index.html",
                 html_page(title, "<header>\n<h1>" + html_text(title) + "</h1>\n" + head + "<nav>\n" + contents_ +
                                      "</nav>\n</header>\n" + sections_));
  }

 private:
  static std::string framed(const std::string& address, Index width, Index height, const std::string& name,
                            const std::string& caption, bool shrinks) {
    const std::string size = "width=\"" + std::to_string(width) + "\" height=\"" + std::to_string(height) + "\"";
    const std::string least = std::to_string(width / 3);
    return "<figure style=\"margin: 0 0 12px\"><div style=\"overflow: auto" +
           std::string(shrinks ? "" : "; max-height: 900px") + "\"><img alt=\"" + html_text(name) + "\" " + size +
           " style=\"display: block; background: #fff; " +
           (shrinks ? "max-width: 100%; min-width: " + least + "px; height: auto" : "max-width: none") + "\" src=\"" +
           address + "\"></div><figcaption>" + caption + "</figcaption></figure>\n";
  }

  std::filesystem::path folder_;
  std::string contents_, sections_;
};

}  // namespace tinyhtr::examples
