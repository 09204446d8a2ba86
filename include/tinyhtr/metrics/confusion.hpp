// Confusions: how often which character was read as which.
#pragma once

#include <algorithm>
#include <compare>
#include <map>
#include <string_view>
#include <vector>

#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/metrics/edit_alignment.hpp"

namespace tinyhtr {

/// One way to go wrong, with how often it was gone.
struct Confusion {
  EditKind kind = EditKind::substitution;
  char32_t expected = 0;  ///< 0 for an insertion
  char32_t read = 0;      ///< 0 for a deletion
  Index count = 0;

  bool operator==(const Confusion&) const = default;
};

/// Counts the steps of the alignments of readings with their labels, matches too.
///
/// An alignment is one of the shortest, and there may be others: 'm' read as 'rn' is an insertion and a substitution,
/// and which letter is the inserted one is a convention. Counts over many words are telling, single ones are not.
class ConfusionCounts {
 public:
  /// Both UTF-8. Throws FormatError for invalid UTF-8, and counts nothing then.
  void add(std::string_view label, std::string_view reading) {
    for (const Edit& edit : edit_alignment(label, reading)) ++counts_[{edit.kind, edit.expected, edit.read}];
  }

  /// All edits, without the matches.
  Index edits() const {
    Index sum = 0;
    for (const auto& [key, count] : counts_) sum += key.kind == EditKind::match ? 0 : count;
    return sum;
  }

  /// How often a character stands in the labels.
  Index occurrences(char32_t expected) const {
    Index sum = 0;
    for (const auto& [key, count] : counts_) {
      sum += key.kind != EditKind::insertion && key.expected == expected ? count : 0;
    }
    return sum;
  }

  /// How often one step was taken.
  Index count(EditKind kind, char32_t expected, char32_t read) const {
    const auto found = counts_.find({kind, expected, read});
    return found == counts_.end() ? 0 : found->second;
  }

  /// Everything but the matches, the most frequent first; equal counts in the order of kind and characters.
  std::vector<Confusion> sorted() const {
    std::vector<Confusion> list;
    for (const auto& [key, count] : counts_) {
      if (key.kind != EditKind::match) list.push_back({key.kind, key.expected, key.read, count});
    }
    std::stable_sort(list.begin(), list.end(),
                     [](const Confusion& a, const Confusion& b) { return a.count > b.count; });
    return list;
  }

 private:
  struct Key {
    EditKind kind;
    char32_t expected, read;
    auto operator<=>(const Key&) const = default;
  };
  std::map<Key, Index> counts_;
};

}  // namespace tinyhtr
