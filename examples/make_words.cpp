// Draws a set of words with handwriting fonts, in IAM's layout, for trying the programs without any download.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "make_words/data_set.hpp"
#include "support/program.hpp"
#include "tinyhtr/core/error.hpp"
#include "tinyhtr/data/text_lines.hpp"

namespace {

struct Options {
  std::filesystem::path fonts = "data/fonts.txt", out;
  // SCOWL's two lists of the commonest words.
  std::vector<std::filesystem::path> words = {"/usr/share/dict/scowl/english-words.10",
                                              "/usr/share/dict/scowl/english-words.20"};
  std::size_t count = 4870;
  std::uint64_t seed = 1;
  bool overwrite = false;
};

// Throws FileError where a words.txt may not be replaced: only one that this program has written, and only when asked.
void check_words_list(const std::filesystem::path& list, bool overwrite) {
  if (!std::filesystem::exists(list)) return;
  if (!overwrite) {
    throw tinyhtr::FileError(list.string() + " exists already; give another folder, or --overwrite to draw it anew");
  }
  const std::vector<std::string> lines = tinyhtr::detail::read_lines(list);
  const auto is_ours = [](const std::string& line) { return line.starts_with(make_words::words_mark); };
  if (std::none_of(lines.begin(), lines.end(), is_ours)) {
    throw tinyhtr::FileError(list.string() + " was not written by make_words; give another folder");
  }
}

// Deletes what a run before has made: words.txt, then folders words/fontNNN.
void clear(const std::filesystem::path& folder) {
  // First, so that a run that is stopped leaves no words.txt that names images which are not there.
  if (!std::filesystem::remove(folder / "words.txt")) return;
  if (!std::filesystem::is_directory(folder / "words")) return;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "words")) {
    const std::string name = entry.path().filename().string();
    const bool ours =
        name.size() == 7 && name.starts_with("font") && name.find_first_not_of("0123456789", 4) == std::string::npos;
    if (ours) std::filesystem::remove_all(entry.path());
  }
}

void make(const Options& options) {
  using namespace make_words;
  check_words_list(options.out / "words.txt", options.overwrite);
  const std::vector<FontEntry> entries = read_font_list(options.fonts);
  const WordList list(options.words);
  Fonts fonts;
  for (const FontEntry& entry : entries) fonts.push_back(std::make_unique<Font>(entry));
  const std::vector<Row> rows = choose_rows(options.count, fonts, list, options.seed);
  clear(options.out);
  const std::vector<Drawn> drawn = draw_images(rows, fonts, options.seed, options.out);
  write_text(options.out / "characters.txt", characters_text(rows, drawn));
  write_text(options.out / "forms.txt", forms_text(rows));
  write_splits(rows, entries, options.seed, options.out / "splits");
  // Last, for the same reason that it goes first in clear().
  write_text(options.out / "words.txt", words_text(rows, drawn));
  std::cout << rows.size() << " words, " << fonts.size() << " fonts: " << options.out.string() << "\n";
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Draws a set of words with handwriting fonts, in IAM's layout");
  Options options;
  app.add_option("--fonts", options.fonts, "list of fonts: package | file | name | author | licence | forms")
      ->capture_default_str();
  app.add_option("--words", options.words, "lists of words, one a line (Debian package scowl)")->capture_default_str();
  app.add_option("--out", options.out, "folder to write")->required();
  app.add_option("--count", options.count, "number of words")
      ->capture_default_str()
      ->check(tinyhtr::examples::whole_number(1, 100000000));
  app.add_option("--seed", options.seed, "equal seeds give equal files")
      ->capture_default_str()
      ->check(tinyhtr::examples::whole_number(0, std::numeric_limits<long long>::max()));
  app.add_flag("--overwrite", options.overwrite, "replace a set that make_words has drawn there before");
  return tinyhtr::examples::run_program(app, argc, argv, [&] { make(options); });
}
