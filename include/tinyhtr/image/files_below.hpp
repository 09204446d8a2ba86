// FilesBelow: the files of a folder and all folders in it, one after the other in a fixed order.
#pragma once

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "tinyhtr/core/error.hpp"

namespace tinyhtr {

/// Whether a path ends like an image that read_image knows, in capitals or not: png, jpg, jpeg, bmp, gif, tga, psd,
/// pnm, pgm, ppm, hdr. What is in the file is another matter.
inline bool has_image_extension(const std::filesystem::path& path) {
  static constexpr std::array<std::string_view, 11> known{".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tga",
                                                          ".psd", ".pnm", ".pgm",  ".ppm", ".hdr"};
  std::string extension = path.extension().string();
  for (char& c : extension) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return std::find(known.begin(), known.end(), extension) != known.end();
}

/// Walks through a folder: its files, sorted by their paths as bytes, whatever order the system has them in.
///
/// Only the names in the folders that lead to the file in hand are in memory, so that there may be any number of files.
/// A link to a file is a file; a link to a folder is left out, for it may lead back.
class FilesBelow {
 public:
  /// Throws FileError where the folder cannot be read.
  explicit FilesBelow(const std::filesystem::path& folder) { enter(folder); }

  /// The next file, nothing after the last. Throws FileError for a folder that cannot be read; the call after that goes
  /// on behind it.
  std::optional<std::filesystem::path> next() {
    while (!open_.empty()) {
      Folder& folder = open_.back();
      if (folder.names.empty()) {
        open_.pop_back();
        continue;
      }
      const std::string name = std::move(folder.names.back());
      folder.names.pop_back();
      if (name.back() != '/') return folder.path / name;
      enter(folder.path / name.substr(0, name.size() - 1));  // may move `folder`
    }
    return std::nullopt;
  }

 private:
  struct Folder {
    std::filesystem::path path;
    std::vector<std::string> names;  ///< the last one comes first
  };

  void enter(const std::filesystem::path& path) {
    std::error_code problem;
    Folder folder{path, {}};
    for (std::filesystem::directory_iterator entry(path, problem), end; !problem && entry != end;
         entry.increment(problem)) {
      std::error_code unknown;  // what vanishes meanwhile, or cannot be looked at, is no folder
      const bool is_link = entry->is_symlink(unknown), is_folder = entry->is_directory(unknown);
      if (is_link && is_folder) continue;
      // With the slash, a folder stands among the files where its content does: a-1 < a/b < a0.
      folder.names.push_back(entry->path().filename().string() + (is_folder ? "/" : ""));
    }
    if (problem) throw FileError(path.string() + ": the folder cannot be read: " + problem.message());
    std::sort(folder.names.begin(), folder.names.end(), std::greater<>());
    open_.push_back(std::move(folder));
  }

  std::vector<Folder> open_;  ///< from the outermost folder to the one in hand
};

}  // namespace tinyhtr
