// JSON from files, all of it untrusted.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "tinyhtr/core/error.hpp"

namespace tinyhtr::detail {

/// Parses JSON text. Throws FormatError for anything else, and for what is nested more than 16 deep: nlohmann's writer,
/// with which messages quote a value, calls itself for each level, and a file has levels enough to end the program.
inline nlohmann::json parse_json(const std::string& text) {
  constexpr int deepest = 16;
  const auto keep = [](int depth, nlohmann::json::parse_event_t, const nlohmann::json&) {
    if (depth > deepest) {
      throw FormatError("expected JSON nested at most " + std::to_string(deepest) + " deep, found more");
    }
    return true;
  };
  try {
    return nlohmann::json::parse(text, keep);
  } catch (const nlohmann::json::exception& error) {
    throw FormatError(std::string("expected JSON: ") + error.what());
  }
}

}  // namespace tinyhtr::detail
