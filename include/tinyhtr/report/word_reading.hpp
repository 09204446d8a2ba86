// WordReading: a word as a report tells of it, with what a network read.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/number_text.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/core/utf8.hpp"
#include "tinyhtr/data/sample.hpp"
#include "tinyhtr/data/writers.hpp"
#include "tinyhtr/metrics/error_rate.hpp"
#include "tinyhtr/report/html.hpp"
#include "tinyhtr/train/evaluate.hpp"

namespace tinyhtr {

struct WordReading {
  std::filesystem::path image;
  std::string id, writer;  ///< writer: empty where nobody knows
  std::string label, reading;
  double confidence = 0;  ///< probability of the text
};

/// The words of an evaluation, in its order. `samples` are those of the loader that it read.
/// Throws ArgumentError where a prediction is of none of them.
inline std::vector<WordReading> word_readings(const Evaluation& evaluation, const std::vector<Sample>& samples,
                                              const Writers& writers = {}) {
  std::vector<WordReading> words;
  words.reserve(evaluation.predictions.size());
  for (const Prediction& prediction : evaluation.predictions) {
    if (prediction.sample < 0 || prediction.sample >= static_cast<Index>(samples.size())) {
      throw ArgumentError("word_readings: a prediction is of sample " + std::to_string(prediction.sample) + " of " +
                          std::to_string(samples.size()));
    }
    const Sample& sample = samples[static_cast<std::size_t>(prediction.sample)];
    words.push_back(
        {sample.image, sample.id, writers.of(sample), sample.text, prediction.reading, prediction.confidence});
  }
  return words;
}

namespace detail {

/// Text that decode_utf8 takes: bytes that are not UTF-8 become U+FFFD.
inline std::string as_utf8(std::string_view bytes) {
  std::string text;
  for (std::size_t position = 0; position < bytes.size();) {
    const std::size_t start = position;
    char32_t code_point = 0;
    if (next_code_point(bytes, position, code_point)) {
      text += bytes.substr(start, position - start);
    } else {
      ++position;
      text += "\xEF\xBF\xBD";
    }
  }
  return text;
}

/// A share as a page shows it, "5.93%", the number itself beside it for programs.
inline std::string html_percent(double share) { return html_data(shortest(share), fixed(100 * share, 2) + "%"); }

/// 20310 as "20,310".
inline std::string grouped(Index number) {
  std::string digits = std::to_string(number);
  for (auto i = static_cast<Index>(digits.size()) - 3; i > (number < 0 ? 1 : 0); i -= 3) {
    digits.insert(static_cast<std::size_t>(i), ",");
  }
  return digits;
}

}  // namespace detail

/// A word with its errors counted.
struct CountedWord {
  const WordReading* word;
  std::string label, reading;  ///< UTF-8, whatever bytes the word has
  ErrorRate errors;
};

/// Counts the errors of every word, once for all parts of a report. The words have to outlive the result.
inline std::vector<CountedWord> counted_words(const std::vector<WordReading>& words) {
  std::vector<CountedWord> counted;
  counted.reserve(words.size());
  for (const WordReading& word : words) {
    counted.push_back({&word, detail::as_utf8(word.label), detail::as_utf8(word.reading), {}});
    counted.back().errors.add(counted.back().label, counted.back().reading);
  }
  return counted;
}

/// The errors of all words together.
inline ErrorRate sum_of(const std::vector<CountedWord>& words) {
  ErrorRate sum;
  for (const CountedWord& word : words) sum.add(word.errors);
  return sum;
}

}  // namespace tinyhtr
