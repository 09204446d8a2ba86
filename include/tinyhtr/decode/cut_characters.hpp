// Where to cut the ink of a word, so that each character has its own.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/shape.hpp"

namespace tinyhtr {

/// What cut_characters weighs against each other, lengths in letters: how wide an average one is. The defaults were
/// chosen on the training words of data/.
struct CutOptions {
  double centre_deviation = 0.22;  ///< of a character's middle from where the network says
  double width_deviation = 0.2;    ///< of its width from the expected one w, in units of sqrt(w)
  double ink_weight = 24;          ///< of a letter's width of ink that a cut goes through
  double most_ink = 0.35;          ///< that a cut may cost; more does not make it worse
  double reach = 0.9;              ///< on both sides of the expected place, in which a cut is looked for
  double joint = 0.075;            ///< by which a cut through ink lies too early: place_of_cut
};

/// The columns from the first that has ink to behind the last one, half a row of black; all of them where none has any.
struct ColumnRange {
  Index begin = 0, end = 0;
};
inline ColumnRange inked_columns(std::span<const double> ink) {
  const auto is_inked = [](double rows) { return rows >= 0.5; };
  const auto first = std::find_if(ink.begin(), ink.end(), is_inked);
  const auto count = static_cast<Index>(ink.size());
  if (first == ink.end()) return {0, count};
  return {first - ink.begin(), count - (std::find_if(ink.rbegin(), ink.rend(), is_inked) - ink.rbegin())};
}

/// The ink that a cut before column `cut` goes through, in rows of black: that of the emptier one of its two columns.
inline double ink_at_cut(std::span<const double> ink, Index cut) {
  const auto column = [ink](Index x) {
    return x < 0 || x >= static_cast<Index>(ink.size()) ? 0 : ink[static_cast<std::size_t>(x)];
  };
  return std::min(column(cut - 1), column(cut));
}

/// Where two characters part, in columns: at the cut where it goes through paper. Where it goes through ink, half a row
/// of black, letters are joined: the stroke that leads on from one is thinnest where it begins, and runs on above or
/// below the next one, so that they part options.joint letters later. `letter`: columns of an average letter.
inline double place_of_cut(std::span<const double> ink, Index cut, double letter, const CutOptions& options) {
  return static_cast<double>(cut) + (ink_at_cut(ink, cut) >= 0.5 ? options.joint * letter : 0);
}

namespace detail {

/// Of each of the L + 1 cuts, the columns in which it may lie, the last one included: `reach` around where the widths
/// and where the centres would have it. Both limits go up from cut to cut, so there is always a way.
inline std::vector<ColumnRange> cut_ranges(ColumnRange inked, std::span<const double> centres,
                                           std::span<const double> widths, double scale, double reach) {
  const auto column = [inked](double place) {
    return static_cast<Index>(std::clamp(place, static_cast<double>(inked.begin), static_cast<double>(inked.end)));
  };
  std::vector<ColumnRange> ranges = {{inked.begin, inked.begin}};
  double by_widths = static_cast<double>(inked.begin);
  for (std::size_t i = 1; i < centres.size(); ++i) {
    by_widths += scale * widths[i - 1];
    const double by_centres = (centres[i - 1] + centres[i]) / 2;
    const double first = std::min(by_widths, by_centres) - reach;
    const double last = std::max(by_widths, by_centres) + reach;
    ranges.push_back({std::max(column(first), ranges.back().begin), std::max(column(last), ranges.back().end)});
  }
  ranges.push_back({inked.end, inked.end});
  return ranges;
}

}  // namespace detail

/// Cuts a word between its characters: columns b[0] <= b[1] <= .. <= b[L], character i in [b[i], b[i+1]).
///
///     b = argmin  sum over i of  ((b[i] + b[i+1]) / 2 - centre[i])^2 / centre_deviation^2
///                              + (b[i+1] - b[i] - w[i])^2 / (width_deviation^2 w[i])
///               + sum over inner cuts of  ink_weight min(most_ink, ink at the cut)
///
/// all lengths in letters. b[0] and b[L] are the ends of the ink; w[i] = widths[i] times what makes their sum its
/// width; the ink at a cut is that of the emptier one of its two columns. Three voices: the network says where a
/// character is to about a step, its usual width how far it reaches, and the paper between two letters exactly where
/// they part. ink: of each column of the image, in rows of black; centres: of the L characters, columns; widths: their
/// usual ones, above 0 each, in any unit; letter: columns that an average letter takes, above 0. By dynamic programming
/// over the columns, O(L D^2), D the columns that a cut may lie in. Returns L + 1 columns, none for L = 0. Throws
/// ArgumentError for centres and widths that are not as many, not finite, or not above 0, the letter too; an image
/// without ink is cut by the other two.
inline std::vector<Index> cut_characters(std::span<const double> ink, std::span<const double> centres,
                                         std::span<const double> widths, double letter,
                                         const CutOptions& options = {}) {
  if (!(letter > 0) || !std::isfinite(letter)) {
    throw ArgumentError("cut_characters: expected a letter of some columns, found " + std::to_string(letter));
  }
  if (centres.size() != widths.size()) {
    throw ArgumentError("cut_characters: expected as many centres as widths, found " + std::to_string(centres.size()) +
                        " and " + std::to_string(widths.size()));
  }
  double sum = 0;
  for (std::size_t i = 0; i < centres.size(); ++i) {
    if (!(widths[i] > 0) || !std::isfinite(widths[i]) || !std::isfinite(centres[i])) {
      throw ArgumentError("cut_characters: expected finite centres and widths above 0, found " +
                          std::to_string(centres[i]) + " and " + std::to_string(widths[i]) + " for character " +
                          std::to_string(i));
    }
    sum += widths[i];
  }
  if (centres.empty()) return {};
  const std::size_t count = centres.size();

  const auto [begin, end] = inked_columns(ink);
  const double scale = static_cast<double>(end - begin) / sum;

  const std::vector<ColumnRange> ranges =
      detail::cut_ranges({begin, end}, centres, widths, scale, options.reach * letter);
  const auto ink_at = [&](Index cut) { return std::min(ink_at_cut(ink, cut) / letter, options.most_ink); };
  const auto character_cost = [&](std::size_t i, Index from, Index to) {
    const double expected = std::max(scale * widths[i], 1.0) / letter;
    const double off_centre = (static_cast<double>(from + to) / 2 - centres[i]) / letter / options.centre_deviation;
    const double off_width = (static_cast<double>(to - from) / letter - expected) / options.width_deviation;
    return off_centre * off_centre + off_width * off_width / expected;
  };
  // least[k]: the least cost of the characters before a cut at column ranges[i].begin + k; origins[i][k]: where their
  // last one begins then.
  std::vector<double> least = {0};
  std::vector<std::vector<Index>> origins = {{}};
  for (std::size_t i = 0; i < count; ++i) {
    const ColumnRange from = ranges[i], to = ranges[i + 1];
    std::vector<double> next;
    std::vector<Index> origin;
    for (Index cut = to.begin; cut <= to.end; ++cut) {
      double best = std::numeric_limits<double>::infinity();
      Index best_start = from.begin;
      for (Index start = from.begin; start <= std::min(from.end, cut); ++start) {
        const double cost = least[static_cast<std::size_t>(start - from.begin)] + character_cost(i, start, cut);
        if (cost < best) best = cost, best_start = start;
      }
      next.push_back(best + (i + 1 < count ? options.ink_weight * ink_at(cut) : 0));
      origin.push_back(best_start);
    }
    least = std::move(next);
    origins.push_back(std::move(origin));
  }
  std::vector<Index> cuts(count + 1, end);
  for (std::size_t i = count; i > 0; --i) {
    cuts[i - 1] = origins[i][static_cast<std::size_t>(cuts[i] - ranges[i].begin)];
  }
  return cuts;
}

}  // namespace tinyhtr
