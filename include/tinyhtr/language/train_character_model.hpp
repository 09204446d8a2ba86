// train_character_model: counts to probabilities by modified Kneser-Ney smoothing, then the n-grams that matter.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/language/character_model.hpp"
#include "tinyhtr/language/ngram_counts.hpp"

namespace tinyhtr {

/// How a character model is trained.
struct CharacterModelOptions {
  int order = 6;       ///< characters of the longest n-gram, 1 to 16
  double pruning = 0;  ///< n-grams go that change the model by less than this many nats a character; 0 keeps all
};

namespace detail {

/// What modified Kneser-Ney takes off a count of 1, 2, and 3 or more.
using Discounts = std::array<double, 4>;

/// D1, D2, D3+ from how many n-grams of one length have the counts 1, 2, 3, 4:
///
///     Y = n1 / (n1 + 2 n2),   D_c = c - (c + 1) Y n_(c+1) / n_c
///
/// Where such a number is 0 or a discount would be outside (0, c), as in short lists: 0.5, 1, 1.5.
inline Discounts kneser_ney_discounts(const std::array<std::int64_t, 5>& n) {
  Discounts discounts{0, 0.5, 1, 1.5};
  if (n[1] == 0 || n[2] == 0 || n[3] == 0) return discounts;
  const double y = static_cast<double>(n[1]) / static_cast<double>(n[1] + 2 * n[2]);
  Discounts found{};
  for (std::size_t c = 1; c <= 3; ++c) {
    const double share = static_cast<double>(n[c + 1]) / static_cast<double>(n[c]);
    found[c] = static_cast<double>(c) - static_cast<double>(c + 1) * y * share;
    if (!(found[c] > 0 && found[c] < static_cast<double>(c))) return discounts;
  }
  return found;
}

/// Interpolated modified Kneser-Ney probabilities of all n-grams of a tree of counts.
struct KneserNey {
  std::vector<double> probability;  ///< of each node: its last symbol after those before
  std::vector<double> rest;         ///< of each node: the share that it leaves to the context without its first symbol
  double unknown = 0;               ///< of a character that was never seen, in no context

  KneserNey(const NgramCounts& counts, int order) : probability(counts.size(), 0), rest(counts.size(), 1) {
    // How often an n-gram counts: as often as it was seen, or shorter ones, after how many different symbols.
    const auto adjusted = [&](std::uint32_t n) {
      return counts.length[n] == order || counts.from_begin[n] ? counts.count[n] : counts.continuations[n];
    };
    const auto begin = static_cast<std::uint16_t>(counts.characters.size() + 2);
    const auto predicted = [&](std::uint32_t n) { return counts.symbol[n] != begin; };
    std::vector<std::array<std::int64_t, 5>> of_count(static_cast<std::size_t>(order) + 1);
    for (std::uint32_t n = 1; n < counts.size(); ++n) {
      if (predicted(n) && adjusted(n) <= 4) ++of_count[counts.length[n]][static_cast<std::size_t>(adjusted(n))];
    }
    std::vector<Discounts> discounts;
    for (const auto& n : of_count) discounts.push_back(kneser_ney_discounts(n));
    for (std::uint32_t h = 0; h < counts.size(); ++h) {
      const std::uint32_t from = counts.first_child[h], to = counts.first_child[h + 1];
      double sum = 0, taken = 0;
      const Discounts& discount = discounts[std::min<std::size_t>(counts.length[h] + 1u, discounts.size() - 1)];
      const auto discount_of = [&](std::uint32_t n) {
        return discount[static_cast<std::size_t>(std::min<std::int64_t>(adjusted(n), 3))];
      };
      for (std::uint32_t n = from; n < to; ++n) {
        if (!predicted(n)) continue;
        sum += static_cast<double>(adjusted(n));
        taken += discount_of(n);
      }
      if (sum == 0) continue;
      rest[h] = taken / sum;
      // Below single characters stands the uniform distribution over all, the unknown one, and the end.
      const double uniform = 1.0 / static_cast<double>(counts.characters.size() + 2);
      if (h == 0) unknown = rest[0] * uniform;
      for (std::uint32_t n = from; n < to; ++n) {
        if (!predicted(n)) continue;
        const double lower = h == 0 ? uniform : probability[counts.suffix[n]];
        probability[n] = (static_cast<double>(adjusted(n)) - discount_of(n)) / sum + rest[h] * lower;
      }
    }
  }
};

/// Which n-grams stay: those without which the model would change by more than `threshold`.
///
///     D = -p(h) (p(w|h) (log p(w|h') + log b' - log p(w|h)) + (log b' - log b) rest(h))
///
/// is the relative entropy of the model with and without the n-gram h w, b and b' the backoffs of h before and after.
/// p(h) is how often the context was seen: the probabilities of short contexts under Kneser-Ney are made for backing
/// off, and would mislead (Chelba and others, 2010). An n-gram that longer ones start with stays. Source: Stolcke,
/// "Entropy-based pruning of backoff language models", 1998, equation 3.
inline std::vector<std::uint8_t> prune(const NgramCounts& counts, const KneserNey& model, double threshold) {
  std::vector<std::uint8_t> keep(counts.size(), 1);
  if (threshold <= 0) return keep;
  double characters = 0;
  for (std::uint32_t n = counts.first_child[0]; n < counts.first_child[1]; ++n) {
    if (!counts.from_begin[n]) characters += static_cast<double>(counts.count[n]);
  }
  for (std::uint32_t h = static_cast<std::uint32_t>(counts.size()); h-- > 1;) {  // the long ones first
    const std::uint32_t from = counts.first_child[h], to = counts.first_child[h + 1];
    double own = 0, lower = 0;
    for (std::uint32_t n = from; n < to; ++n) {
      own += model.probability[n];
      lower += model.probability[counts.suffix[n]];
    }
    const double left = std::max(1 - own, 1e-9), left_lower = std::max(1 - lower, 1e-9);
    const double frequency = static_cast<double>(counts.count[h]) / characters;
    for (std::uint32_t n = from; n < to; ++n) {
      const std::uint32_t longer = counts.first_child[n], longer_end = counts.first_child[n + 1];
      if (std::any_of(keep.begin() + longer, keep.begin() + longer_end, [](std::uint8_t kept) { return kept != 0; })) {
        continue;
      }
      const double p = model.probability[n], q = model.probability[counts.suffix[n]];
      const double change = std::log((left + p) / (left_lower + q)) - std::log(left / left_lower);
      const double after = std::log((left + p) / (left_lower + q));
      const double distance = -frequency * (p * (std::log(q) + after - std::log(p)) + change * left);
      if (distance < threshold) keep[n] = 0;
    }
  }
  return keep;
}

/// The level whose probability is nearest.
inline std::uint8_t nearest_level(double probability) {
  const double level = 255 * std::sqrt(std::min(-std::log(std::min(probability, 1.0)), 16.0) / 16);
  return static_cast<std::uint8_t>(std::lround(level));
}

/// The levels of a context's n-grams; the likeliest are lowered until at least half of what should be left is left.
inline void add_levels(std::vector<std::uint8_t>& levels, const std::vector<double>& probabilities) {
  const std::size_t start = levels.size();
  double exact = 0, sum = 0;
  for (const double p : probabilities) {
    levels.push_back(nearest_level(p));
    exact += p;
    sum += std::exp(level_log_probability(levels.back()));
  }
  const double most = 1 - std::max((1 - exact) / 2, 1e-4);
  while (sum > most) {
    const auto likeliest = std::min_element(levels.begin() + static_cast<std::ptrdiff_t>(start), levels.end());
    sum -= std::exp(level_log_probability(*likeliest));
    ++*likeliest;
    sum += std::exp(level_log_probability(*likeliest));
  }
}

}  // namespace detail

/// A character n-gram model of the words, by interpolated modified Kneser-Ney smoothing.
///
///     p(w | h) = (c(h w) - D(c(h w))) / sum over v of c(h v) + rest(h) p(w | h without its first symbol)
///
/// The longest n-grams, and those that start with a word, count as often as they were seen, shorter ones by the number
/// of different symbols in front of them; D is one of three discounts a length, rest(h) what they take off. Below
/// single characters stands the uniform distribution over the characters, one symbol for all others, and the end, so
/// that nothing is impossible. Words count as often as they were seen: pass running text's tokens, not a list, where
/// frequencies matter. O(characters of the different words x order) memory, about 40 bytes each.
/// Throws as NgramCounts does. Source: Chen, Goodman, "An empirical study of smoothing techniques for language
/// modeling", TR-10-98, 1998, section 3; counts at the start as in Heafield and others, ACL 2013.
inline CharacterModel train_character_model(const WordCounts& words, const CharacterModelOptions& options = {}) {
  if (!(options.pruning >= 0) || std::isinf(options.pruning)) {
    throw ArgumentError("train_character_model: expected a pruning of 0 or more, found " +
                        std::to_string(options.pruning));
  }
  const NgramCounts counts(words, options.order);
  const detail::KneserNey model(counts, options.order);
  const std::vector<std::uint8_t> keep = detail::prune(counts, model, options.pruning);

  NgramTree tree;
  tree.order = options.order;
  tree.characters = counts.characters;
  std::vector<std::uint32_t> nodes{0};  // of the tree: which node of the counts each is
  for (std::size_t at = 0; at < nodes.size(); ++at) {
    const std::uint32_t h = nodes[at];
    tree.first.push_back(static_cast<std::uint32_t>(tree.symbols.size()));
    std::vector<double> probabilities;
    const auto add = [&](int symbol, double p, std::uint32_t n) {
      tree.symbols.push_back(static_cast<std::uint16_t>(symbol));
      probabilities.push_back(p);
      bool longer = false;
      if (n != 0) {
        for (std::uint32_t m = counts.first_child[n]; m < counts.first_child[n + 1]; ++m) longer |= keep[m] != 0;
      }
      tree.children.push_back(longer ? static_cast<std::uint32_t>(nodes.size()) : 0);
      if (longer) nodes.push_back(n);
    };
    for (std::uint32_t n = counts.first_child[h]; n < counts.first_child[h + 1]; ++n) {
      const int symbol = counts.symbol[n];
      if (h == 0 && symbol == tree.end()) add(tree.unknown(), model.unknown, 0);
      if (keep[n]) add(symbol, model.probability[n], n);
    }
    if (at != 0) {
      detail::add_levels(tree.levels, probabilities);
    } else {
      for (const double p : probabilities) tree.levels.push_back(p > 0 ? detail::nearest_level(p) : std::uint8_t{255});
    }
  }
  tree.first.push_back(static_cast<std::uint32_t>(tree.symbols.size()));
  return CharacterModel(std::move(tree));
}

}  // namespace tinyhtr
