// Taking event files back to where a resumed run goes on.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/files.hpp"
#include "tinyhtr/io/crc32c.hpp"
#include "tinyhtr/io/event_file.hpp"
#include "tinyhtr/io/wire_reader.hpp"

namespace tinyhtr {

/// Whether a value of an event file stays, by its tag and step.
using KeepEvent = std::function<bool(std::string_view tag, std::int64_t step)>;

namespace detail {

template <class Bits>
Bits little_endian_at(std::string_view bytes, std::size_t position) {
  Bits bits = 0;
  for (std::size_t i = 0; i < sizeof(Bits); ++i) {
    bits |= static_cast<Bits>(static_cast<Bits>(static_cast<unsigned char>(bytes[position + i])) << (8 * i));
  }
  return bits;
}

/// Whether `keep` refuses a value of an Event. Throws FormatError for bytes that are none.
inline bool has_refused_value(std::string_view event, const std::filesystem::path& name, const KeepEvent& keep) {
  std::int64_t step = 0;
  bool refused = false;
  for (WireReader fields(event, name); fields.next();) {
    if (fields.field() == 2) step = fields.signed_varint();  // stands before the summary, as protobuf orders fields
    if (fields.field() != 5) continue;
    for (WireReader summary = fields.message(); summary.next();) {
      if (summary.field() != 1) continue;
      for (WireReader value = summary.message(); value.next();) {
        if (value.field() == 1) refused = refused || !keep(value.bytes(), step);
      }
    }
  }
  return refused;
}

}  // namespace detail

/// How many bytes of an event file stay when a run goes back: those before the first value that `keep` refuses, and
/// before a record that is cut off or damaged.
inline std::size_t kept_event_bytes(std::string_view content, const std::filesystem::path& name,
                                    const KeepEvent& keep) {
  std::size_t position = 0;
  constexpr std::size_t head = 12, tail = 4;
  while (content.size() - position >= head + tail) {
    const std::string_view rest = content.substr(position);
    const auto length = detail::little_endian_at<std::uint64_t>(rest, 0);
    if (detail::little_endian_at<std::uint32_t>(rest, 8) != masked_crc32c(rest.substr(0, 8))) break;
    if (length > rest.size() - head - tail) break;
    const std::string_view event = rest.substr(head, static_cast<std::size_t>(length));
    if (detail::little_endian_at<std::uint32_t>(rest, head + event.size()) != masked_crc32c(event)) break;
    try {
      if (detail::has_refused_value(event, name, keep)) break;
    } catch (const FormatError&) {
      break;
    }
    position += head + event.size() + tail;
  }
  return position;
}

/// Cuts the event files of a folder where the first value stands that `keep` refuses: what a run wrote after the
/// checkpoint that it is resumed from. The records behind are younger still, so that they go too, as does one that a
/// kill cut off; a file of which nothing else is left keeps its beginning.
///
/// TensorBoard drops such values itself where EventWriter starts a session, but it compares all steps of a folder with
/// one number, while some tags count epochs, others steps. Returns the bytes that went. Does nothing where there is no
/// such folder. Throws FileError.
inline std::uintmax_t rewind_events(const std::filesystem::path& folder, const KeepEvent& keep) {
  std::uintmax_t gone = 0;
  if (!std::filesystem::exists(detail::status_of(folder))) return gone;
  for (const std::filesystem::path& file : detail::event_files_in(folder)) {
    constexpr std::uintmax_t any_size = std::numeric_limits<std::uintmax_t>::max();
    const auto content = detail::read_file<std::string>(file, "an event file", any_size);
    const std::size_t kept = kept_event_bytes(content, file, keep);
    if (kept == content.size()) continue;
    std::error_code problem;
    std::filesystem::resize_file(file, kept, problem);
    if (problem) throw FileError(file.string() + ": could not be cut: " + problem.message());
    gone += content.size() - kept;
  }
  return gone;
}

}  // namespace tinyhtr
