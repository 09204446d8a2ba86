// How well a character model foretells text, and what it would write itself.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <string>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/random.hpp"
#include "tinyhtr/core/utf8.hpp"
#include "tinyhtr/language/character_model.hpp"
#include "tinyhtr/language/ngram_counts.hpp"

namespace tinyhtr {

/// What text costs under a model. A symbol is a character or the end of a word; 2^bits_per_symbol() is the
/// perplexity.
struct Perplexity {
  std::int64_t words = 0;
  std::int64_t characters = 0;
  std::int64_t unknown = 0;    ///< of these, characters that the model does not know, at the price of all such
  double log_probability = 0;  ///< of all words, natural logarithm

  double bits() const { return -log_probability / std::numbers::ln2; }
  double bits_per_symbol() const { return bits() / static_cast<double>(characters + words); }
  double bits_per_character() const { return bits() / static_cast<double>(characters); }
  double bits_per_word() const { return bits() / static_cast<double>(words); }
};

/// The cost of words, each as often as it was counted. Throws ArgumentError for no words, FormatError for invalid
/// UTF-8.
inline Perplexity perplexity(const CharacterModel& model, const WordCounts& words) {
  if (words.empty()) throw ArgumentError("perplexity: expected words, found none");
  Perplexity result;
  for (const auto& [word, times] : words) {
    for (const char32_t c : decode_utf8(word)) {
      result.characters += times;
      if (model.symbol(c) == model.unknown()) result.unknown += times;
    }
    result.words += times;
    result.log_probability += static_cast<double>(times) * model.word_log_probability(word);
  }
  return result;
}

/// A word drawn from the model (UTF-8), U+FFFD for a character that it does not know; it ends after `most` characters.
inline std::string sample_word(const CharacterModel& model, Random& random, std::size_t most = 100) {
  std::vector<double> log_probabilities(static_cast<std::size_t>(model.end()) + 1);
  std::u32string word;
  for (CharacterModel::State state = model.begin(); word.size() < most;) {
    model.log_probabilities(state, log_probabilities);
    double left = random.uniform();
    int symbol = 0;
    while (symbol < model.end() && (left -= std::exp(log_probabilities[static_cast<std::size_t>(symbol)])) >= 0)
      ++symbol;
    if (symbol == model.end()) break;
    word += symbol == model.unknown() ? U'\uFFFD' : model.tree().characters[static_cast<std::size_t>(symbol)];
    state = model.next(state, symbol);
  }
  return encode_utf8(word);
}

}  // namespace tinyhtr
