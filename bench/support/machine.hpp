// What a table has to say about the machine that it was measured on.
#pragma once

#include <benchmark/benchmark.h>

#include <fstream>
#include <string>
#include <thread>

#include "support/gemm_rate.hpp"
#include "tinyhtr/core/version.hpp"

extern "C" char* openblas_get_config() __attribute__((weak));
extern "C" char* openblas_get_corename() __attribute__((weak));

namespace tinyhtr::bench {

/// The processor's name, as Linux gives it.
inline std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(": ") + 2);
  }
  return "unknown";
}

inline std::string compiler_name() {
#if defined(__clang__)
  return "clang++ " __clang_version__;
#else
  return "g++ " __VERSION__;
#endif
}

/// Operations per second as "88.1 GFLOP/s".
inline std::string rate_text(double rate) {
  const std::string tenths = std::to_string(static_cast<long>(rate * 1e-8 + 0.5));
  return tenths.substr(0, tenths.size() - 1) + "." + tenths.back() + " GFLOP/s";
}

/// Adds machine, versions and command to the head of the output, where bench/tables.py finds them. `flags`: those of
/// the compiler; `measured`: false leaves out the rates, which take half a second to measure.
inline void describe_machine(int argc, char** argv, const std::string& flags, bool measured) {
  using benchmark::AddCustomContext;
  std::string command;
  for (int i = 0; i < argc; ++i) command += (i == 0 ? "" : " ") + std::string(argv[i]);
  AddCustomContext("command", command);
  AddCustomContext("processor", processor_name());
  AddCustomContext("cores", std::to_string(std::thread::hardware_concurrency()) + ", of which this program uses one");
  AddCustomContext("tinyhtr", version);
  AddCustomContext("compiler", compiler_name());
  AddCustomContext("flags", flags);
  if (openblas_get_config != nullptr && openblas_get_corename != nullptr) {
    AddCustomContext("openblas", std::string(openblas_get_config()) + ", kernels for " + openblas_get_corename());
  }
  if (!measured) return;
  AddCustomContext("sgemm", rate_text(gemm_rate<float>()));
  AddCustomContext("dgemm", rate_text(gemm_rate<double>()));
}

}  // namespace tinyhtr::bench
