// words_to_read: the words that --data and --list name together.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/data/load_data.hpp"
#include "tinyhtr/data/split.hpp"

namespace tinyhtr::examples {

/// What --data takes, for help texts.
inline constexpr const char* data_help =
    "Images with their texts: a folder with words.txt and words/ as IAM has them, or lines.txt and lines/; a folder of "
    "images with their texts beside them (word1.png, word1.gt.txt); or a list file (path<TAB>text, or CSV)";

/// What --list takes, for help texts.
inline constexpr const char* list_help =
    "Ids of words or forms of --data, one a line; or a list of images with texts (path<TAB>text, or CSV such as a "
    "run's val.csv), which needs no --data";

/// Throws ArgumentError where --data was not given.
inline void check_data_given(const std::filesystem::path& data) {
  if (data.empty()) {
    throw ArgumentError("--data is needed: a folder with words.txt and words/, or another of the forms in --help");
  }
}

/// Some words of a data set, or all of them; what the list says that there is not.
struct WordsToRead {
  LabelledImages data;
  Index entries = 0;                   ///< different entries of a list of ids
  std::vector<std::string> unmatched;  ///< those that name no sample
};

/// The words to read, without a look into the images: those of a list with images and texts of its own, for which
/// `data` may be empty; or those of `data` whose ids are in the list; without a list, all of `data`.
/// Throws what read_data, read_word_list and split_by_list throw.
inline WordsToRead words_to_read(const std::filesystem::path& data, const std::filesystem::path& list) {
  if (!list.empty() && is_word_list_file(list)) return {read_word_list(list), 0, {}};
  check_data_given(data);
  WordsToRead words{read_data(data), 0, {}};
  if (list.empty()) return words;
  ListSplit split = split_by_list(words.data.samples, list);
  words.data.samples = std::move(split.samples);
  words.entries = split.entries;
  words.unmatched = std::move(split.unmatched);
  return words;
}

}  // namespace tinyhtr::examples
