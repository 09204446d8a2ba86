// CharacterModel: how probable a character is after those before it in a word.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/core/utf8.hpp"

namespace tinyhtr {

/// The n-grams that a CharacterModel is made of: what training leaves, and what a file holds.
///
/// Nodes are contexts, breadth first: node 0 is the empty one, and the child of a node's i-th entry that has children
/// stands behind the child of an earlier one. A node's entries are sorted by symbol; node 0 has one for every symbol.
struct NgramTree {
  static constexpr int highest_order = 16;

  int order = 1;                        ///< characters of the longest n-gram
  std::u32string characters;            ///< sorted; symbol i is the i-th
  std::vector<std::uint32_t> first;     ///< of each node: where its entries start; one more at the end
  std::vector<std::uint16_t> symbols;   ///< of each entry
  std::vector<std::uint8_t> levels;     ///< of each entry: its probability, see level_log_probability
  std::vector<std::uint32_t> children;  ///< of each entry: the node of context + symbol, or 0 for none

  int unknown() const { return static_cast<int>(characters.size()); }  ///< stands for all other characters
  int end() const { return unknown() + 1; }                            ///< the end of the word
  int begin() const { return unknown() + 2; }                          ///< the start, which only contexts have
  int symbol_count() const { return unknown() + 3; }
};

/// What a level stands for: log p = -16 (level / 255)^2. Steps are fine near p = 1, where they weigh, and at most 0.13
/// nats, at p = 1e-7.
inline double level_log_probability(int level) { return -16.0 * level * level / (255.0 * 255.0); }

/// A character n-gram model of single words, with interpolation worked in, for quick look-up.
///
///     p(w | h) = p of the n-gram h w where the model holds it, else backoff(h) p(w | h without its first character)
///
/// with backoff(h) so that the probabilities of all characters, of one symbol for every character that the model does
/// not know, and of the end of the word add up to one. A state is the longest context that the model knows; words start
/// at begin() and do not look at each other. The probabilities are those of a file, in 256 levels, so that a model
/// that was just trained gives the very numbers that it gives when read again. All logarithms are natural.
/// Memory: 11 bytes an n-gram and 16 a context. Source of the form: Katz, 1987; Stolcke, "SRILM", 2002.
class CharacterModel {
 public:
  using State = std::uint32_t;

  /// Throws ArgumentError for a tree that breaks what NgramTree promises; `name` is what the message calls it.
  explicit CharacterModel(NgramTree tree, const std::string& name = "CharacterModel") : tree_(std::move(tree)) {
    connect(name);
  }

  const NgramTree& tree() const { return tree_; }
  int order() const { return tree_.order; }
  Index ngrams() const { return static_cast<Index>(tree_.symbols.size()); }

  /// Of a character: from 0 on, or the unknown one.
  int symbol(char32_t character) const {
    const auto place = std::lower_bound(tree_.characters.begin(), tree_.characters.end(), character);
    if (place == tree_.characters.end() || *place != character) return tree_.unknown();
    return static_cast<int>(place - tree_.characters.begin());
  }
  int unknown() const { return tree_.unknown(); }
  int end() const { return tree_.end(); }

  /// The state in front of a word's first character.
  State begin() const { return begin_; }

  /// log p(symbol | state), for a character, unknown() or end(). As many steps as the context is long, at most.
  double log_probability(State state, int symbol) const {
    double backoff = 0;
    for (;; state = suffix_[state]) {
      const std::uint32_t entry = find(state, symbol);
      if (entry != none) return backoff + static_cast<double>(log_probability_[entry]);
      backoff += backoff_[state];
    }
  }

  /// The state after one more character.
  State next(State state, int symbol) const {
    for (;; state = suffix_[state]) {
      const std::uint32_t entry = find(state, symbol);
      if (entry != none) return next_[entry];
    }
  }

  /// log p(symbol | state) of all symbols from 0 to end() in one pass, from the shortest context to the longest.
  /// Throws ShapeError unless there is room for end() + 1 numbers.
  void log_probabilities(State state, std::span<double> out) const {
    if (out.size() != static_cast<std::size_t>(end() + 1)) {
      throw ShapeError("log_probabilities: expected room for " + std::to_string(end() + 1) + " symbols, found " +
                       std::to_string(out.size()));
    }
    State chain[NgramTree::highest_order + 1];
    int length = 0;
    for (State s = state; s != 0; s = suffix_[s]) chain[length++] = s;
    for (std::size_t k = 0; k < out.size(); ++k) out[k] = static_cast<double>(log_probability_[k]);
    while (length-- > 0) {
      const State s = chain[length];
      for (double& value : out) value += backoff_[s];
      for (std::uint32_t e = tree_.first[s]; e < tree_.first[s + 1]; ++e) {
        out[tree_.symbols[e]] = static_cast<double>(log_probability_[e]);
      }
    }
  }

  /// log p of a whole word (UTF-8), its end included. Throws FormatError for invalid UTF-8.
  double word_log_probability(std::string_view word) const {
    State state = begin();
    double sum = 0;
    for (const char32_t character : decode_utf8(word)) {
      const int next_symbol = symbol(character);
      sum += log_probability(state, next_symbol);
      state = next(state, next_symbol);
    }
    return sum + log_probability(state, end());
  }

 private:
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

  /// The entry of a symbol in a context, or none. The empty context has every symbol.
  std::uint32_t find(State state, int symbol) const {
    if (state == 0) return static_cast<std::uint32_t>(symbol);
    std::uint32_t low = tree_.first[state];
    const std::uint32_t stop = tree_.first[state + 1];
    if (stop - low <= 8) {
      for (; low < stop; ++low) {
        if (tree_.symbols[low] == symbol) return low;
      }
      return none;
    }
    const auto begin = tree_.symbols.begin();
    const auto place = std::lower_bound(begin + low, begin + stop, symbol);
    return place != begin + stop && *place == symbol ? static_cast<std::uint32_t>(place - begin) : none;
  }

  /// Looks through the tree, then works out suffixes, states and backoffs, from the short contexts to the long ones.
  void connect(const std::string& name) {
    const auto expect = [&](bool good, const char* what) {
      if (!good) throw ArgumentError(name + ": expected " + what);
    };
    const int count = tree_.symbol_count();
    expect(tree_.order >= 1 && tree_.order <= NgramTree::highest_order, "an order from 1 to 16");
    expect(count <= 65535 && std::is_sorted(tree_.characters.begin(), tree_.characters.end()) &&
               std::adjacent_find(tree_.characters.begin(), tree_.characters.end()) == tree_.characters.end(),
           "characters that are sorted, each once, at most 65532");
    const std::size_t entries = tree_.symbols.size(), nodes = tree_.first.size() - 1;
    expect(!tree_.first.empty() && entries < none && tree_.first[0] == 0 && tree_.first[nodes] == entries &&
               tree_.levels.size() == entries && tree_.children.size() == entries,
           "as many levels and children as n-grams");
    expect(
        nodes >= 1 && entries >= static_cast<std::size_t>(count) && tree_.first[1] == static_cast<std::uint32_t>(count),
        "one n-gram of length one for every symbol");
    suffix_.assign(nodes, 0);
    backoff_.assign(nodes, 0);
    log_probability_.assign(entries, 0);
    next_.assign(entries, 0);

    double total = 0;  // the levels of single characters are relative to their sum
    for (int s = 0; s <= tree_.end(); ++s) {
      total += std::exp(level_log_probability(tree_.levels[static_cast<std::size_t>(s)]));
    }
    std::vector<std::uint8_t> depth(nodes, 0);
    std::uint32_t made = 1;  // children come in the order of their entries
    for (State n = 0; n < nodes; ++n) {
      const std::uint32_t from = tree_.first[n], to = tree_.first[n + 1];
      expect(from < to && to <= entries, "contexts that are followed by something, in their order");
      expect(n < made, "contexts that follow from a shorter one");
      double own = 0, shorter = 0;
      for (std::uint32_t e = from; e < to; ++e) {
        const int symbol = tree_.symbols[e];
        expect(symbol < count && (e == from || symbol > tree_.symbols[e - 1]), "symbols in their order, each once");
        expect(n == 0 || symbol != tree_.begin(), "the start of a word at the start of contexts only");
        const double level = level_log_probability(tree_.levels[e]);
        log_probability_[e] = static_cast<float>(n == 0 ? level - std::log(total) : level);
        if (symbol == tree_.begin()) log_probability_[e] = -std::numeric_limits<float>::infinity();
        if (n != 0) {
          own += std::exp(static_cast<double>(log_probability_[e]));
          shorter += std::exp(log_probability(suffix_[n], symbol));
        }
        const State follow = n == 0 ? 0 : next(suffix_[n], symbol);
        next_[e] = follow;
        if (tree_.children[e] != 0) {
          expect(tree_.children[e] == made && made < nodes, "the children of contexts in their order");
          expect(symbol != tree_.end() && depth[n] + 1 < tree_.order, "no context that is longer than the order");
          depth[made] = static_cast<std::uint8_t>(depth[n] + 1);
          suffix_[made] = follow;
          next_[e] = made++;
        }
      }
      expect(own <= 1 - least_rest, "probabilities after a context with a sum below one");
      // What shorter contexts give to the symbols that are not here; all of them may be here.
      if (n != 0) backoff_[n] = std::log((1 - own) / std::max(1 - shorter, 1e-12));
    }
    expect(made == nodes, "every context to be reached");
    begin_ = next_[static_cast<std::size_t>(tree_.begin())];
  }

  static constexpr double least_rest = 1e-5;

  NgramTree tree_;
  std::vector<State> suffix_;           // of each node: the longest shorter context
  std::vector<double> backoff_;         // of each node, natural logarithm
  std::vector<float> log_probability_;  // of each entry
  std::vector<State> next_;             // of each entry
  State begin_ = 0;
};

}  // namespace tinyhtr
