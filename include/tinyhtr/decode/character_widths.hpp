// How wide the characters of a vocabulary are written, out of the widths of whole words.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/shape.hpp"

namespace tinyhtr {

/// A word of known text, and how wide its ink is.
struct WordWidth {
  std::vector<int> classes;
  double width = 0;
};

/// The width of each class, such that the words' widths are about the sums of their characters'. Nobody has to have
/// marked a character.
///
///     w = argmin  sum over words of (width - sum over its characters of w[c])^2 / characters
///               + sum over classes of (w[c] - mean)^2,    mean: of a character in all words
///
/// with every w[c] at least a tenth of the mean. The second sum is worth one character a class: it gives the mean to a
/// class that no word has, and holds rare ones near it. Solved by coordinate descent: class after class gets its best
/// value while the others stay, 100 rounds.
/// words: at least one with a character; classes: K' of them, 0 or more; every width finite and not below 0. The unit
/// of the result is that of the widths. Costs 100 passes over the words' characters. Throws ArgumentError for other
/// words.
inline std::vector<double> fit_character_widths(std::span<const WordWidth> words, Index class_count) {
  struct Count {
    std::size_t word;
    double of_class;
  };
  const auto count = static_cast<std::size_t>(class_count);
  std::vector<std::vector<Count>> words_with(count);
  double width_sum = 0, character_sum = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!(words[i].width >= 0) || std::isinf(words[i].width)) {
      throw ArgumentError("fit_character_widths: expected widths of 0 or more, found " +
                          std::to_string(words[i].width) + " for word " + std::to_string(i));
    }
    for (const int number : words[i].classes) {
      if (number < 0 || number >= class_count) {
        throw ArgumentError("fit_character_widths: expected classes from 0 to " + std::to_string(class_count - 1) +
                            ", found " + std::to_string(number) + " in word " + std::to_string(i));
      }
      std::vector<Count>& list = words_with[static_cast<std::size_t>(number)];
      if (list.empty() || list.back().word != i) list.push_back({i, 0});
      list.back().of_class += 1;
    }
    if (words[i].classes.empty()) continue;
    width_sum += words[i].width;
    character_sum += static_cast<double>(words[i].classes.size());
  }
  if (character_sum == 0) throw ArgumentError("fit_character_widths: expected a word with a character, found none");

  const double mean = width_sum / character_sum;
  std::vector<double> widths(count, mean);
  std::vector<double> missing;  // of each word: its width less the sum of its characters'
  for (const WordWidth& word : words) {
    missing.push_back(word.width - mean * static_cast<double>(word.classes.size()));
  }
  for (int round = 0; round < 100; ++round) {
    for (std::size_t c = 0; c < count; ++c) {
      double slope = mean - widths[c], curvature = 1;
      for (const Count& in : words_with[c]) {
        const auto characters = static_cast<double>(words[in.word].classes.size());
        slope += in.of_class * missing[in.word] / characters;
        curvature += in.of_class * in.of_class / characters;
      }
      const double change = std::max(slope / curvature, mean / 10 - widths[c]);
      widths[c] += change;
      for (const Count& in : words_with[c]) missing[in.word] -= in.of_class * change;
    }
  }
  return widths;
}

}  // namespace tinyhtr
