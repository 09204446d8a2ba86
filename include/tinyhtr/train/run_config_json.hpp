// A run's settings as JSON, for checkpoints.
#pragma once

#include <exception>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <type_traits>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/io/parse_json.hpp"
#include "tinyhtr/train/run_config.hpp"

namespace tinyhtr {

namespace detail {

/// Where a run stands is no part of it: its folder may be moved.
inline bool is_stored(const ConfigKey& key) { return std::string_view(key.name) != "model_path"; }

}  // namespace detail

/// All settings but model_path.
template <class WhenCalled = void>
std::string run_config_json(const RunConfig& config) {
  nlohmann::json json;
  for_each_config_key([&](const ConfigKey& key, auto member) {
    if (detail::is_stored(key)) json[key.name] = config.*member;
  });
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);  // a path may hold any bytes
}

/// The inverse of run_config_json. Throws FormatError that names the setting for a value that it may not have, or where
/// one is missing.
template <class WhenCalled = void>
RunConfig run_config_from_json(const std::string& text) {
  const nlohmann::json json = detail::parse_json(text);
  RunConfig config;
  for_each_config_key([&](const ConfigKey& key, auto member) {
    if (!detail::is_stored(key)) return;
    const auto refuse = [&key](const std::string& reason) {
      throw FormatError("the configuration cannot be used: " + std::string(key.name) + ": " + reason);
    };
    const auto found = json.find(key.name);
    if (found == json.end()) refuse("is missing");
    try {
      auto& value = config.*member;
      value = config_value<std::decay_t<decltype(value)>>(
          key, found->is_string() ? found->get<std::string>() : found->dump());
    } catch (const FormatError& error) {
      refuse(error.what());
    }
  });
  return config;
}

}  // namespace tinyhtr
