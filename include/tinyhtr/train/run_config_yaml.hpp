// configs.yaml: a run's settings as YAML. Optional, needs yaml-cpp; tinyhtr.hpp does not include it.
#pragma once

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/files.hpp"
#include "tinyhtr/core/utf8.hpp"
#include "tinyhtr/train/run_config.hpp"

namespace tinyhtr {

/// What a file says: its settings, and which they were.
struct RunConfigFile {
  RunConfig config;             ///< what the file does not say is as by default
  std::set<std::string> given;  ///< names of the keys that it has
};

/// The settings as flat YAML, sorted by key, as the reference system writes them; Python's yaml reads it.
inline std::string run_config_yaml(const RunConfig& config) {
  std::map<std::string, std::string> lines;
  for_each_config_key([&](const ConfigKey& key, auto member) {
    YAML::Emitter value;
    if constexpr (std::is_same_v<std::decay_t<decltype(config.*member)>, std::string>) {
      value << YAML::DoubleQuoted << config.*member;
    } else {
      value << config_text(config.*member);
    }
    lines[key.name] = value.c_str();
  });
  std::string text;
  for (const auto& [key, value] : lines) text += key + ": " + value + "\n";
  return text;
}

namespace detail {

/// The scalar of one key. Throws FormatError.
inline std::string yaml_scalar(const YAML::Node& node) {
  if (!node.IsScalar()) {
    throw FormatError(std::string("expected one value, found ") + (node.IsNull()  ? "nothing"
                                                                   : node.IsMap() ? "a map"
                                                                                  : "a list"));
  }
  decode_utf8(node.Scalar());  // throws where it is not UTF-8
  return node.Scalar();
}

}  // namespace detail

/// Reads settings as run_config_yaml or the reference system writes them; `path` is for messages.
/// Throws FormatError that names file, line, key, what was expected, what was found; for an unknown key the nearest
/// one.
inline RunConfigFile parse_run_config(std::string_view content, const std::filesystem::path& path) {
  const auto refuse = [&path](const YAML::Mark& mark, const std::string& reason) {
    const std::string line = mark.is_null() ? "" : ":" + std::to_string(mark.line + 1);
    throw FormatError(path.string() + line + ": " + reason);
  };
  if (content.find('\0') != std::string_view::npos) refuse(YAML::Mark::null_mark(), "is no YAML: it holds a zero byte");
  RunConfigFile file;
  try {
    const YAML::Node root = YAML::Load(std::string(content));
    if (!root.IsMap()) refuse(root.Mark(), "expected lines of `key: value`");
    for (const auto& entry : root) {
      const std::string name = detail::yaml_scalar(entry.first);
      bool known = false;
      for_each_config_key([&](const ConfigKey& key, auto member) {
        if (name != key.name) return;
        known = true;
        if (!file.given.insert(name).second) refuse(entry.first.Mark(), name + ": is there twice");
        using Value = std::decay_t<decltype(file.config.*member)>;
        if (std::is_same_v<Value, std::string> && entry.second.IsNull()) return;  // as Python writes None
        try {
          file.config.*member = config_value<Value>(key, detail::yaml_scalar(entry.second));
        } catch (const FormatError& error) {
          refuse(entry.second.Mark(), name + ": " + error.what());
        }
      });
      if (!known) {
        refuse(entry.first.Mark(),
               "unknown key '" + printable(name) + "'; the nearest known one is '" + nearest_config_key(name) + "'");
      }
    }
  } catch (const YAML::Exception& error) {
    refuse(error.mark, "is no YAML: " + error.msg);
  }
  return file;
}

/// The vocabulary alone, of a file in which other keys may be anybody's; empty where it has none.
/// Throws FormatError that names file, line and what was expected.
inline std::string parse_config_vocabulary(std::string_view content, const std::filesystem::path& path) {
  try {
    const YAML::Node root = YAML::Load(std::string(content));
    if (!root.IsMap()) throw FormatError(path.string() + ": expected lines of `key: value`");
    for (const auto& entry : root) {
      if (!entry.first.IsScalar() || entry.first.Scalar() != "vocab" || entry.second.IsNull()) continue;
      try {
        return detail::yaml_scalar(entry.second);
      } catch (const FormatError& error) {
        throw FormatError(path.string() + ":" + std::to_string(entry.second.Mark().line + 1) +
                          ": vocab: " + error.what());
      }
    }
    return "";
  } catch (const YAML::Exception& error) {
    throw FormatError(path.string() + ": is no YAML: " + error.msg);
  }
}

/// parse_config_vocabulary of a file. Throws FileError where it cannot be read.
inline std::string read_config_vocabulary(const std::filesystem::path& path) {
  return parse_config_vocabulary(detail::read_file<std::string>(path, "a file of settings (configs.yaml)", 1 << 20),
                                 path);
}

/// parse_run_config of a file. Throws FileError where it cannot be read.
inline RunConfigFile read_run_config(const std::filesystem::path& path) {
  return parse_run_config(detail::read_file<std::string>(path, "a file of settings (configs.yaml)", 1 << 20), path);
}

}  // namespace tinyhtr
