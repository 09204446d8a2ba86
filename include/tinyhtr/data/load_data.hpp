// load_data: images with texts, in whatever form they come.
#pragma once

#include <filesystem>
#include <string>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/files.hpp"
#include "tinyhtr/data/iam.hpp"
#include "tinyhtr/data/labelled_images.hpp"
#include "tinyhtr/data/text_beside.hpp"
#include "tinyhtr/data/word_list.hpp"

namespace tinyhtr {

namespace detail {

/// What may stand at the path of a data set, for messages.
inline std::string known_data() {
  return "expected a folder with words.txt and words/ (IAM words), with lines.txt and lines/ (IAM lines), or of images "
         "with their texts beside them (word1.png, word1.gt.txt); or a list file (path<TAB>text, or CSV)";
}

/// Whether `path` is the words.txt or lines.txt of an IAM folder.
inline bool is_iam_list(const std::filesystem::path& path, const IamLayout& layout) {
  return path.filename() == layout.name + ".txt" && layout.is_in(path.parent_path());
}

inline LabelledImages read_data_folder(const std::filesystem::path& folder, bool use_err_rows) {
  if (iam_words().is_in(folder)) return read_iam_rows(folder, use_err_rows);
  if (iam_lines().is_in(folder)) return read_iam_line_rows(folder);
  if (has_texts_beside(folder)) return read_texts_beside(folder);
  // Half of a layout: its own message says what is missing.
  for (const IamLayout& layout : {iam_words(), iam_lines()}) {
    if (std::filesystem::exists(status_of(layout.list(folder)))) layout.check(folder);
  }
  throw FormatError(folder.string() + ": " + known_data() + "; found none of these");
}

}  // namespace detail

/// First stage: the rows of a data set, without a look into the images.
///
/// By what stands at `path`: a folder in the layout of IAM's words; one in that of IAM's lines; a folder of images with
/// .gt.txt beside them; words.txt or lines.txt in a folder of IAM, where both are in one; else a list file.
/// Throws FileError where there is nothing, or it cannot be read; FormatError that says what was looked for, or what
/// the reader of that kind throws.
inline LabelledImages read_data(const std::filesystem::path& path, bool use_err_rows = false) {
  const std::filesystem::file_status status = detail::status_of(path);
  if (!std::filesystem::exists(status)) {
    throw FileError(path.string() + ": no such folder or file; " + detail::known_data());
  }
  if (std::filesystem::is_directory(status)) return detail::read_data_folder(path, use_err_rows);
  if (detail::is_iam_list(path, detail::iam_words())) return read_iam_rows(path.parent_path(), use_err_rows);
  if (detail::is_iam_list(path, detail::iam_lines())) return read_iam_line_rows(path.parent_path());
  return read_word_list(path);
}

/// The images with texts that training can use: the function that every program calls.
///
/// Three stages, each with its counts in the report: the rows (read_data), the images (check_images), the lengths of
/// the labels (drop_long_labels).
/// Throws what read_data throws; ArgumentError for negative time_steps; FormatError where nothing is left.
inline LabelledImages load_data(const std::filesystem::path& path, const DataOptions& options = {}) {
  LabelledImages data = read_data(path, options.use_err_rows);
  keep_usable(data, options);
  return data;
}

}  // namespace tinyhtr
