// Machine: what a figure was computed on, as a report tells it.
#pragma once

#include <time.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/core/version.hpp"

namespace tinyhtr {

struct Machine {
  std::string processor;        ///< its name; "unknown" where the system does not say
  unsigned processors = 0;      ///< that the system has, 0 where it does not say
  int threads = 0;              ///< that tinyhtr computes on
  std::string compiler;         ///< with its version
  std::string build;            ///< optimised or not, and for which instructions
  std::string library_version;  ///< of tinyhtr
};

namespace detail {

/// The name of the first processor in the text of /proc/cpuinfo.
inline std::string processor_name(std::string_view cpuinfo) {
  for (const std::string_view key : {"model name", "Model", "cpu model", "uarch"}) {
    for (std::size_t line = 0; line < cpuinfo.size(); line = std::min(cpuinfo.find('\n', line), cpuinfo.size()) + 1) {
      const std::string_view text = cpuinfo.substr(line, cpuinfo.find('\n', line) - line);
      const std::size_t colon = text.find(':');
      if (!text.starts_with(key) || colon == std::string_view::npos) continue;
      const std::size_t first = text.find_first_not_of(" \t", colon + 1);
      if (first != std::string_view::npos) return std::string(text.substr(first));
    }
  }
  return "unknown";
}

inline std::string compiler_name() {
#if defined(__clang__)
  return "clang " __clang_version__;
#elif defined(__GNUC__)
  return "g++ " __VERSION__;
#else
  return "unknown";
#endif
}

inline std::string build_name() {
  std::string name =
#ifdef __OPTIMIZE__
      "optimised";
#else
      "not optimised";
#endif
#if defined(__AVX512F__)
  name += ", AVX-512";
#elif defined(__AVX2__)
  name += ", AVX2";
#elif defined(__ARM_NEON)
      name += ", NEON";
#endif
  return name;
}

}  // namespace detail

/// The machine, the compiler and the library of the running program.
inline Machine this_machine() {
  Machine machine;
  std::ifstream file("/proc/cpuinfo", std::ios::binary);
  machine.processor = detail::processor_name(std::string{std::istreambuf_iterator<char>(file), {}});
  machine.processors = std::thread::hardware_concurrency();
  machine.threads = thread_count();
  machine.compiler = detail::compiler_name();
  machine.build = detail::build_name();
  machine.library_version = version;
  return machine;
}

/// The date and time now, in UTC: "2026-01-31 23:59:59 UTC".
inline std::string utc_time() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  std::array<char, 64> text{};
  if (gmtime_r(&now, &parts) == nullptr) return "";
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC", &parts)};
}

/// The same machine as names with values, for a table.
inline std::vector<std::pair<std::string, std::string>> machine_rows(const Machine& machine) {
  return {{"processor", machine.processor},
          {"processors", machine.processors == 0 ? "unknown" : std::to_string(machine.processors)},
          {"threads used", std::to_string(machine.threads)},
          {"compiler", machine.compiler},
          {"build", machine.build},
          {"tinyhtr", machine.library_version}};
}

}  // namespace tinyhtr
