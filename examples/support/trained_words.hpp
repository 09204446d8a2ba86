// trained_words: which of the words that are read, and of their writers, a network was trained on.
#pragma once

#include <filesystem>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <utility>
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

/// What the file of a network says of the writers of the list that its training validated on, where `list` has that
/// list's name; none where it says nothing, or of another list.
inline std::optional<SharedWriters> stated_writers(const std::map<std::string, std::string>& metadata,
                                                   const std::filesystem::path& list) {
  const auto json_of = [&metadata](const char* key) {
    const auto found = metadata.find(key);
    return found == metadata.end() ? nlohmann::json() : nlohmann::json::parse(found->second, nullptr, false);
  };
  const nlohmann::json configuration = json_of("configuration"), counts = json_of("writers");
  if (list.empty() || !configuration.is_object() || !counts.is_object()) return std::nullopt;
  const auto validated = configuration.find("validation_list");
  if (validated == configuration.end() || !validated->is_string()) return std::nullopt;
  if (std::filesystem::path(validated->get<std::string>()).filename() != list.filename()) return std::nullopt;
  SharedWriters stated;
  const std::pair<const char*, Index SharedWriters::*> fields[] = {
      {"training", &SharedWriters::training},
      {"validation", &SharedWriters::validation},
      {"shared", &SharedWriters::shared},
      {"shared_words", &SharedWriters::shared_words},
      {"training_words", &SharedWriters::training_words},
      {"validation_words", &SharedWriters::validation_words},
      {"unknown_training", &SharedWriters::unknown_training},
      {"unknown_validation", &SharedWriters::unknown_validation}};
  for (const auto& [key, field] : fields) {
    const auto count = counts.find(key);
    if (count == counts.end() || !count->is_number_unsigned()) return std::nullopt;
    stated.*field = count->get<Index>();
  }
  return stated;
}

}  // namespace tinyhtr::examples
