// language_model: trains a character n-gram model on text, and says how well it foretells other text.
#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <string>
#include <vector>

#include "support/program.hpp"
#include "tinyhtr/core/files.hpp"
#include "tinyhtr/core/random.hpp"
#include "tinyhtr/io/replace_file.hpp"
#include "tinyhtr/language/character_model_file.hpp"
#include "tinyhtr/language/perplexity.hpp"
#include "tinyhtr/language/tokens.hpp"
#include "tinyhtr/language/train_character_model.hpp"

namespace {

using tinyhtr::Index;

struct Options {
  std::vector<std::filesystem::path> texts, lists;
  std::filesystem::path model, out;
  bool spaces = false;
  int order = 6;
  double pruning = 0;
  std::int64_t fewest = 1;
  Index samples = 20;
  std::uint64_t seed = 1;
};

tinyhtr::WordCounts count_words(const Options& options) {
  tinyhtr::WordCounts counts;
  const auto add = [&](const std::filesystem::path& path, bool spaces) {
    const auto text = tinyhtr::detail::read_file<std::string>(path, "a text file", std::uintmax_t{1} << 32);
    for (const std::string& token : spaces ? tinyhtr::split_at_spaces(text) : tinyhtr::split_tokens(text)) {
      ++counts[token];
    }
  };
  for (const auto& path : options.texts) add(path, options.spaces);
  std::erase_if(counts, [&](const auto& entry) { return entry.second < options.fewest; });
  for (const auto& path : options.lists) add(path, true);
  return counts;
}

void train(const Options& options) {
  tinyhtr::check_replaceable(options.out);
  const tinyhtr::WordCounts counts = count_words(options);
  std::int64_t tokens = 0;
  for (const auto& [word, times] : counts) tokens += times;
  const tinyhtr::CharacterModel model =
      tinyhtr::train_character_model(counts, {.order = options.order, .pruning = options.pruning});
  const std::string bytes = tinyhtr::character_model_bytes(model);
  tinyhtr::replace_file(options.out, bytes);
  std::cout << options.out.string() << ": order " << model.order() << ", " << model.tree().characters.size()
            << " characters, " << model.ngrams() << " n-grams, " << bytes.size() << " bytes, from " << tokens
            << " words, " << counts.size() << " different ones\n";
}

void print_perplexity(const Options& options) {
  const tinyhtr::CharacterModel model = tinyhtr::read_character_model(options.model);
  const tinyhtr::Perplexity p = tinyhtr::perplexity(model, count_words(options));
  const auto row = [](const char* name, double bits) {
    std::cout << "  " << std::left << std::setw(28) << name << std::right << std::fixed << std::setprecision(4)
              << std::setw(10) << bits << " bits, perplexity " << std::setprecision(3) << std::exp2(bits) << '\n';
  };
  std::cout << p.words << " words of " << p.characters << " characters; " << p.unknown
            << " characters are none of the model's\n";
  row("a character, ends counted", p.bits_per_symbol());
  row("a character, ends shared out", p.bits_per_character());
  row("a word", p.bits_per_word());
}

void print_samples(const Options& options) {
  const tinyhtr::CharacterModel model = tinyhtr::read_character_model(options.model);
  for (Index i = 0; i < options.samples; ++i) {
    tinyhtr::Random random(options.seed, tinyhtr::Purpose::user, 0, static_cast<std::uint32_t>(i));
    std::cout << tinyhtr::sample_word(model, random) << '\n';
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Trains a character n-gram model of words on text, measures it on other text, draws words from it.\n"
      "Text is cut into words and marks as data sets of words cut it: \"don't\" is one word, a comma another.\n");
  app.require_subcommand(1);
  Options options;
  const auto add_texts = [&](CLI::App* command) {
    command->add_option("texts", options.texts, "Text files, UTF-8")->type_name("TEXT");
    command->add_flag("--spaces", options.spaces, "Cut the texts at spaces only: they are words already");
  };
  CLI::App* train_command = app.add_subcommand("train", "Counts the words of texts, smooths, writes a model");
  add_texts(train_command);
  train_command->add_option("--list", options.lists, "A list of words, each of which counts once more")
      ->type_name("FILE");
  train_command->add_option("--order", options.order, "Characters of the longest n-gram")
      ->check(tinyhtr::examples::whole_number(1, tinyhtr::NgramTree::highest_order))
      ->capture_default_str();
  train_command
      ->add_option("--pruning", options.pruning,
                   "Leave out n-grams that matter less, in nats a character; 1e-7 is little")
      ->capture_default_str();
  train_command->add_option("--fewest", options.fewest, "Leave out words that the texts have less often")
      ->check(tinyhtr::examples::whole_number(1, 1'000'000))
      ->capture_default_str();
  train_command->add_option("--out", options.out, "The file to write")->required()->type_name("FILE");
  CLI::App* perplexity_command = app.add_subcommand("perplexity", "How many bits a character of a text costs");
  CLI::App* sample_command = app.add_subcommand("sample", "Draws words from a model");
  for (CLI::App* command : {perplexity_command, sample_command}) {
    command->add_option("model", options.model, "A model that train wrote")->required()->type_name("MODEL");
  }
  add_texts(perplexity_command);
  sample_command->add_option("--count", options.samples, "How many words")
      ->check(tinyhtr::examples::whole_number(0, 1'000'000))
      ->capture_default_str();
  sample_command->add_option("--seed", options.seed, "Another seed, other words")->capture_default_str();
  return tinyhtr::examples::run_program(app, argc, argv, [&] {
    if (train_command->parsed()) train(options);
    if (perplexity_command->parsed()) print_perplexity(options);
    if (sample_command->parsed()) print_samples(options);
  });
}
