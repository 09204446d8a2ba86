// Lexicon: a list of words as a trie over a network's classes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/core/utf8.hpp"
#include "tinyhtr/data/vocabulary.hpp"

namespace tinyhtr {

/// A trie of words, a step a class.
///
/// A state is a node of the trie (0 is the start), `outside` once no word of the list starts so, or `marks` for text
/// without letters that is not in the list: "1961", "(", "10,000". A list of words says nothing about these, so they
/// are never outside. Memory: 10 bytes a node.
class Lexicon {
 public:
  using State = std::int32_t;
  static constexpr State outside = -1;
  static constexpr State marks = -2;

  /// words: UTF-8, in any order, repeats allowed. With `capitals`, a word that starts with a small letter of a to z is
  /// in the list with a capital too, as at the start of a sentence. Words that hold a character which the vocabulary
  /// has not, and empty ones, are left out; left_out() counts them. Throws FormatError for invalid UTF-8, ArgumentError
  /// where no word is left.
  Lexicon(const std::vector<std::string>& words, const Vocabulary& vocabulary, bool capitals = true) {
    for (const char32_t c : decode_utf8(vocabulary.text())) letters_.push_back(is_letter(c));
    std::vector<std::vector<int>> texts;
    for (std::string word : words) {
      if (word.empty() || !vocabulary.knows(word)) {
        ++left_out_;
        continue;
      }
      texts.push_back(vocabulary.encode(word));
      if (capitals && word[0] >= 'a' && word[0] <= 'z') {
        word[0] = static_cast<char>(word[0] - 'a' + 'A');
        if (vocabulary.knows(word)) texts.push_back(vocabulary.encode(word));
      }
    }
    if (texts.empty()) {
      throw ArgumentError("Lexicon: none of " + std::to_string(words.size()) +
                          " words can be written with the vocabulary's characters");
    }
    std::sort(texts.begin(), texts.end());
    texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
    words_ = static_cast<Index>(texts.size());
    build(texts);
  }

  Index words() const { return words_; }        ///< in the list, those with a capital added counted
  Index left_out() const { return left_out_; }  ///< of the words given, those that cannot be written
  Index size() const { return static_cast<Index>(letters_.size()); }  ///< classes, without the blank

  /// The state after one more class.
  State next(State state, int number) const {
    const bool letter = letters_[static_cast<std::size_t>(number)] != 0;
    if (state >= 0) {
      const auto node = static_cast<std::size_t>(state);
      const auto from = classes_.begin() + first_[node], to = classes_.begin() + first_[node + 1];
      const auto place = std::lower_bound(from, to, number);
      if (place != to && *place == number) return static_cast<State>(place - classes_.begin());
      if (has_letter_[node]) return outside;
    }
    return state == outside || letter ? outside : marks;
  }

  /// Whether a text that ends here is in the list, or has no letters.
  bool is_word(State state) const {
    if (state < 0) return state == marks;
    const auto node = static_cast<std::size_t>(state);
    return ends_[node] || (node != 0 && !has_letter_[node]);
  }

  /// Whether a text (classes of the vocabulary) is in the list, or has no letters.
  bool contains(const std::vector<int>& text) const {
    State state = 0;
    for (const int number : text) state = next(state, number);
    return is_word(state);
  }

  /// Of any alphabet; marks and numbers are none.
  static bool is_letter(char32_t c) { return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z') || c >= 0xAA; }

 private:
  /// Breadth first, from sorted texts: the texts below a node are neighbours.
  void build(const std::vector<std::vector<int>>& texts) {
    struct Range {
      std::size_t begin, end, depth;
    };
    std::vector<Range> ranges{{0, texts.size(), 0}};  // of each node: its texts
    classes_.push_back(-1);
    has_letter_.push_back(0);
    for (std::size_t n = 0; n < ranges.size(); ++n) {
      Range range = ranges[n];
      ends_.push_back(texts[range.begin].size() == range.depth ? 1 : 0);  // the shortest comes first
      if (ends_[n]) ++range.begin;
      first_.push_back(static_cast<std::uint32_t>(classes_.size()));
      while (range.begin < range.end) {
        const int number = texts[range.begin][range.depth];
        std::size_t stop = range.begin;
        while (stop < range.end && texts[stop][range.depth] == number) ++stop;
        classes_.push_back(number);
        has_letter_.push_back(has_letter_[n] || letters_[static_cast<std::size_t>(number)] ? 1 : 0);
        ranges.push_back({range.begin, stop, range.depth + 1});
        range.begin = stop;
      }
    }
    first_.push_back(static_cast<std::uint32_t>(classes_.size()));
  }

  std::vector<std::uint8_t> letters_;  // of each class
  std::vector<int> classes_;           // of each node: the class that leads to it
  std::vector<std::uint32_t> first_;   // of each node: its first child; they are side by side, sorted by class
  std::vector<std::uint8_t> ends_, has_letter_;
  Index words_ = 0, left_out_ = 0;
};

}  // namespace tinyhtr
