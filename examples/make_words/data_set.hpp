// The data set: which word goes to which form, plus the lists that describe them in IAM's layout.
#pragma once

#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "font.hpp"
#include "paper.hpp"
#include "text.hpp"
#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/random.hpp"
#include "tinyhtr/image/write.hpp"
#include "tinyhtr/io/replace_file.hpp"

namespace make_words {

using tinyhtr::Purpose;

/// What a stream of random numbers is for; it stands where a training program would put the epoch.
enum Stream : std::uint32_t { label_stream, damage_stream, rare_stream, style_stream, drawing_stream };

/// One row of words.txt.
struct Row {
  std::size_t font, form, line, word;
  std::string label;
  bool damaged = false;

  std::string form_id() const { return format("font%03zu-%03zu", font + 1, form); }
  std::string id() const { return form_id() + format("-%02zu-%02zu", line, word); }
  /// words/font003/font003-002/font003-002-04-07.png
  std::string path() const { return "words/" + format("font%03zu", font + 1) + "/" + form_id() + "/" + id() + ".png"; }

 private:
  template <class... Number>
  static std::string format(const char* pattern, Number... numbers) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), pattern, numbers...);
    return text.data();
  }
};

using Fonts = std::vector<std::unique_ptr<Font>>;

constexpr std::size_t words_a_line = 8, lines_a_form = 7, words_a_form = words_a_line * lines_a_form;

/// Characters that a set of some thousand words should hold often enough to be learnt.
constexpr const char* wanted_characters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,\"'-;:!?()&/";

/// Replaces plain words until each wanted character comes at least `rows.size() / 240` times.
inline void add_rare_characters(std::vector<Row>& rows, const Fonts& fonts, const WordList& list, std::uint64_t seed) {
  std::array<std::size_t, 128> counts{};
  const auto count = [&counts](const Row& row, int sign) {
    for (const char c : row.label) {
      if (!row.damaged) counts[static_cast<std::size_t>(c)] += static_cast<std::size_t>(sign);
    }
  };
  for (const Row& row : rows) count(row, 1);
  Random random(seed, Purpose::user, rare_stream);
  for (const char* wanted = wanted_characters; *wanted; ++wanted) {
    for (std::size_t tries = 0; counts[static_cast<std::size_t>(*wanted)] < rows.size() / 240; ++tries) {
      if (tries == 100 * rows.size()) {
        throw tinyhtr::ArgumentError(std::string("the fonts and the word list give no labels with the character ") +
                                     *wanted);
      }
      Row& row = rows[random.below(static_cast<std::uint32_t>(rows.size()))];
      const bool plain = row.label.find_first_not_of("abcdefghiklmnoprstuvwy") == std::string::npos;
      const std::string label = label_with(*wanted, list, random);
      if (!plain || row.damaged || label.empty() || !fonts[row.font]->has(label)) continue;
      count(row, -1);
      row.label = label;
      count(row, 1);
    }
  }
}

/// Chooses `total` labels and lays them out on forms, every font as many; about 1.5% become damaged.
inline std::vector<Row> choose_rows(std::size_t total, const Fonts& fonts, const WordList& list, std::uint64_t seed) {
  if (total < fonts.size() || total > 1000 * words_a_form * fonts.size()) {
    throw tinyhtr::ArgumentError("--count has to lie between " + std::to_string(fonts.size()) +
                                 ", one word a font, and 56000 a font; found " + std::to_string(total));
  }
  std::vector<Row> rows;
  for (std::size_t i = 0; i < total; ++i) {
    const std::size_t font = i * fonts.size() / total;
    const std::size_t place = i - (font * total + fonts.size() - 1) / fonts.size();
    const std::size_t on_form = place % words_a_form;
    Row row{font, place / words_a_form, on_form / words_a_line, on_form % words_a_line, ""};
    Random random(seed, Purpose::user, label_stream, static_cast<std::uint32_t>(i));
    for (int tries = 0; row.label.empty() || !fonts[font]->has(row.label); ++tries) {
      if (tries == 1000) throw tinyhtr::ArgumentError(fonts[font]->name() + ": the font lacks most letters");
      row.label = draw_label(list, random);
    }
    Random damage(seed, Purpose::user, damage_stream, static_cast<std::uint32_t>(i));
    row.damaged = row.label.size() >= 3 && damage.chance(.022);
    rows.push_back(row);
  }
  add_rare_characters(rows, fonts, list, seed);
  return rows;
}

/// Creates a folder with those above it; throws FileError when that cannot be done.
inline void create_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw tinyhtr::FileError(folder.string() + ": the folder cannot be created (" + error.message() + ")");
}

/// What the lists say about a drawn image.
struct Drawn {
  int level;  // the grey between ink and paper
  Index width, height;
  std::vector<Extent> characters;  // on the image
};

/// Draws the images; returns what they came to be.
inline std::vector<Drawn> draw_images(const std::vector<Row>& rows, const Fonts& fonts, std::uint64_t seed,
                                      const std::filesystem::path& folder) {
  std::vector<Drawn> list;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Row& row = rows[i];
    Random style_random(seed, Purpose::user, style_stream, static_cast<std::uint32_t>(row.font * 1000 + row.form));
    const Style style(style_random);
    Random random(seed, Purpose::user, drawing_stream, static_cast<std::uint32_t>(i));
    Drawing drawing = draw_outlines(*fonts[row.font], row.label, style, random);
    set_stroke_width(drawing.ink, style.stroke, style.blur);
    const tinyhtr::Image image = on_paper(drawing, style, row.damaged, random);
    create_folder((folder / row.path()).parent_path());
    tinyhtr::write_png(folder / row.path(), image);
    list.push_back(
        {static_cast<int>(std::lround((style.ink + style.paper) / 2)), image.width, image.height, drawing.characters});
  }
  return list;
}

/// A text file that is whole or an error.
inline void write_text(const std::filesystem::path& path, const std::string& text) {
  create_folder(path.parent_path());
  tinyhtr::replace_file(path, text);
}

/// How the line of words.txt starts that says who wrote it.
constexpr const char* words_mark = "# words drawn with fonts by make_words";

inline std::string words_text(const std::vector<Row>& rows, const std::vector<Drawn>& drawn) {
  std::string text =
      "#--- words.txt ---------------------------------------------------------------#\n"
      "#\n" +
      std::string(words_mark) +
      ", in the layout of the IAM database; no part of that database\n"
      "#\n"
      "# format: font003-002-04-07 ok 154 -1 -1 127 51 UNK word\n"
      "#\n"
      "#     font003-002-04-07  -> word id: font 003, form 002, line 04, word 07\n"
      "#     ok                 -> ok, or err for a word whose image lost a third to bad segmentation\n"
      "#     154                -> grey level between ink and paper\n"
      "#     -1 -1 127 51       -> x, y, width, height in pixels; the words come from no page, so x = y = -1\n"
      "#     UNK                -> the grammatical tag, unknown\n"
      "#     word               -> the transcription; it may hold spaces\n"
      "#\n"
      "# image: words/font003/font003-002/font003-002-04-07.png\n"
      "#\n";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    text += rows[i].id() + (rows[i].damaged ? " err " : " ok ") + std::to_string(drawn[i].level) + " -1 -1 " +
            std::to_string(drawn[i].width) + " " + std::to_string(drawn[i].height) + " UNK " + rows[i].label + "\n";
  }
  return text;
}

/// One line a word that is ok: where each of its characters lies.
inline std::string characters_text(const std::vector<Row>& rows, const std::vector<Drawn>& drawn) {
  std::string text =
      "#--- characters.txt ----------------------------------------------------------#\n"
      "#\n"
      "# format: font003-002-04-07 2.9 31.4 30.2 58.0 56.6 75.1 77.0 104.3\n"
      "#\n"
      "#     font003-002-04-07  -> word id, as in words.txt; words that are err there are left out\n"
      "#     2.9 31.4           -> the first character's outline goes from x = 2.9 to x = 31.4, in pixels from the "
      "left\n"
      "#                           edge of the image; then two numbers for each other one. Neighbours may overlap.\n"
      "#                           Of a space: from where the pen starts it to where the pen ends it.\n"
      "#\n";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].damaged) continue;
    text += rows[i].id();
    for (const Extent& extent : drawn[i].characters) {
      std::array<char, 64> numbers{};
      std::snprintf(numbers.data(), numbers.size(), " %.1f %.1f", extent.begin, extent.end);
      text += numbers.data();
    }
    text += "\n";
  }
  return text;
}

/// One line a form: what the rows say about it, counted.
inline std::string forms_text(const std::vector<Row>& rows) {
  std::string text =
      "#--- forms.txt ---------------------------------------------------------------#\n"
      "#\n"
      "# format: font003-002 font003 0 prt 7 5 56 54\n"
      "#\n"
      "#     font003-002  -> form id\n"
      "#     font003      -> writer id: a font is a writer\n"
      "#     0            -> number of sentences: the words are drawn one by one\n"
      "#     prt          -> prt: some words are err; all: all words are ok\n"
      "#     7 5          -> the form has 7 lines, in 5 of them all words are ok\n"
      "#     56 54        -> the form has 56 words, 54 of them are ok\n"
      "#\n";
  for (std::size_t i = 0; i < rows.size();) {
    const std::size_t begin = i;
    std::vector<std::size_t> damaged_in_line(lines_a_form, 0);
    for (; i < rows.size() && rows[i].form_id() == rows[begin].form_id(); ++i) {
      damaged_in_line[rows[i].line] += rows[i].damaged ? 1 : 0;
    }
    const std::size_t lines = rows[i - 1].line + 1;
    std::size_t good_lines = 0, damaged = 0;
    for (std::size_t line = 0; line < lines; ++line) {
      good_lines += damaged_in_line[line] == 0 ? 1 : 0;
      damaged += damaged_in_line[line];
    }
    const std::string form = rows[begin].form_id();
    text += form + " " + form.substr(0, form.find('-')) + " 0 " + (damaged ? "prt " : "all ") + std::to_string(lines) +
            " " + std::to_string(good_lines) + " " + std::to_string(i - begin) + " " +
            std::to_string(i - begin - damaged) + "\n";
  }
  return text;
}

/// Writes the four lists of splits/: words at random, nine to one, forms by font. Words marked err are in none.
inline void write_splits(const std::vector<Row>& rows, const std::vector<FontEntry>& entries, std::uint64_t seed,
                         const std::filesystem::path& folder) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i].damaged) order.push_back(i);
  }
  Random random(seed, Purpose::split);
  random.shuffle(order);
  std::vector<char> held_out(rows.size(), 0);
  for (std::size_t k = 0; k < order.size() / 10; ++k) held_out[order[k]] = 1;
  std::array<std::string, 2> words, forms;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i].damaged) words[held_out[i] ? 1 : 0] += rows[i].id() + "\n";
    const bool first_of_form = i == 0 || rows[i].form_id() != rows[i - 1].form_id();
    if (first_of_form) forms[entries[rows[i].font].held_out ? 1 : 0] += rows[i].form_id() + "\n";
  }
  write_text(folder / "train_words.txt", words[0]);
  write_text(folder / "validation_words.txt", words[1]);
  write_text(folder / "train_forms.txt", forms[0]);
  write_text(folder / "validation_forms.txt", forms[1]);
}

}  // namespace make_words
