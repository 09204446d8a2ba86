// A folder of images, with the text of each in a file beside it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/files.hpp"
#include "tinyhtr/data/check_text.hpp"
#include "tinyhtr/data/labelled_images.hpp"
#include "tinyhtr/data/text_lines.hpp"
#include "tinyhtr/image/files_below.hpp"

namespace tinyhtr {

namespace detail {

inline constexpr std::string_view text_beside_ending = ".gt.txt";

/// word1.png -> word1.gt.txt
inline std::filesystem::path text_beside(std::filesystem::path image) {
  return image.replace_extension(text_beside_ending);
}

}  // namespace detail

/// The text of a file beside an image: its one line, without blanks at the ends. content: the whole file.
/// Throws FormatError for several lines, or a text that check_text refuses; the caller knows the file.
inline std::string parse_text_beside(std::string_view content) {
  if (content.starts_with("\xEF\xBB\xBF")) content.remove_prefix(3);
  const std::size_t first = content.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) throw FormatError("the text is empty");
  content = content.substr(first, content.find_last_not_of(" \t\r\n") - first + 1);
  if (content.find('\n') != std::string_view::npos) throw FormatError("expected one line of text, found several");
  check_text(content);
  return std::string(content);
}

/// Whether FOLDER, or a folder in it, has a file that ends in .gt.txt. Throws FileError where it cannot be read.
inline bool has_texts_beside(const std::filesystem::path& folder) {
  FilesBelow files(folder);
  while (const auto file = files.next()) {
    if (file->filename().string().ends_with(detail::text_beside_ending)) return true;
  }
  return false;
}

/// First stage: the images below FOLDER whose text stands beside them: word1.png and word1.gt.txt, the text as one line
/// of UTF-8. Nothing but has_image_extension is asked of the images.
///
/// Samples are sorted by path as bytes; the id of one is its path below FOLDER. An image without text, a text without
/// image, a text of no or several lines or of bytes that are not UTF-8, the second image of one text (word1.png,
/// word1.tga) are dropped, counted and named in the report. Other files are not looked at.
/// Throws FileError where a folder cannot be read; FormatError where there is no such image, or more than half of the
/// texts are malformed. Source: the training data of ocropus, kraken and tesstrain.
inline LabelledImages read_texts_beside(const std::filesystem::path& folder) {
  LabelledImages data;
  data.kind = DataKind::texts_beside;
  DataReport& report = data.report;
  report.source = folder;
  std::vector<std::filesystem::path> images;
  std::unordered_map<std::string, std::string> image_of;  // path of a text -> id of the image that has it, or nothing
  FilesBelow files(folder);
  while (auto file = files.next()) {
    if (file->filename().string().ends_with(detail::text_beside_ending)) {
      image_of.emplace(file->string(), "");
    } else if (has_image_extension(*file)) {
      images.push_back(std::move(*file));
    }
  }
  const auto below = [&folder](const std::filesystem::path& path) { return path.lexically_relative(folder).string(); };
  for (const std::filesystem::path& image : images) {
    ++report.rows;
    std::string id = below(image);
    const std::filesystem::path text_path = detail::text_beside(image);
    const auto found = image_of.find(text_path.string());
    if (found == image_of.end()) {
      report.drop(0, std::move(id), DropReason::no_text, "expected " + text_path.filename().string() + " beside it");
      continue;
    }
    try {
      std::string text = parse_text_beside(detail::read_file<std::string>(text_path, "a text", 1u << 20));
      ++report.ok;
      if (found->second.empty()) {
        data.samples.push_back({image, std::move(text), id});
        found->second = std::move(id);
      } else {
        report.drop(0, std::move(id), DropReason::duplicate, found->second + " has its text already");
      }
    } catch (const Error& error) {
      if (found->second.empty()) found->second = id;
      report.drop(0, std::move(id), DropReason::malformed, text_path.filename().string() + ": " + error.what());
    }
  }
  std::set<std::string> alone;  // sorted
  for (const auto& [text_path, image] : image_of) {
    if (image.empty()) alone.insert(below(text_path));
  }
  for (const std::string& id : alone) {
    ++report.rows;
    ++report.ok;
    report.drop(0, id, DropReason::missing, "there is no image beside it");
  }
  if (images.empty() || image_of.empty()) {
    throw FormatError(folder.string() + ": expected images with their texts beside them, as word1.png and " +
                      "word1.gt.txt; found " + std::to_string(images.size()) + " images and " +
                      std::to_string(image_of.size()) + " texts");
  }
  detail::check_mostly_well_formed(report, "a folder of images with one line of text beside each");
  return data;
}

/// The images of a folder that training can use with the texts beside them: read_texts_beside, then keep_usable.
/// Throws what those throw.
inline LabelledImages load_texts_beside(const std::filesystem::path& folder, const DataOptions& options = {}) {
  LabelledImages data = read_texts_beside(folder);
  keep_usable(data, options);
  return data;
}

}  // namespace tinyhtr
