// Writing a file so that its last good version survives whatever happens.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
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

/// A file descriptor that closes itself.
class Descriptor {
 public:
  Descriptor() = default;
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  /// False where the system refuses, errno says why. mode: the permissions of a file that is made.
  bool open(const std::filesystem::path& path, int flags, mode_t mode = 0) {
    close();
    number_ = ::open(path.c_str(), flags | O_CLOEXEC, mode);
    return is_open();
  }

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
  int number_ = -1;
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

/// A new file beside the one that it is to replace, with the permissions of that one; deleted at the end, unless it
/// took its place. Its name, PATH.PROCESS.NUMBER.part, is one that nothing has yet: what stands beside is not
/// touched.
class PartFile {
 public:
  /// Throws FileError that names `path` with the system's reason, or where that is a folder or device.
  explicit PartFile(const std::filesystem::path& path) : path_(path), target_(replaceable_path(path)) {
    static std::atomic<unsigned> number = 0;
    struct stat old = {};
    const bool replaces = ::stat(target_.c_str(), &old) == 0;
    const mode_t mode = replaces ? old.st_mode & 0777 : 0644;
    const std::string start = target_.string() + "." + std::to_string(::getpid()) + ".";
    do {  // a process that was killed may have had the same number and left its file
      part_ = start + std::to_string(number++) + ".part";
    } while (!file_.open(part_, O_WRONLY | O_CREAT | O_EXCL, mode) && errno == EEXIST);
    if (!file_.is_open()) fail("created");
    exists_ = true;
    // The mask of the process took permissions away that the old file has.
    if (replaces && ::fchmod(file_.number(), mode) != 0) fail("given the permissions of the old file");
  }
  ~PartFile() { remove(); }
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  const std::filesystem::path& path() const { return part_; }

  /// Writes the content and syncs it to the disk. Throws FileError.
  void write(std::string_view content) {
    if (!write_all(file_, content)) fail("written");
    if (::fsync(file_.number()) != 0) fail("synced to the disk");
    if (!file_.close()) fail("closed");
  }

  /// Takes the place of the file to replace. Throws FileError.
  void rename() {
    if (::rename(part_.c_str(), target_.c_str()) != 0) fail("renamed");
    exists_ = false;
    // The rename itself is on the disk once the folder is.
    Descriptor folder;
    if (folder.open(target_.has_parent_path() ? target_.parent_path() : ".", O_RDONLY | O_DIRECTORY)) {
      ::fsync(folder.number());
    }
  }

 private:
  [[noreturn]] void fail(const char* action) {
    const std::string reason = std::strerror(errno);
    remove();  // the constructor may be what fails
    throw FileError(path_.string() + ": could not be " + action + ": " + reason);
  }

  void remove() {
    if (exists_) ::unlink(part_.c_str());
    exists_ = false;
  }

  std::filesystem::path path_, target_, part_;
  Descriptor file_;
  bool exists_ = false;
};

}  // namespace detail

/// Replaces the content of a file: writes a new one beside it, syncs that to the disk, then renames it.
///
/// A crash, a full disk or a kill leaves the old content or the new one, never a mixture. A symbolic link stays, what
/// it leads to is replaced; permissions stay too. Throws FileError that names the path with the system's reason, or for
/// a folder or device; then the old file is as it was, and nothing is left beside it. Only a kill leaves the unfinished
/// PATH.PROCESS.NUMBER.part there, which may be deleted.
inline void replace_file(const std::filesystem::path& path, std::string_view content) {
  detail::PartFile part(path);
  part.write(content);
  part.rename();
}

/// Proves that replace_file can make its file beside `path`, and leaves what is there as it is; to be called before the
/// work whose result it will hold. Throws FileError as replace_file does.
inline void check_replaceable(const std::filesystem::path& path) { const detail::PartFile part(path); }

/// Makes a folder, with those above it, and proves that files can be written there; to be called before hours of work.
/// Throws FileError that names the folder with the system's reason.
inline void make_writable_folder(const std::filesystem::path& folder) {
  std::error_code problem;
  std::filesystem::create_directories(folder, problem);
  if (problem) throw FileError(folder.string() + ": the folder could not be made: " + problem.message());
  detail::PartFile probe(folder / "probe");
  probe.write("a probe\n");
}

}  // namespace tinyhtr
