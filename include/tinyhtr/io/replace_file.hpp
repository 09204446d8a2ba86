// Writing a file so that its last good version survives whatever happens.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/files.hpp"

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
/// A crash, a full disk or a kill leaves the old content or the new one, never a mixture. A symbolic link stays, what
/// it leads to is replaced. Throws FileError that names the path with the system's reason, or for a folder or device;
/// then the old file is as it was, and nothing is left beside it.
inline void replace_file(const std::filesystem::path& path, std::string_view content) {
  const std::filesystem::path target = detail::replaceable_path(path);
  const std::filesystem::path part = target.string() + ".part";
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
  if (::rename(part.c_str(), target.c_str()) != 0) fail("renamed");
  // The rename itself is on the disk once the folder is.
  const detail::Descriptor folder(target.has_parent_path() ? target.parent_path() : std::filesystem::path("."),
                                  O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder.is_open()) ::fsync(folder.number());
}

/// Proves that replace_file can make its file beside `path`, and leaves what is there as it is; to be called before the
/// work whose result it will hold. Throws FileError as replace_file does.
inline void check_replaceable(const std::filesystem::path& path) {
  const std::filesystem::path part = detail::replaceable_path(path).string() + ".part";
  const detail::Descriptor file(part, O_WRONLY | O_CREAT | O_CLOEXEC);
  if (!file.is_open()) throw FileError(path.string() + ": could not be created: " + std::strerror(errno));
  ::unlink(part.c_str());
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
