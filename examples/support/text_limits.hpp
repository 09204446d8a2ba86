// What a run's settings say about labels: their length, their characters.
#pragma once

#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

#include "support/word_data.hpp"
#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/utf8.hpp"
#include "tinyhtr/data/vocabulary.hpp"

namespace tinyhtr::examples {

inline Index text_length(const Sample& sample) { return static_cast<Index>(decode_utf8(sample.text).size()); }

/// Leaves out the words whose labels have more than `most` characters, and says how many those are; 0 keeps all.
/// Throws ArgumentError where none is left to train or to validate on.
inline void leave_out_long_texts(WordData& words, Index most) {
  if (most == 0) return;
  const auto is_long = [most](const Sample& sample) { return text_length(sample) > most; };
  const auto count = std::erase_if(words.train, is_long) + std::erase_if(words.validation, is_long);
  if (count > 0)
    std::cout << "left out     " << count << " words of more than " << most << " characters (max_text_length)\n";
  if (words.train.empty() || words.validation.empty()) {
    throw ArgumentError("max_text_length " + std::to_string(most) + " leaves no word to " +
                        (words.train.empty() ? "train" : "validate") + " on");
  }
}

/// The characters of the longest label, of those to train on and to validate on.
inline Index longest_text(const WordData& words) {
  Index longest = 0;
  for (const std::vector<Sample>* part : {&words.train, &words.validation}) {
    for (const Sample& sample : *part) longest = std::max(longest, text_length(sample));
  }
  return longest;
}

/// Throws ArgumentError where words to train on have characters that the vocabulary does not have, naming them.
inline void check_vocabulary(const WordData& words, const Vocabulary& vocabulary) {
  std::string all;
  Index count = 0;
  for (const Sample& sample : words.train) {
    if (vocabulary.knows(sample.text)) continue;
    ++count;
    all += sample.text;
  }
  if (count == 0) return;
  throw ArgumentError("vocab lacks the characters '" + printable(vocabulary.unknown_characters(all)) + "' of " +
                      std::to_string(count) + " words to train on; add them, or leave vocab away to have it made of " +
                      "the words");
}

}  // namespace tinyhtr::examples
