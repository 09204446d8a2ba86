// ImageSource: the images that a command line names, one after the other.
#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/data/word_list.hpp"
#include "tinyhtr/image/files_below.hpp"

namespace tinyhtr::examples {

/// An image to read, or why there is none.
struct NamedImage {
  std::string name;            ///< as the user or the list has it
  std::filesystem::path path;  ///< where it is
  std::string error;           ///< empty, or what is wrong already
};

/// Images, folders with images in them, lists of paths: names are made as they are asked for, so that there may be any
/// number of them.
class ImageSource {
 public:
  /// inputs: images, folders, or - for a list of paths on standard input; list: a file of paths, - or nothing.
  /// Throws ArgumentError where standard input is named twice, FileError or FormatError for a list that cannot be read.
  ImageSource(std::vector<std::filesystem::path> inputs, const std::filesystem::path& list)
      : inputs_(std::move(inputs)) {
    if (!list.empty() && list != "-") open_list(list);
    if (list == "-") inputs_.push_back("-");
    if (std::count(inputs_.begin(), inputs_.end(), "-") > 1) {
      throw ArgumentError("standard input (-) is named twice; it can be read once");
    }
    std::reverse(inputs_.begin(), inputs_.end());
  }

  /// The next image; nothing after the last.
  std::optional<NamedImage> next() {
    while (true) {
      std::optional<NamedImage> image;
      if (folder_) {
        image = next_of_folder();
      } else if (lines_ != nullptr) {
        image = next_line();
      } else if (next_row_ < rows_.size()) {
        image = std::move(rows_[next_row_++]);
      } else if (!inputs_.empty()) {
        image = open_next_input();
      } else {
        return std::nullopt;
      }
      if (image) return image;
    }
  }

  /// Files in the folders so far whose names are not those of images.
  Index skipped() const { return skipped_; }

 private:
  /// A list of paths, or a word list, such as a run's val.csv. A path of an image may hold a comma too.
  void open_list(const std::filesystem::path& list) {
    list_ = list;
    if (!is_word_list_file(list) || first_line_is_file(list)) {
      file_.open(list, std::ios::binary);
      if (!file_) throw FileError(list.string() + ": cannot be opened for reading");
      lines_ = &file_;
      return;
    }
    LabelledImages data = read_word_list(list);
    std::vector<std::pair<Index, NamedImage>> rows;
    for (Sample& sample : data.samples) rows.push_back({sample.line, {sample.id, std::move(sample.image), ""}});
    for (const DroppedRow& row : data.report.dropped) {  // to read, no text is needed, and a second time does no harm
      rows.push_back({row.line, {row.id, listed_path(row.id, list), row.id.empty() ? row.to_string() : ""}});
    }
    std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (auto& row : rows) rows_.push_back(std::move(row.second));
  }

  static bool first_line_is_file(const std::filesystem::path& list) {
    std::ifstream file(list, std::ios::binary);
    std::string line;
    std::getline(file, line);
    std::error_code problem;
    return std::filesystem::is_regular_file(listed_path(line, list), problem);
  }

  /// An image among the inputs, or nothing: then a folder or standard input is open.
  std::optional<NamedImage> open_next_input() {
    const std::filesystem::path input = std::move(inputs_.back());
    inputs_.pop_back();
    std::error_code problem;
    if (input == "-") {
      lines_ = &std::cin;
      list_.clear();
    } else if (std::filesystem::is_directory(input, problem)) {
      folder_path_ = input;
      images_in_folder_ = 0;
      try {
        folder_.emplace(input);
      } catch (const FileError& error) {
        return NamedImage{input.string(), input, error.what()};
      }
    } else {
      return NamedImage{input.string(), input, ""};
    }
    return std::nullopt;
  }

  std::optional<NamedImage> next_of_folder() {
    try {
      while (auto file = folder_->next()) {
        if (has_image_extension(*file)) {
          ++images_in_folder_;
          return NamedImage{file->string(), *file, ""};
        }
        ++skipped_;
      }
    } catch (const FileError& error) {  // of a folder in it; the next call goes on behind that
      ++images_in_folder_;
      return NamedImage{folder_path_.string(), folder_path_, error.what()};
    }
    folder_.reset();
    if (images_in_folder_ > 0) return std::nullopt;
    const std::string name = folder_path_.string();
    return NamedImage{name, folder_path_, name + ": there is no image in this folder"};
  }

  std::optional<NamedImage> next_line() {
    std::string line;
    while (std::getline(*lines_, line)) {
      if (line.ends_with('\r')) line.pop_back();
      if (line.empty()) continue;
      if (line.find('\0') != std::string::npos) {
        return NamedImage{line,
                          {},
                          (list_.empty() ? "standard input" : list_.string()) + ": the path '" + printable(line) +
                              "' holds a NUL; expected one path a line"};
      }
      return NamedImage{line, list_.empty() ? std::filesystem::path(line) : listed_path(line, list_), ""};
    }
    lines_ = nullptr;
    return std::nullopt;
  }

  std::vector<std::filesystem::path> inputs_;  ///< those not opened yet, the last one first
  std::optional<FilesBelow> folder_;
  std::filesystem::path folder_path_, list_;
  Index images_in_folder_ = 0, skipped_ = 0;
  std::ifstream file_;
  std::istream* lines_ = nullptr;  ///< the list in hand, one path a line
  std::vector<NamedImage> rows_;   ///< of a word list
  std::size_t next_row_ = 0;
};

}  // namespace tinyhtr::examples
