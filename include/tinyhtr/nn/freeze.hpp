// Freezing: parameters that a training leaves as they are, chosen by name.
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/utf8.hpp"
#include "tinyhtr/nn/module.hpp"

namespace tinyhtr {

/// How far a name is from a pattern in which `*` stands for any characters, none of them too, and `?` for any one: the
/// fewest insertions, deletions and substitutions after which it matches. 0: it matches.
///
///     d(i, j) = min( d(i-1, j) + [p_i != *],  d(i, j-1) + [p_i != *],  d(i-1, j-1) + [p_i != n_j and p_i not * or ?] )
///
/// |pattern| |name| steps of time. Source: as edit_distance, of which this is the form with wildcards.
inline Index pattern_distance(std::string_view pattern, std::string_view name) {
  std::vector<Index> above(name.size() + 1), row(name.size() + 1);
  std::iota(above.begin(), above.end(), Index{0});
  for (const char p : pattern) {
    const Index gap = p == '*' ? 0 : 1;
    row[0] = above[0] + gap;
    for (std::size_t j = 1; j <= name.size(); ++j) {
      const Index change = p == '*' || p == '?' || p == name[j - 1] ? 0 : 1;
      row[j] = std::min({above[j] + gap, row[j - 1] + gap, above[j - 1] + change});
    }
    std::swap(above, row);
  }
  return above[name.size()];
}

namespace detail {

/// The parts of a comma-separated list, without the blanks around them; of an empty list, none. Throws ArgumentError
/// for an empty part.
inline std::vector<std::string> parameter_patterns(const std::string& list) {
  std::vector<std::string> patterns;
  for (std::size_t begin = 0; list.find_first_not_of(" \t") != std::string::npos && begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    std::string part = list.substr(begin, end - begin);
    part.erase(0, part.find_first_not_of(" \t"));
    part.erase(part.find_last_not_of(" \t") + 1);
    if (part.empty()) {
      throw ArgumentError("freeze: expected names with a comma between, such as blocks.*,lstm.*, found '" +
                          printable(list) + "'");
    }
    patterns.push_back(std::move(part));
    begin = end + 1;
  }
  return patterns;
}

/// The three names that a pattern is nearest to, for messages.
template <class T>
std::string nearest_names(const std::string& pattern, const Members<T>& members) {
  std::vector<std::pair<Index, std::string>> names;
  for (const auto& [name, variable] : members.parameters) names.emplace_back(pattern_distance(pattern, name), name);
  std::stable_sort(names.begin(), names.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string text;
  for (std::size_t k = 0; k < std::min<std::size_t>(3, names.size()); ++k) {
    text += (k > 0 ? ", " : "") + names[k].second;
  }
  return text;
}

}  // namespace detail

/// Freezes the parameters whose names match one of the patterns, so that no gradient reaches them: to be called before
/// trainable_parameters_of() gives the optimiser the others. A WordNet's block all of whose parameters are frozen runs
/// as in reading: its running statistics stay too, and it drops nothing.
///
/// patterns: names with a comma between, `*` for any characters, `?` for any one: "blocks.*,lstm.*"; empty: none.
/// Returns how many numbers these parameters hold. Throws ArgumentError for a pattern that matches no parameter, naming
/// the nearest names; then nothing is frozen.
template <class T, class Layer>
Index freeze(Layer& network, const std::string& patterns) {
  const Members<T> members = members_of<T>(network);
  std::vector<Variable<T>*> chosen;
  for (const std::string& pattern : detail::parameter_patterns(patterns)) {
    const std::size_t before = chosen.size();
    for (const auto& [name, variable] : members.parameters) {
      if (pattern_distance(pattern, name) == 0) chosen.push_back(variable);
    }
    if (chosen.size() > before) continue;
    throw ArgumentError("freeze: no parameter of the network matches '" + printable(pattern) + "'; the nearest are " +
                        detail::nearest_names(pattern, members));
  }
  Index count = 0;
  for (Variable<T>* variable : chosen) {
    if (!std::exchange(variable->node().requires_grad, false)) continue;  // by a pattern before
    count += variable->value().size();
  }
  return count;
}

/// Whether a layer has parameters, and none of them is trained.
template <class T, class Layer>
bool is_frozen(Layer& layer) {
  const Members<T> members = members_of<T>(layer);
  return !members.parameters.empty() &&
         std::none_of(members.parameters.begin(), members.parameters.end(),
                      [](const Named<Variable<T>>& parameter) { return parameter.item->requires_grad(); });
}

}  // namespace tinyhtr
