// The records of an event file, read back with their checksums looked at.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/files.hpp"
#include "tinyhtr/io/crc32c.hpp"
#include "tinyhtr/io/wire_reader.hpp"

namespace tinyhtr::test {

/// The data of every whole record; a cut one at the end is left out. Throws where a checksum is wrong.
inline std::vector<std::string> event_records(const std::filesystem::path& path) {
  const std::string content = content_of(path);
  std::vector<std::string> records;
  const auto checksum_at = [&](std::size_t position) {
    std::uint32_t checksum = 0;
    std::memcpy(&checksum, content.data() + position, 4);
    return checksum;
  };
  for (std::size_t position = 0; content.size() - position >= 16;) {
    std::uint64_t length = 0;
    std::memcpy(&length, content.data() + position, 8);
    if (checksum_at(position + 8) != masked_crc32c(content.substr(position, 8))) {
      throw std::runtime_error(path.string() + ": a length has a wrong checksum");
    }
    if (length > content.size() - position - 16) break;
    records.push_back(content.substr(position + 12, length));
    if (checksum_at(position + 12 + length) != masked_crc32c(records.back())) {
      throw std::runtime_error(path.string() + ": a record has a wrong checksum");
    }
    position += 16 + length;
  }
  return records;
}

/// What an event file says under one tag at one step.
struct EventValue {
  std::string tag;
  std::int64_t step = 0;
  int kind = 0;       ///< field of Summary.Value: 2 a scalar, 4 an image, 8 a tensor
  float scalar = 0;   ///< of kind 2
  std::string bytes;  ///< of the other kinds
};

/// The values of all event files of a folder, in the order in which TensorBoard reads them.
inline std::vector<EventValue> event_values(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<EventValue> values;
  for (const std::filesystem::path& file : files) {
    for (const std::string& record : event_records(file)) {
      EventValue found;
      for (WireReader event(record, file); event.next();) {
        if (event.field() == 2) found.step = event.signed_varint();
        if (event.field() != 5) continue;
        WireReader summary = event.message();
        summary.next();
        for (WireReader value = summary.message(); value.next();) {
          if (value.field() == 1) found.tag = value.text();
          if (value.field() == 2) found.scalar = value.float32();
          if (value.field() == 4 || value.field() == 8) found.bytes = value.text();
          if (value.field() != 1 && value.field() != 9) found.kind = value.field();
        }
        values.push_back(found);
      }
    }
  }
  return values;
}

}  // namespace tinyhtr::test
