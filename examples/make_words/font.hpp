// Outline fonts: the list that names them, the files that hold them.
#pragma once

#include <cstdlib>

#include "tinyhtr/core/error.hpp"

#define STBTT_STATIC
#define STB_TRUETYPE_IMPLEMENTATION
#define STBTT_assert(condition) ((condition) ? void() : throw tinyhtr::FormatError("the font file is damaged"))
// stb_truetype reads one point past its array when a glyph ends in a stray control point, as in the font dkg
// handwriting: a margin of zeros makes that harmless, equal in every run.
#define STBTT_malloc(size, user) (static_cast<void>(user), std::calloc(1, (size) + 64))
#define STBTT_free(memory, user) (static_cast<void>(user), std::free(memory))
#include <stb/stb_truetype.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace make_words {

/// One line of the font list: `package | file | name | author | licence | forms`.
struct FontEntry {
  std::string package, file, name, author, licence;
  bool held_out = false;  // its forms go to the validation side of the writer-disjoint split
};

/// Splits at '|' and strips blanks around each field.
inline std::vector<std::string> split_fields(const std::string& line) {
  std::vector<std::string> fields;
  for (std::size_t begin = 0; begin <= line.size();) {
    const std::size_t end = std::min(line.find('|', begin), line.size());
    std::string field = line.substr(begin, end - begin);
    const std::size_t first = field.find_first_not_of(" \t\r"), last = field.find_last_not_of(" \t\r");
    fields.push_back(first == std::string::npos ? "" : field.substr(first, last - first + 1));
    begin = end + 1;
  }
  return fields;
}

/// Reads the font list; `#` begins a comment line.
///
/// Throws FileError when the list, or any font in it, is not there (naming the Debian packages to install), and
/// FormatError with the line number for a line without six fields or a last field other than train or validation.
inline std::vector<FontEntry> read_font_list(const std::filesystem::path& path) {
  std::ifstream stream(path);
  if (!stream) throw tinyhtr::FileError(path.string() + ": the font list cannot be opened");
  std::vector<FontEntry> fonts;
  std::string line, missing, packages;
  for (int number = 1; std::getline(stream, line); ++number) {
    const std::vector<std::string> fields = split_fields(line);
    if (fields.empty() || (fields.size() == 1 && fields[0].empty()) || line[0] == '#') continue;
    const std::string place = path.string() + ":" + std::to_string(number) + ": ";
    if (fields.size() != 6) {
      throw tinyhtr::FormatError(place + "expected package | file | name | author | licence | forms, found " +
                                 std::to_string(fields.size()) + " fields");
    }
    if (fields[5] != "train" && fields[5] != "validation") {
      throw tinyhtr::FormatError(place + "the last field has to be train or validation, found \"" + fields[5] + "\"");
    }
    fonts.push_back({fields[0], fields[1], fields[2], fields[3], fields[4], fields[5] == "validation"});
    if (!std::filesystem::is_regular_file(fields[1])) {
      missing += (missing.empty() ? "" : ", ") + fields[1];
      if ((packages + " ").find(" " + fields[0] + " ") == std::string::npos) packages += " " + fields[0];
    }
  }
  if (!missing.empty()) {
    throw tinyhtr::FileError(path.string() + " names fonts that are not there: " + missing +
                             "; on Debian, install them with: apt-get install" + packages);
  }
  if (fonts.empty()) throw tinyhtr::FormatError(path.string() + ": the list names no font");
  return fonts;
}

/// The outline of one character, in font units with y upwards, and how far the pen moves.
struct Glyph {
  std::vector<stbtt_vertex> outline;
  int index = 0;
  int advance = 0;
};

/// A font file, held in memory, with the outlines of the printable ASCII characters.
class Font {
 public:
  /// Throws FileError when the file cannot be read, FormatError when it is no TrueType or OpenType font.
  explicit Font(const FontEntry& entry) : name_(entry.name) {
    std::ifstream stream(entry.file, std::ios::binary);
    if (!stream) throw tinyhtr::FileError(entry.file + ": the font cannot be opened");
    bytes_.assign(std::istreambuf_iterator<char>(stream), {});
    try {
      check_tables();
      if (!stbtt_InitFont(&info_, bytes_.data(), stbtt_GetFontOffsetForIndex(bytes_.data(), 0))) {
        throw tinyhtr::FormatError("the font lacks a table that every font has, or has no Unicode characters");
      }
      for (int code = ' '; code <= '~'; ++code) load(code);
      x_height_ = top('x');
      capital_height_ = top('H');
    } catch (const tinyhtr::FormatError& error) {
      throw tinyhtr::FormatError(entry.file + ": " + error.what());
    }
  }
  Font(const Font&) = delete;
  Font& operator=(const Font&) = delete;

  /// True when every character of the text has a drawing of its own; a space needs none.
  bool has(const std::string& text) const {
    for (const char c : text) {
      if (c < ' ' || c > '~') return false;
      if (c != ' ' && (glyph(c).index == 0 || glyph(c).outline.empty())) return false;
    }
    return true;
  }

  const Glyph& glyph(char c) const { return glyphs_[static_cast<std::size_t>(c - ' ')]; }
  int kerning(char left, char right) const {
    return stbtt_GetGlyphKernAdvance(&info_, glyph(left).index, glyph(right).index);
  }
  int x_height() const { return x_height_; }
  int capital_height() const { return capital_height_; }
  const std::string& name() const { return name_; }

 private:
  // stb_truetype trusts the file, so tables that reach past its end are refused here.
  void check_tables() const {
    const auto number = [this](std::size_t at, int count) {
      std::uint64_t value = 0;
      for (int i = 0; i < count; ++i) value = (value << 8) | bytes_.at(at + static_cast<std::size_t>(i));
      return value;
    };
    const std::uint64_t version = bytes_.size() < 12 ? 0 : number(0, 4);
    if (version != 0x00010000 && version != 0x4F54544F && version != 0x74727565) {  // 1.0, "OTTO", "true"
      throw tinyhtr::FormatError("expected a TrueType or OpenType font, found something else");
    }
    const std::size_t tables = number(4, 2);
    for (std::size_t table = 0; table < tables; ++table) {
      const std::size_t entry = 12 + 16 * table;
      if (entry + 16 > bytes_.size() || number(entry + 8, 4) + number(entry + 12, 4) > bytes_.size()) {
        throw tinyhtr::FormatError("the font file is cut short: it has " + std::to_string(bytes_.size()) + " bytes");
      }
    }
  }

  void load(int code) {
    Glyph& glyph = glyphs_[static_cast<std::size_t>(code - ' ')];
    glyph.index = stbtt_FindGlyphIndex(&info_, code);
    stbtt_GetGlyphHMetrics(&info_, glyph.index, &glyph.advance, nullptr);
    stbtt_vertex* vertices = nullptr;
    const int count = stbtt_GetGlyphShape(&info_, glyph.index, &vertices);
    if (count > 0) glyph.outline.assign(vertices, vertices + count);
    stbtt_FreeShape(&info_, vertices);
  }

  int top(char c) const {
    int x0 = 0, y0 = 0, x1 = 0, y1 = 0;
    if (!stbtt_GetGlyphBox(&info_, glyph(c).index, &x0, &y0, &x1, &y1) || y1 <= 0) {
      throw tinyhtr::FormatError(std::string("the font has no letter ") + c + " to take its height from");
    }
    return y1;
  }

  std::string name_;
  std::vector<unsigned char> bytes_;
  stbtt_fontinfo info_{};
  std::array<Glyph, '~' - ' ' + 1> glyphs_{};
  int x_height_ = 0, capital_height_ = 0;
};

}  // namespace make_words
