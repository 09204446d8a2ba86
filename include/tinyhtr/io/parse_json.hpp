// JSON from files, all of it untrusted.
//
// What reads or writes JSON is a template, `template <class WhenCalled = void>`, though no type depends on it. Other
// functions of a header are compiled in every program that includes it, and nlohmann's parser and writer take the
// compiler longer than a network does; templates only where somebody calls them. And no JSON is compared by == or !=:
// the compiler would try whether JSON can become what any == of the standard library takes.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "tinyhtr/core/error.hpp"

namespace tinyhtr::detail {

/// Parses JSON text. Throws FormatError for anything else, and for what is nested more than 16 deep: nlohmann's writer,
/// with which messages quote a value, calls itself for each level, and a file has levels enough to end the program.
/// Reads by pointers, for which nlohmann's header has a parser in use anyway: that of the literal ""_json.
template <class WhenCalled = void>
nlohmann::json parse_json(const std::string& text) {
  constexpr int deepest = 16;
  const auto keep = [](int depth, nlohmann::json::parse_event_t, const nlohmann::json&) {
    if (depth > deepest) {
      throw FormatError("expected JSON nested at most " + std::to_string(deepest) + " deep, found more");
    }
    return true;
  };
  try {
    return nlohmann::json::parse(text.data(), text.data() + text.size(), keep);
  } catch (const nlohmann::json::exception& error) {
    throw FormatError(std::string("expected JSON: ") + error.what());
  }
}

}  // namespace tinyhtr::detail
