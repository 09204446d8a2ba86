// trained_words: which of the words that are read a network was trained on.
#pragma once

#include <filesystem>
#include <iostream>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/utf8.hpp"
#include "tinyhtr/data/shared_writers.hpp"
#include "tinyhtr/data/word_list.hpp"

namespace tinyhtr::examples {

/// What the words to read have in common with those of a training.
struct TrainedWords {
  Index words = 0;  ///< the same image is in both
  SharedWriters writers{};
};

/// By the list of training words that train_iam keeps beside the model; none where there is no such list.
inline std::optional<TrainedWords> trained_words(const std::filesystem::path& model, const std::vector<Sample>& samples,
                                                 const Writers& writers) {
  const std::filesystem::path list = model.parent_path() / "train.csv";
  std::error_code problem;
  if (!std::filesystem::is_regular_file(list, problem)) return std::nullopt;
  std::vector<Sample> training;
  try {
    training = read_word_list(list).samples;
  } catch (const Error& error) {
    std::cerr << "evaluate: note: which words were trained on is not known: " << printable(error.what(), 400) << '\n';
    return std::nullopt;
  }
  const auto name = [&problem](const Sample& sample) {
    return std::filesystem::weakly_canonical(sample.image, problem).string();
  };
  std::set<std::string> trained;
  for (const Sample& sample : training) trained.insert(name(sample));
  TrainedWords found;
  for (const Sample& sample : samples) found.words += trained.contains(name(sample)) ? 1 : 0;
  found.writers = shared_writers(training, samples, writers);
  return found;
}

}  // namespace tinyhtr::examples
