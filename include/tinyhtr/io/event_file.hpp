// An event file from outside: its name, its records.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/io/crc32c.hpp"

namespace tinyhtr::detail {

/// An integer in little-endian bytes.
template <class Bits>
std::string little_endian_bytes(Bits bits) {
  std::string bytes;
  for (std::size_t i = 0; i < sizeof(Bits); ++i) bytes += static_cast<char>((bits >> (8 * i)) & 0xFF);
  return bytes;
}

/// One record of an event file:
///
///     length (8 bytes) | masked_crc32c of these 8 | data | masked_crc32c of the data (4 bytes), little-endian
inline std::string event_record(std::string_view data) {
  const std::string length = little_endian_bytes(static_cast<std::uint64_t>(data.size()));
  std::string record = length + little_endian_bytes(masked_crc32c(length));
  record += data;
  return record += little_endian_bytes(masked_crc32c(data));
}

inline constexpr std::string_view event_file_prefix = "events.out.tfevents.";

/// The paths of a folder's event files, sorted, as TensorBoard reads them one after the other. Throws FileError.
inline std::vector<std::filesystem::path> event_files_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code problem;
  for (std::filesystem::directory_iterator entry(folder, problem), end; !problem && entry != end;
       entry.increment(problem)) {
    if (entry->path().filename().string().starts_with(event_file_prefix)) files.push_back(entry->path());
  }
  if (problem) throw FileError(folder.string() + ": the folder cannot be read: " + problem.message());
  std::sort(files.begin(), files.end());
  return files;
}

/// events.out.tfevents.SECONDS.HOST.PROCESS.NUMBER. The seconds since 1970, 10 digits, are those of the clock, unless a
/// file is there already that would then sort behind: TensorBoard reads the files of a run in the order of their names,
/// and never goes back to one.
inline std::filesystem::path new_event_file(const std::filesystem::path& folder, int number) {
  using namespace std::chrono;
  long long seconds = duration_cast<std::chrono::seconds>(system_clock::now().time_since_epoch()).count();
  for (const std::filesystem::path& file : event_files_in(folder)) {
    const std::string digits = file.filename().string().substr(event_file_prefix.size(), 10);
    if (digits.size() != 10 || digits.find_first_not_of("0123456789") != std::string::npos) continue;
    seconds = std::max(seconds, std::stoll(digits) + 1);
  }
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0 || host[0] == '\0') host = {"localhost"};
  std::replace(host.begin(), host.end(), '/', '_');
  char name[64];
  std::snprintf(name, sizeof name, "%010lld.", seconds);
  return folder / (std::string(event_file_prefix) + name + host.data() + "." + std::to_string(::getpid()) + "." +
                   std::to_string(number));
}

}  // namespace tinyhtr::detail
