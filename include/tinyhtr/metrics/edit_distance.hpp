// Edit distance: how many single changes turn one sequence into another.
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/core/utf8.hpp"

namespace tinyhtr {

/// Levenshtein distance: the fewest insertions, deletions and substitutions that turn `a` into `b`.
///
///     d(i, 0) = i,  d(0, j) = j
///     d(i, j) = min( d(i-1, j) + 1,  d(i, j-1) + 1,  d(i-1, j-1) + [a_i != b_j] )
///
/// a (any length), b (any length), of anything that compares with ==. Only the rows i-1 and i are kept.
/// |a| |b| steps of time, 2 (|b| + 1) numbers of memory.
/// Source: Wagner, Fischer, "The string-to-string correction problem", 1974; Levenshtein 1966.
template <class Symbol>
Index edit_distance(std::span<const Symbol> a, std::span<const Symbol> b) {
  std::vector<Index> above(b.size() + 1), row(b.size() + 1);
  std::iota(above.begin(), above.end(), Index{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = static_cast<Index>(i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const Index deletion = above[j] + 1;
      const Index insertion = row[j - 1] + 1;
      const Index substitution = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({deletion, insertion, substitution});
    }
    std::swap(above, row);
  }
  return above[b.size()];
}

/// The same over code points.
inline Index edit_distance(std::u32string_view a, std::u32string_view b) {
  return edit_distance(std::span<const char32_t>(a), std::span<const char32_t>(b));
}

/// The same over two UTF-8 texts, in code points: "café" and "cafe" are 1 apart.
/// Throws FormatError for invalid UTF-8.
inline Index edit_distance(std::string_view a, std::string_view b) {
  return edit_distance(decode_utf8(a), decode_utf8(b));
}

}  // namespace tinyhtr
