// first_frames: the time steps at which the most probable path of a text starts each character.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "tinyhtr/core/shape.hpp"

namespace tinyhtr::detail {

/// The first time step of each class of `text` on its most probable path (Viterbi); of equals, the path that stays.
/// log_y(t, k) is the log probability of class k at step t, up to a constant for each t. The text has to fit into the
/// steps. O(T L) operations; align() has the recursion.
template <class LogY>
std::vector<Index> first_frames(std::span<const int> text, int blank, Index steps, const LogY& log_y) {
  constexpr double impossible = -std::numeric_limits<double>::infinity();
  const std::size_t states = 2 * text.size() + 1;
  std::vector<Index> frames(text.size(), 0);
  if (text.empty() || steps == 0) return frames;
  std::vector<std::uint8_t> moves(static_cast<std::size_t>(steps) * states, 0);
  std::vector<double> best(states, impossible), next(states);
  best[0] = log_y(0, blank);
  best[1] = log_y(0, text[0]);
  for (Index t = 1; t < steps; ++t) {
    const double log_blank = log_y(t, blank);
    for (std::size_t s = 0; s < states; ++s) {
      const bool letter = s % 2 == 1;
      std::uint8_t move = 0;
      if (s >= 1 && best[s - 1] > best[s - move]) move = 1;
      if (letter && s >= 3 && text[s / 2] != text[s / 2 - 1] && best[s - 2] > best[s - move]) move = 2;
      next[s] = best[s - move] + (letter ? log_y(t, text[s / 2]) : log_blank);
      moves[static_cast<std::size_t>(t) * states + s] = move;
    }
    std::swap(best, next);
  }
  std::size_t s = best[states - 2] > best[states - 1] ? states - 2 : states - 1;
  for (Index t = steps - 1; t >= 0; --t) {
    if (s % 2 == 1) frames[s / 2] = t;
    s -= moves[static_cast<std::size_t>(t) * states + s];
  }
  return frames;
}

}  // namespace tinyhtr::detail
