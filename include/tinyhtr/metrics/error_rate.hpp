// ErrorRate: character error rate, word error rate.
#pragma once

#include <string>
#include <string_view>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/core/utf8.hpp"
#include "tinyhtr/metrics/edit_distance.hpp"

namespace tinyhtr {

/// Adds up the errors of readings against labels. Three rates come out, each from 0 (no error) upwards; the character
/// error rates exceed 1 where readings are longer than labels.
///
/// With e_i = edit_distance(label_i, reading_i) and L_i the length of label_i, in code points:
///
///     cer_micro = sum e_i / sum L_i          the literature's character error rate
///     cer_macro = mean over i of e_i / L_i   a wrong letter weighs more in a short word
///     wer       = share of i with e_i > 0
///
/// An empty label has no length to divide by: its ratio is 0 where the reading is empty too, else 1; its edits count
/// in cer_micro like all others, and where all labels are empty, cer_micro is 0 or 1 by the same rule.
/// The rates throw ArgumentError before the first add.
struct ErrorRate {
  Index words = 0;
  Index wrong_words = 0;
  Index characters = 0;  ///< of the labels
  Index edits = 0;
  double sum_of_ratios = 0;

  /// Compares one reading with its label, both UTF-8. Throws FormatError for invalid UTF-8, and counts nothing then.
  void add(std::string_view label, std::string_view reading) {
    const std::u32string expected = decode_utf8(label), found = decode_utf8(reading);
    const Index errors = edit_distance(expected, found);
    words += 1;
    wrong_words += errors > 0 ? 1 : 0;
    characters += static_cast<Index>(expected.size());
    edits += errors;
    sum_of_ratios += ratio(errors, static_cast<Index>(expected.size()));
  }

  /// Adds what another accumulator has counted.
  void add(const ErrorRate& other) {
    words += other.words;
    wrong_words += other.wrong_words;
    characters += other.characters;
    edits += other.edits;
    sum_of_ratios += other.sum_of_ratios;
  }

  double cer_micro() const {
    check_not_empty();
    return ratio(edits, characters);
  }
  double cer_macro() const {
    check_not_empty();
    return sum_of_ratios / static_cast<double>(words);
  }
  double wer() const {
    check_not_empty();
    return static_cast<double>(wrong_words) / static_cast<double>(words);
  }

 private:
  static double ratio(Index errors, Index length) {
    if (length == 0) return errors == 0 ? 0 : 1;
    return static_cast<double>(errors) / static_cast<double>(length);
  }
  void check_not_empty() const {
    if (words == 0) throw ArgumentError("ErrorRate: no word was added, so there is no rate");
  }
};

}  // namespace tinyhtr
