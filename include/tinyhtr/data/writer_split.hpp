// A split with no writer on both sides.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/random.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/data/sample.hpp"
#include "tinyhtr/data/split.hpp"
#include "tinyhtr/data/writers.hpp"

namespace tinyhtr {

/// What split_by_writers made; writers that nobody knows are counted as their forms.
struct WriterSplit {
  Split parts;
  Index training_writers = 0, validation_writers = 0;
  Index forms_alone = 0;  ///< forms whose writers are not known, each taken for a writer of its own
  Index words_alone = 0;  ///< the words on them
};

namespace detail {

/// The form of a sample, whose id is a path where a list names images.
inline std::string form_of_sample(const Sample& sample) {
  if (sample.id.find('/') == std::string::npos) return form_of(sample.id);
  return form_of(std::filesystem::path(sample.id).stem().string());
}

}  // namespace detail

/// A split by writers: all words of a writer are on one side, so that the error on validation is that on new writers.
///
/// The writers, sorted by name, are shuffled by Random(seed, split, 3), then taken one by one into the validation part;
/// one who would take its size farther from validation_fraction x count than it is without them is passed over. Both
/// parts keep the order that the samples had; which part a sample is in depends on the seed and the set of samples, not
/// on their order. The words of a form whose writer is not known stay together, as those of a writer of their own:
/// where one person wrote several such forms, they may be on both sides.
/// Throws ArgumentError unless 0 < validation_fraction < 1, and where there are fewer than two writers.
inline WriterSplit split_by_writers(const std::vector<Sample>& samples, const Writers& writers,
                                    double validation_fraction, std::uint64_t seed) {
  if (!(validation_fraction > 0 && validation_fraction < 1)) {
    throw ArgumentError("split_by_writers: expected a validation fraction between 0 and 1, found " +
                        std::to_string(validation_fraction));
  }
  using Name = std::pair<bool, std::string>;  // whether it is a form, its name: a form may be called like a writer
  std::vector<Name> names;
  std::map<Name, Index> words;
  for (const Sample& sample : samples) {
    const std::string writer = writers.of(sample);
    names.push_back(writer.empty() ? Name{true, detail::form_of_sample(sample)} : Name{false, writer});
    ++words[names.back()];
  }
  if (words.size() < 2) {
    throw ArgumentError("split_by_writers: expected words of at least two writers, found " +
                        std::to_string(samples.size()) + " of " + std::to_string(words.size()));
  }
  std::vector<std::pair<Name, Index>> order(words.begin(), words.end());
  Random(seed, Purpose::split, 3).shuffle(order);  // 1 and 2 draw the words that a limit keeps

  const double wanted = validation_fraction * static_cast<double>(samples.size());
  const auto distance = [wanted](Index size) { return std::abs(static_cast<double>(size) - wanted); };
  std::set<Name> validates;
  Index size = 0;
  for (const auto& [name, count] : order) {
    if (validates.size() + 1 == order.size() || distance(size + count) >= distance(size)) continue;
    validates.insert(name);
    size += count;
  }
  if (validates.empty()) {  // every writer has more than twice the wanted words
    validates.insert(std::min_element(order.begin(), order.end(), [](const auto& a, const auto& b) {
                       return a.second < b.second;
                     })->first);
  }

  WriterSplit split;
  split.validation_writers = static_cast<Index>(validates.size());
  split.training_writers = static_cast<Index>(order.size() - validates.size());
  for (const auto& [name, count] : words) {
    split.forms_alone += name.first ? 1 : 0;
    split.words_alone += name.first ? count : 0;
  }
  for (std::size_t i = 0; i < samples.size(); ++i) {
    (validates.contains(names[i]) ? split.parts.validation : split.parts.train).push_back(samples[i]);
  }
  return split;
}

}  // namespace tinyhtr
