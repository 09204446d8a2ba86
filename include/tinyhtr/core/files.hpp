// Files as the system has them, with errors that name the path.
#pragma once

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <new>
#include <stdexcept>
#include <string>
#include <system_error>

#include "tinyhtr/core/error.hpp"

namespace tinyhtr::detail {

/// What stands at a path, links followed. Throws FileError where the system does not say, for want of permission for
/// instance; that is not the same as nothing.
inline std::filesystem::file_status status_of(const std::filesystem::path& path) {
  std::error_code problem;
  const std::filesystem::file_status status = std::filesystem::status(path, problem);
  if (status.type() == std::filesystem::file_type::none) {
    throw FileError(path.string() + ": cannot be reached: " + problem.message());
  }
  return status;
}

/// The whole content of a regular file, as a container of bytes. `expected` is what the message calls it, "an image
/// file". Throws FileError where there is nothing, a folder, a device, more than `most` bytes or than memory holds,
/// or no permission.
template <class Bytes>
Bytes read_file(const std::filesystem::path& path, const std::string& expected, std::uintmax_t most) {
  const std::string name = path.string();
  const std::filesystem::file_status status = status_of(path);
  if (!std::filesystem::exists(status)) throw FileError(name + ": expected " + expected + ", found nothing");
  if (!std::filesystem::is_regular_file(status)) {
    throw FileError(name + ": expected " + expected + ", found a folder or device");
  }
  std::error_code problem;
  const std::uintmax_t size = std::filesystem::file_size(path, problem);
  if (problem || size > most) {
    throw FileError(name + ": expected " + expected + " of at most " + std::to_string(most) + " bytes, " +
                    (problem ? "its size cannot be read: " + problem.message() : "found " + std::to_string(size)));
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) throw FileError(name + ": cannot be opened: " + std::strerror(errno));
  try {
    Bytes bytes(static_cast<std::size_t>(size), 0);
    file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (!file) throw FileError(name + ": cannot be read to its end");
    return bytes;
  } catch (const std::bad_alloc&) {
  } catch (const std::length_error&) {
  }
  throw FileError(name + ": its " + std::to_string(size) + " bytes do not fit into memory");
}

/// The path to write where a file at `path` is to be replaced: what a symbolic link leads to, else `path` itself.
/// Throws FileError where something else than a regular file is there, for a rename would take it away: a folder, a
/// device, a link that leads nowhere.
inline std::filesystem::path replaceable_path(const std::filesystem::path& path) {
  const std::filesystem::file_status status = status_of(path);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    throw FileError(path.string() + ": expected the path of a file to write, found a folder or device");
  }
  std::error_code problem;
  if (!std::filesystem::is_symlink(std::filesystem::symlink_status(path, problem))) return path;
  const std::filesystem::path target = std::filesystem::canonical(path, problem);
  if (problem) throw FileError(path.string() + ": the link cannot be followed: " + problem.message());
  return target;
}

}  // namespace tinyhtr::detail
