// Commands and names as they may be published: without the folders of this machine.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "support/program.hpp"

namespace tinyhtr::examples {

/// The last part of a path, whether or not it ends in a slash.
inline std::string base_name(const std::filesystem::path& path) {
  const std::filesystem::path plain = path.lexically_normal();
  return (plain.has_filename() ? plain : plain.parent_path()).filename().string();
}

/// The command line as it can be given again elsewhere: absolute paths are DATA where --data is meant, DATA/rest for
/// what is in it, else their last part; the others stay, as do all other arguments.
inline std::string published_command(const std::vector<std::string>& arguments) {
  std::filesystem::path data;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    if (arguments[i - 1] == "--data") data = arguments[i];
    if (arguments[i].starts_with("--data=")) data = arguments[i].substr(7);
  }
  const auto published = [&data](const std::string& value) {
    if (!value.starts_with('/')) return value;
    const std::string rest = std::filesystem::path(value).lexically_relative(data).string();
    if (rest == ".") return std::string("DATA");
    if (!data.empty() && !rest.empty() && !rest.starts_with("..")) return "DATA/" + rest;
    return base_name(value);
  };
  std::string command = arguments.empty() ? "" : base_name(arguments.front());
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    const std::size_t equals = argument.starts_with("--") ? argument.find('=') : std::string::npos;
    if (equals == std::string::npos) {
      command += ' ' + shell_word(published(argument));
    } else {
      command += ' ' + argument.substr(0, equals + 1) + shell_word(published(argument.substr(equals + 1)));
    }
  }
  return command;
}

inline std::string published_command(int argc, char** argv) { return published_command({argv, argv + argc}); }

}  // namespace tinyhtr::examples
