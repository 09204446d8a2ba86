// check_data: says what is in a data set, which images training would use, and why not the others.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <set>
#include <string>
#include <vector>

#include "support/dropped_rows.hpp"
#include "support/program.hpp"
#include "tinyhtr/core/utf8.hpp"
#include "tinyhtr/data/load_data.hpp"
#include "tinyhtr/data/sample.hpp"
#include "tinyhtr/data/vocabulary.hpp"

namespace {

using tinyhtr::DataKind;
using tinyhtr::Index;

struct Options {
  std::filesystem::path data;
  Index time_steps = 64;
  bool use_err_rows = false;
  bool verbose = false;
};

void print_count(const std::string& name, Index count, const std::string& note = "") {
  std::cout << "  " << std::left << std::setw(22) << name << std::right << std::setw(8) << count
            << (note.empty() ? "" : "  " + note) << '\n';
}

bool is_iam(DataKind kind) { return kind == DataKind::iam_words || kind == DataKind::iam_lines; }

void print_rows(const tinyhtr::LabelledImages& data, const Options& options) {
  const tinyhtr::DataReport& report = data.report;
  std::cout << "Rows of " << report.source.string() << " (" << to_string(data.kind) << ")\n";
  print_count("rows", report.rows);
  print_count("ok", report.ok);
  const bool err_is_used = options.use_err_rows || data.kind == DataKind::iam_lines;
  if (data.kind == DataKind::iam_words) print_count("err", report.err, err_is_used ? "used: --use-err" : "not used");
  if (data.kind == DataKind::iam_lines) print_count("err", report.err, "used: the mark is about the line's words");
  std::cout << "Dropped" << (report.dropped.empty() || options.verbose ? "" : " (--verbose names each of them)")
            << '\n';
  if (!err_is_used && data.kind == DataKind::iam_words) print_count("marked err", report.marked_err);
  print_count("malformed rows", report.malformed);
  print_count("duplicate ids", report.duplicate);
  if (data.kind == DataKind::texts_beside) print_count("images without text", report.no_text);
  print_count("missing images", report.missing);
  print_count("broken images", report.broken);
  print_count("labels too long", report.too_long, "for " + std::to_string(options.time_steps) + " time steps");
  if (options.verbose) tinyhtr::examples::print_dropped_rows(std::cout, report);
}

void print_use(const tinyhtr::LabelledImages& data) {
  std::vector<std::string> texts;
  std::set<std::string> forms;
  Index with_spaces = 0, longest = 0;
  std::string longest_text;
  for (const tinyhtr::Sample& sample : data.samples) {
    texts.push_back(sample.text);
    forms.insert(tinyhtr::form_of(sample.id));
    if (sample.text.find(' ') != std::string::npos) ++with_spaces;
    const auto length = static_cast<Index>(tinyhtr::decode_utf8(sample.text).size());
    if (length > longest) longest = length, longest_text = sample.text;
  }
  const auto vocabulary = tinyhtr::Vocabulary::from_texts(texts);
  std::cout << "Training would use\n";
  print_count(data.kind == DataKind::iam_words   ? "words"
              : data.kind == DataKind::iam_lines ? "lines"
                                                 : "images",
              static_cast<Index>(data.samples.size()));
  if (is_iam(data.kind)) print_count("forms", static_cast<Index>(forms.size()));
  print_count("labels with spaces", with_spaces);
  print_count("longest label", longest, longest_text);
  print_count("different characters", vocabulary.size(), "[" + vocabulary.text() + "]");
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Says what is in a data set: how many images with texts it has, how many of them training can use, and why not\n"
      "the others. Decodes every image, changes nothing.\n"
      "\n"
      "What a data set may be:\n"
      "  DIR/words.txt, DIR/words/a01/a01-000u/a01-000u-00-00.png  words, as the archives of the IAM handwriting\n"
      "                                                            database unpack\n"
      "  DIR/lines.txt, DIR/lines/a01/a01-000u/a01-000u-00.png     lines of the same; DIR/lines.txt where both are "
      "there\n"
      "  DIR/.../word1.png, DIR/.../word1.gt.txt                   images, each with its text beside it\n"
      "  FILE                                                      a list: path<TAB>text; or CSV with path and text,\n"
      "                                                            or with a header such as 0,1 or path,text\n"
      "Paths in a list count from the list's own folder, else from the current one.\n");
  Options options;
  app.add_option("--data", options.data, "The data set: one of the forms above")->required()->type_name("PATH");
  app.add_option("--time-steps", options.time_steps,
                 "Time steps of the network's output; a label needs one for each character, and one more for each "
                 "doubled letter (the reference network has 64, or half its width)")
      ->check(tinyhtr::examples::whole_number(1, 1'000'000))
      ->type_name("STEPS")
      ->capture_default_str();
  app.add_flag("--use-err", options.use_err_rows, "Count IAM's words with the status err as usable too");
  app.add_flag("--verbose", options.verbose, "Name every row that is dropped, with file, line and reason");
  return tinyhtr::examples::run_program(app, argc, argv, [&] {
    const tinyhtr::LabelledImages data = tinyhtr::load_data(
        options.data, {.time_steps = options.time_steps, .use_err_rows = options.use_err_rows, .check_images = true});
    print_rows(data, options);
    print_use(data);
  });
}
