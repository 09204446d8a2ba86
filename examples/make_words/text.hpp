// The labels: words, numbers, punctuation marks in about the proportions of running English.
#pragma once

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/random.hpp"

namespace make_words {

using tinyhtr::Random;

/// Picks an item with probability proportional to its weight.
template <class Item>
const Item& pick(const std::vector<std::pair<Item, double>>& choices, Random& random) {
  double total = 0;
  for (const auto& choice : choices) total += choice.second;
  double rest = random.uniform() * total;
  for (const auto& choice : choices) {
    if ((rest -= choice.second) < 0) return choice.first;
  }
  return choices.back().first;
}

/// Picks an item, all alike.
template <class Item>
const Item& pick(const std::vector<Item>& items, Random& random) {
  return items[random.below(static_cast<std::uint32_t>(items.size()))];
}

/// The commonest English words, the commonest first; word lists have no frequencies.
inline const std::vector<std::string>& common_words() {
  static const std::vector<std::string> words = {
      "the",  "of",    "to",    "and",   "a",     "in",   "is",    "that",  "was",   "it",   "he",    "for",  "as",
      "with", "on",    "his",   "be",    "at",    "by",   "had",   "not",   "are",   "but",  "from",  "have", "this",
      "they", "which", "she",   "or",    "were",  "her",  "an",    "you",   "their", "been", "has",   "one",  "all",
      "who",  "would", "will",  "there", "if",    "when", "more",  "him",   "no",    "so",   "what",  "up",   "out",
      "them", "said",  "could", "some",  "its",   "into", "than",  "my",    "can",   "only", "time",  "do",   "me",
      "we",   "about", "two",   "may",   "then",  "any",  "these", "other", "over",  "now",  "man",   "very", "even",
      "most", "made",  "after", "also",  "first", "well", "great", "such",  "must",  "many", "years", "like", "us"};
  return words;
}

/// Names that every part of the alphabet has a capital from.
inline const std::vector<std::string>& names() {
  static const std::vector<std::string> list = {
      "Adam",   "Alice",  "Anna",   "April",  "Berlin",  "Boston", "Charles", "Clara", "Dublin", "David",   "Edith",
      "Edward", "Egypt",  "Emma",   "Europe", "Florence", "France", "Friday", "Frank", "George", "Glasgow", "Grace",
      "Greece", "Hannah", "Harry",  "Helen",  "Henry",   "India",  "Irene",   "Italy", "James",  "January", "Jane",
      "Japan",  "John",   "June",   "Karl",   "Kenya",   "Kyoto",  "Laura",   "Leeds", "London", "Louis",   "March",
      "Martin", "Mary",   "Max",    "Monday", "Nelson",  "Norway", "October", "Oslo",  "Oscar",  "Oxford",  "Paris",
      "Paul",   "Peter",  "Peru",   "Quebec", "Quentin", "Rachel", "Robert",  "Rome",  "Sarah",  "Simon",   "Spain",
      "Sunday", "Thomas", "Turin",  "Ursula", "Uganda",  "Venice", "Victor",  "Vienna", "Wales", "Walter",  "William",
      "Xavier", "Yale",   "York",   "Yvonne", "Zoe",     "Zurich"};
  return list;
}

/// Lists of words, sorted by what the words are good for.
class WordList {
 public:
  /// Reads files of one word a line; throws FileError when one cannot be opened, FormatError when it has no words.
  explicit WordList(const std::vector<std::filesystem::path>& paths) {
    for (const auto& path : paths) read(path);
  }

  /// A lower-case word; short ones are the likelier.
  const std::string& lower(Random& random) const {
    static constexpr std::array<double, 18> by_length = {0,   0,   0, 11,  18,  16,  14, 13, 11,
                                                         9.5, 6.5, 3.5, 2.2, 1, .6, .4, .2, .1};
    std::vector<std::pair<const std::vector<std::string>*, double>> choices;
    for (const auto& [length, words] : words_) {
      choices.emplace_back(&words, length < by_length.size() ? by_length[length] : .05);
    }
    return pick(*pick(choices, random), random);
  }

  /// A word that ends in 's.
  std::string possessive(Random& random) const {
    if (possessives_.empty()) return lower(random) + "'s";
    return pick(possessives_, random);
  }

  /// A short word or name with the wanted letter, a capital where the letter is one; empty where there is none.
  std::string containing(char letter, Random& random) const {
    const bool capital = std::isupper(static_cast<unsigned char>(letter)) != 0;
    std::vector<std::string> found;
    for (const std::string& name : names()) {
      if (name[0] == letter) found.insert(found.end(), 10, name);
    }
    for (const auto& [length, words] : words_) {
      for (const std::string& word : words) {
        if (length > 8) break;
        if (capital && capitalised(word)[0] == letter) found.push_back(capitalised(word));
        if (!capital && word.find(letter) != std::string::npos) found.push_back(word);
      }
    }
    return found.empty() ? "" : pick(found, random);
  }

  static std::string capitalised(std::string word) {
    word[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(word[0])));
    return word;
  }

 private:
  void read(const std::filesystem::path& path) {
    std::error_code problem;
    if (std::filesystem::is_directory(path, problem)) {
      throw tinyhtr::FileError(path.string() + ": expected a list of words, found a folder");
    }
    std::ifstream stream(path);
    if (!stream) {
      throw tinyhtr::FileError(path.string() + ": the word list cannot be opened; Debian's are in the package scowl");
    }
    bool empty = true;
    for (std::string word; std::getline(stream, word);) {
      if (!word.empty() && word.back() == '\r') word.pop_back();
      if (word.size() < 3 || word.size() > 21) continue;
      const bool possessive = word.ends_with("'s");
      const std::string stem = possessive ? word.substr(0, word.size() - 2) : word;
      if (stem.find_first_not_of("abcdefghijklmnopqrstuvwxyz") != std::string::npos) continue;
      if (stem.find_first_of("aeiouy") == std::string::npos) continue;
      if (possessive) {
        possessives_.push_back(word);
      } else {
        words_[word.size()].push_back(word);
        empty = false;
      }
    }
    if (empty) throw tinyhtr::FormatError(path.string() + ": expected words of a to z, one a line; found none");
  }

  std::map<std::size_t, std::vector<std::string>> words_;
  std::vector<std::string> possessives_;
};

inline std::string digits(int count, Random& random) {
  std::string text(1, static_cast<char>('1' + random.below(9)));
  while (static_cast<int>(text.size()) < count) text += static_cast<char>('0' + random.below(10));
  return text;
}

inline std::string number(Random& random) {
  // One statement a draw, here as below: the operands of one + may be evaluated in either order.
  const std::uint32_t kind = random.below(6);
  if (kind < 3) return digits(static_cast<int>(kind) + 1, random);
  if (kind == 3) return digits(2, random).insert(0, "19");
  std::string text = digits(1 + static_cast<int>(random.below(2)), random);
  text += kind == 4 ? "." : ",";
  return text += digits(kind == 4 ? 1 : 3, random);
}

inline std::string initials(int count, const char* between, Random& random) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    if (i > 0) text += between;
    text += static_cast<char>('A' + random.below(26));
  }
  return text;
}

inline std::string punctuation(Random& random) {
  static const std::vector<std::pair<std::string, double>> marks = {
      {".", 42}, {",", 40}, {"\"", 14}, {"-", 4}, {"(", 3},  {")", 3}, {":", 3},
      {";", 3},  {"?", 3},  {"!", 3},   {"'", 2}, {"...", 1}, {"&", 2}};
  return pick(marks, random);
}

inline std::string common_word(Random& random) {
  static const auto choices = [] {
    std::vector<std::pair<std::string, double>> list;
    for (const std::string& word : common_words()) list.emplace_back(word, 1.0 / static_cast<double>(list.size() + 4));
    return list;
  }();
  return pick(choices, random);
}

inline std::string joined(std::string first, const char* between, Random& random) {
  first += between;
  return first += common_word(random);
}

/// One label: a common word, a word of the list, a name, a number, a mark, now and then something rarer.
inline std::string draw_label(const WordList& list, Random& random) {
  enum Kind {
    common, word, name, sentence_start, mark, figure, possessive, contraction, compound, shortened, capitals, spaced
  };
  static const std::vector<std::pair<Kind, double>> kinds = {
      {common, 36}, {word, 33.5}, {name, 5.5}, {sentence_start, 6.5}, {mark, 10.7}, {figure, 1.8}, {possessive, .6},
      {contraction, .4}, {compound, 1}, {shortened, 1.6}, {capitals, .9}, {spaced, .3}};
  static const std::vector<std::string> contractions = {"don't", "it's", "I'm",   "can't",
                                                        "he'd",  "we'll", "isn't", "I've"};
  static const std::vector<std::string> abbreviations = {"Mr.", "Mrs.", "Dr.", "St.", "etc.", "e.g.", "No.", "p.m."};
  switch (pick(kinds, random)) {
    case word: return list.lower(random);
    case name: return pick(names(), random);
    case sentence_start:
      if (random.chance(.12)) return "I";
      return WordList::capitalised(random.chance(.7) ? common_word(random) : list.lower(random));
    case mark: return punctuation(random);
    case figure: return number(random);
    case possessive: return list.possessive(random);
    case contraction: return pick(contractions, random);
    case compound: return joined(list.lower(random), "-", random);
    case shortened: return random.chance(.5) ? pick(abbreviations, random) : initials(1, "", random) + ".";
    case capitals: return initials(2 + static_cast<int>(random.below(2)), "", random);
    case spaced: return initials(2 + static_cast<int>(random.below(2)), " ", random);
    default: return common_word(random);
  }
}

/// A label that holds the wanted character, for characters that came too rarely.
inline std::string label_with(char wanted, const WordList& list, Random& random) {
  if (std::isalpha(static_cast<unsigned char>(wanted))) return list.containing(wanted, random);
  if (std::isdigit(static_cast<unsigned char>(wanted))) {
    std::string text = digits(2 + static_cast<int>(random.below(3)), random);
    text[wanted == '0' ? text.size() - 1 : random.below(static_cast<std::uint32_t>(text.size()))] = wanted;
    return text;
  }
  if (wanted == ' ') return initials(2, " ", random);
  if (wanted == '/') return joined(common_word(random), "/", random);
  if (wanted == '&') return initials(2, "&", random);
  return std::string(1, wanted);
}

}  // namespace make_words
