// check_data: says what is in a folder of IAM words, which words training would use, and why not the others.
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
#include "tinyhtr/data/iam.hpp"
#include "tinyhtr/data/sample.hpp"
#include "tinyhtr/data/vocabulary.hpp"

namespace {

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

void print_rows(const tinyhtr::DataReport& report, const Options& options) {
  std::cout << "Rows of " << report.source.string() << '\n';
  print_count("rows", report.rows);
  print_count("ok", report.ok);
  print_count("err", report.err, options.use_err_rows ? "used: --use-err" : "not used");
  std::cout << "Dropped" << (report.dropped.empty() || options.verbose ? "" : " (--verbose names each of them)")
            << '\n';
  if (!options.use_err_rows) print_count("marked err", report.marked_err);
  print_count("malformed rows", report.malformed);
  print_count("duplicate ids", report.duplicate);
  print_count("missing images", report.missing);
  print_count("broken images", report.broken);
  print_count("labels too long", report.too_long, "for " + std::to_string(options.time_steps) + " time steps");
  if (options.verbose) tinyhtr::examples::print_dropped_rows(std::cout, report);
}

void print_use(const std::vector<tinyhtr::Sample>& samples) {
  std::vector<std::string> texts;
  std::set<std::string> forms;
  Index with_spaces = 0, longest = 0;
  std::string longest_text;
  for (const tinyhtr::Sample& sample : samples) {
    texts.push_back(sample.text);
    forms.insert(tinyhtr::form_of(sample.id));
    if (sample.text.find(' ') != std::string::npos) ++with_spaces;
    const auto length = static_cast<Index>(tinyhtr::decode_utf8(sample.text).size());
    if (length > longest) longest = length, longest_text = sample.text;
  }
  const auto vocabulary = tinyhtr::Vocabulary::from_texts(texts);
  std::cout << "Training would use\n";
  print_count("words", static_cast<Index>(samples.size()));
  print_count("forms", static_cast<Index>(forms.size()));
  print_count("labels with spaces", with_spaces);
  print_count("longest label", longest, longest_text);
  print_count("different characters", vocabulary.size(), "[" + vocabulary.text() + "]");
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Says what is in a folder of IAM words: how many rows words.txt has, how many of them training can use,\n"
      "and why not the others. Decodes every image, changes nothing.\n"
      "\n"
      "The folder is what the archives of the IAM handwriting database unpack to:\n"
      "  DIR/words.txt                             one row a word: id, status, box, text\n"
      "  DIR/words/a01/a01-000u/a01-000u-00-00.png one image a word\n");
  Options options;
  app.add_option("--data", options.data, "The folder with words.txt and words/")->required()->type_name("DIR");
  app.add_option("--time-steps", options.time_steps,
                 "Time steps of the network's output; a label needs one for each character, and one more for each "
                 "doubled letter (the reference network has 64)")
      ->check(tinyhtr::examples::whole_number(1, 1'000'000))
      ->type_name("STEPS")
      ->capture_default_str();
  app.add_flag("--use-err", options.use_err_rows, "Count words with the status err as usable too");
  app.add_flag("--verbose", options.verbose, "Name every word that is dropped, with file, line and reason");
  return tinyhtr::examples::run_program(app, argc, argv, [&] {
    const tinyhtr::IamData data = tinyhtr::load_iam(
        options.data, {.time_steps = options.time_steps, .use_err_rows = options.use_err_rows, .check_images = true});
    print_rows(data.report, options);
    print_use(data.samples);
  });
}
