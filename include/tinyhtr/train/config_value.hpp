// What a setting of a run may be, and how it is read out of text.
#pragma once

#include <algorithm>
#include <charconv>
#include <concepts>
#include <limits>
#include <string>
#include <system_error>
#include <type_traits>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/number_text.hpp"
#include "tinyhtr/core/utf8.hpp"

namespace tinyhtr {

/// Whether a run that goes on may be given another value.
enum class ConfigScope { run, call };

/// What one setting means, and what it may be.
struct ConfigKey {
  const char* name;                    ///< in configs.yaml
  const char* help;                    ///< one sentence
  ConfigScope scope;                   ///< run: the same from its first step to its last
  double lowest = 0, highest = 0;      ///< of a number; both are allowed where it is whole
  bool lowest_is_allowed = true;       ///< of a number that is not whole
  std::vector<const char*> choices{};  ///< of a text; none: any text
};

/// What a setting may be, for messages: "a whole number from 1 to 4096".
template <class Value>
std::string expected_value(const ConfigKey& key) {
  if constexpr (std::is_same_v<Value, bool>) {
    return "true or false";
  } else if constexpr (std::is_same_v<Value, std::string>) {
    if (key.choices.empty()) return "a text";
    std::string list;
    for (const char* choice : key.choices) {
      const bool first = list.empty(), last = choice == key.choices.back();
      list += (first ? "" : last ? " or " : ", ") + std::string(choice);
    }
    return list;
  } else if constexpr (std::integral<Value>) {
    if (key.highest >= 1e19) return "a whole number from 0 to " + std::to_string(std::numeric_limits<Value>::max());
    return "a whole number from " + std::to_string(static_cast<long long>(key.lowest)) + " to " +
           std::to_string(static_cast<long long>(key.highest));
  } else {
    return "a number " + std::string(key.lowest_is_allowed ? "from " : "above ") + shortest(key.lowest) +
           (key.lowest_is_allowed ? " to " : " and up to ") + shortest(key.highest);
  }
}

/// Reads a setting out of text, as a command line or a file has it. Throws FormatError that says what was expected.
template <class Value>
Value config_value(const ConfigKey& key, const std::string& text) {
  Value value{};
  bool good = false;
  if constexpr (std::is_same_v<Value, bool>) {
    value = text == "true";
    good = value || text == "false";
  } else if constexpr (std::is_same_v<Value, std::string>) {
    decode_utf8(text);  // throws where it is not UTF-8, which no file of the run could hold
    value = text;
    good = key.choices.empty() || std::find(key.choices.begin(), key.choices.end(), text) != key.choices.end();
  } else {
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    good = problem == std::errc() && end == text.data() + text.size();
    if constexpr (std::integral<Value>) {
      // Only the plain form: others read 010 as the octal 8.
      good = good && text == std::to_string(value) && static_cast<double>(value) >= key.lowest &&
             static_cast<double>(value) <= key.highest;
    } else {
      good = good && (value > key.lowest || (key.lowest_is_allowed && value == key.lowest)) && value <= key.highest;
    }
  }
  if (good) return value;
  throw FormatError("expected " + expected_value<Value>(key) + ", found '" + printable(text) + "'");
}

/// The setting as config_value reads it.
template <class Value>
std::string config_text(const Value& value) {
  if constexpr (std::is_same_v<Value, bool>) {
    return value ? "true" : "false";
  } else if constexpr (std::is_same_v<Value, std::string>) {
    return value;
  } else if constexpr (std::integral<Value>) {
    return std::to_string(value);
  } else {
    return shortest(value);
  }
}

}  // namespace tinyhtr
