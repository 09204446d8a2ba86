// Writing a file so that its last good version survives whatever happens.
#pragma once

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

#include "tinyhtr/core/error.hpp"

namespace tinyhtr {

namespace detail {

/// An open file descriptor that closes itself.
class Descriptor {
 public:
  Descriptor(const std::filesystem::path& path, int flags) : number_(::open(path.c_str(), flags, 0644)) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }

  /// False where the system reports only now that something could not be written.
  bool close() {
    if (!is_open()) return true;
    const int result = ::close(number_);
    number_ = -1;
    return result == 0;
  }

 private:
  int number_;
};

inline bool write_all(const Descriptor& file, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(file.number(), content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace detail

/// Replaces the content of a file: writes `path`.part beside it, syncs it to the disk, then renames it.
///
/// A crash, a full disk or a kill leaves the old content or the new one, never a mixture. Throws FileError that names
/// the path with the system's reason; then the old file is as it was, and nothing is left beside it.
inline void replace_file(const std::filesystem::path& path, std::string_view content) {
  const std::filesystem::path part = path.string() + ".part";
  const auto fail = [&](const char* action) {
    const std::string reason = std::strerror(errno);
    ::unlink(part.c_str());
    throw FileError(path.string() + ": could not be " + action + ": " + reason);
  };
  detail::Descriptor file(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC);
  if (!file.is_open()) fail("created");
  if (!detail::write_all(file, content)) fail("written");
  if (::fsync(file.number()) != 0) fail("synced to the disk");
  if (!file.close()) fail("closed");
  if (::rename(part.c_str(), path.c_str()) != 0) fail("renamed");
  // The rename itself is on the disk once the folder is.
  const detail::Descriptor folder(path.has_parent_path() ? path.parent_path() : std::filesystem::path("."),
                                  O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder.is_open()) ::fsync(folder.number());
}

/// Makes a folder, with those above it, and proves that files can be written there; to be called before hours of work.
/// Throws FileError that names the folder with the system's reason.
inline void make_writable_folder(const std::filesystem::path& folder) {
  std::error_code problem;
  std::filesystem::create_directories(folder, problem);
  if (problem) throw FileError(folder.string() + ": the folder could not be made: " + problem.message());
  const std::filesystem::path probe = folder / ".writable";
  replace_file(probe, "a probe\n");
  std::filesystem::remove(probe, problem);
}

}  // namespace tinyhtr
