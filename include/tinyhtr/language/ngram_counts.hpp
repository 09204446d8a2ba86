// NgramCounts: how often every sequence of characters stands in a list of words.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/utf8.hpp"

namespace tinyhtr {

/// How often each word (UTF-8) was seen.
using WordCounts = std::map<std::string, std::int64_t>;

/// The counts of all n-grams up to one length, as a tree: a node is an n-gram, its children go on by one symbol.
///
/// Symbols are numbered as in NgramTree: characters by code point, then unknown (never counted), end, begin. Nodes come
/// breadth first, the children of a node side by side and sorted. All vectors have one entry for each node.
struct NgramCounts {
  std::u32string characters;
  std::vector<std::uint16_t> symbol;        ///< the last symbol of the n-gram; of no meaning at node 0, the empty one
  std::vector<std::uint32_t> parent;        ///< the n-gram without its last symbol
  std::vector<std::uint32_t> suffix;        ///< the n-gram without its first symbol
  std::vector<std::uint32_t> first_child;   ///< with one more at the end: children of n are [n], up to [n + 1]
  std::vector<std::int64_t> count;          ///< how often it was seen
  std::vector<std::int64_t> continuations;  ///< after how many different symbols it was seen
  std::vector<std::uint8_t> length;         ///< in symbols
  std::vector<std::uint8_t> from_begin;     ///< 1 where it starts with the begin of a word

  std::size_t size() const { return symbol.size(); }

  /// Counts every n-gram of 1 to `order` symbols in begin, characters, end. O(order) steps a character, sorted levels.
  /// Throws ArgumentError for no words, an order outside 1 to 16, a count below 1, or more than 65,000 characters;
  /// FormatError for invalid UTF-8.
  NgramCounts(const WordCounts& words, int order) {
    if (words.empty()) throw ArgumentError("NgramCounts: expected words to count, found none");
    if (order < 1 || order > 16) {
      throw ArgumentError("NgramCounts: expected an order from 1 to 16, found " + std::to_string(order));
    }
    std::set<char32_t> found;
    for (const auto& [word, times] : words) {
      if (times < 1)
        throw ArgumentError("NgramCounts: '" + printable(word) + "' was seen " + std::to_string(times) +
                            " times, expected at least once");
      for (const char32_t c : decode_utf8(word)) found.insert(c);
    }
    characters.assign(found.begin(), found.end());
    if (characters.size() > 65000) throw ArgumentError("NgramCounts: expected at most 65,000 different characters");
    fill(words, order);
    link();
  }

  /// The child of a node by its symbol; 0 where there is none.
  std::uint32_t child(std::uint32_t node, std::uint16_t wanted) const {
    const auto begin = symbol.begin() + first_child[node], end = symbol.begin() + first_child[node + 1];
    const auto place = std::lower_bound(begin, end, wanted);
    return place != end && *place == wanted ? static_cast<std::uint32_t>(place - symbol.begin()) : 0;
  }

 private:
  /// A place in the text: the n-gram that ends there, as the node of its length so far.
  struct Place {
    std::uint32_t node;
    std::uint32_t next;  // in `text`: the symbol that follows
    std::int64_t times;
  };

  void fill(const WordCounts& words, int order) {
    std::vector<std::uint16_t> text;
    std::vector<Place> places;
    const auto unknown = static_cast<std::uint16_t>(characters.size());
    const std::uint16_t end = unknown + 1, begin = unknown + 2;
    for (const auto& [word, times] : words) {
      const auto add = [&, count_of_word = times](std::uint16_t s) {
        places.push_back({0, static_cast<std::uint32_t>(text.size()), count_of_word});
        text.push_back(s);
      };
      add(begin);
      for (const char32_t c : decode_utf8(word)) {
        add(static_cast<std::uint16_t>(std::lower_bound(characters.begin(), characters.end(), c) - characters.begin()));
      }
      add(end);
    }
    add_node(0, 0, 0);
    std::uint32_t level_begin = 0;
    for (int depth = 1; depth <= order; ++depth) {
      const auto level_end = static_cast<std::uint32_t>(size());
      std::sort(places.begin(), places.end(), [&](const Place& a, const Place& b) {
        return a.node != b.node ? a.node < b.node : text[a.next] < text[b.next];
      });
      std::size_t read = 0, kept = 0;
      for (std::uint32_t node = level_begin; node < level_end; ++node) {
        first_child.push_back(static_cast<std::uint32_t>(size()));
        for (std::uint16_t last = 0; read < places.size() && places[read].node == node; ++read) {
          const Place place = places[read];
          const std::uint16_t s = text[place.next];
          if (first_child[node] == size() || s != last) add_node(node, s, static_cast<std::uint8_t>(depth));
          last = s;
          count.back() += place.times;
          if (s != end) places[kept++] = {static_cast<std::uint32_t>(size() - 1), place.next + 1, place.times};
        }
      }
      places.resize(kept);
      level_begin = level_end;
    }
    while (first_child.size() <= size()) first_child.push_back(static_cast<std::uint32_t>(size()));
  }

  void add_node(std::uint32_t from, std::uint16_t s, std::uint8_t depth) {
    symbol.push_back(s);
    parent.push_back(from);
    count.push_back(0);
    length.push_back(depth);
  }

  void link() {
    const auto begin = static_cast<std::uint16_t>(characters.size() + 2);
    suffix.assign(size(), 0);
    continuations.assign(size(), 0);
    from_begin.assign(size(), 0);
    for (std::uint32_t n = 1; n < size(); ++n) {
      from_begin[n] = parent[n] == 0 ? symbol[n] == begin : from_begin[parent[n]];
      if (parent[n] != 0) suffix[n] = child(suffix[parent[n]], symbol[n]);
      ++continuations[suffix[n]];
    }
  }
};

}  // namespace tinyhtr
