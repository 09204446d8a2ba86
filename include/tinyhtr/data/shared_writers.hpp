// SharedWriters: whose words are both in training and in validation.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/data/sample.hpp"
#include "tinyhtr/data/writers.hpp"

namespace tinyhtr {

/// How far two lists of words share their writers. Words whose writer is not known count in no writer.
struct SharedWriters {
  Index training = 0, validation = 0;  ///< writers of each list
  Index shared = 0;                    ///< writers of both
  Index shared_words = 0;              ///< words to validate on, of writers who are in training too
  Index training_words = 0;            ///< all words of the lists
  Index validation_words = 0;
  Index unknown_training = 0, unknown_validation = 0;  ///< of them those whose writer is not known

  bool known() const { return training > 0 && validation > 0; }
};

/// Counts them. The figure of a network on words of writers whom it was trained on is lower than on new writers.
inline SharedWriters shared_writers(const std::vector<Sample>& training, const std::vector<Sample>& validation,
                                    const Writers& writers) {
  SharedWriters counts;
  counts.training_words = static_cast<Index>(training.size());
  counts.validation_words = static_cast<Index>(validation.size());
  std::set<std::string> trained, read, both;
  for (const Sample& sample : training) {
    const std::string writer = writers.of(sample);
    counts.unknown_training += writer.empty() ? 1 : 0;
    if (!writer.empty()) trained.insert(writer);
  }
  for (const Sample& sample : validation) {
    const std::string writer = writers.of(sample);
    counts.unknown_validation += writer.empty() ? 1 : 0;
    if (writer.empty()) continue;
    read.insert(writer);
    if (!trained.contains(writer)) continue;
    both.insert(writer);
    ++counts.shared_words;
  }
  counts.training = static_cast<Index>(trained.size());
  counts.validation = static_cast<Index>(read.size());
  counts.shared = static_cast<Index>(both.size());
  return counts;
}

/// "530 in training, 25 in validation, 0 shared", with the shared words where there are some, and what is not known.
inline std::string to_string(const SharedWriters& counts) {
  if (counts.training == 0 && counts.validation == 0) return "not known";
  std::string text = std::to_string(counts.training) + " in training, " + std::to_string(counts.validation) +
                     " in validation, " + std::to_string(counts.shared) + " shared";
  if (counts.shared > 0) {
    text += " (" + std::to_string(counts.shared_words) + " of " + std::to_string(counts.validation_words) +
            " validation words are theirs)";
  }
  const Index unknown = counts.unknown_training + counts.unknown_validation;
  if (unknown > 0) {
    text += "; not known of " + std::to_string(counts.unknown_training) + " training and " +
            std::to_string(counts.unknown_validation) + " validation words";
  }
  return text;
}

}  // namespace tinyhtr
