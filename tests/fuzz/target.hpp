// What every fuzz target does: hand the bytes to a parser, which may take them or refuse them, and nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tinyhtr/core/error.hpp"

namespace tinyhtr::fuzz {

/// Calls parse(content). Only the library's own errors may come out; for everything else libFuzzer, AddressSanitizer
/// and UndefinedBehaviorSanitizer stop the program: a crash, a hang, a leak, an allocation of more than the limit.
template <class Parse>
int take_or_refuse(const std::uint8_t* data, std::size_t size, const Parse& parse) {
  try {
    parse(std::string_view(reinterpret_cast<const char*>(data), size));
  } catch (const Error&) {
  }
  return 0;
}

}  // namespace tinyhtr::fuzz

/// The entry point of a target: TINYHTR_FUZZ(content) { parse_something(content, "fuzz"); }
#define TINYHTR_FUZZ(content)                                                         \
  static void parse_fuzzed(std::string_view content);                                 \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { \
    return tinyhtr::fuzz::take_or_refuse(data, size, parse_fuzzed);                   \
  }                                                                                   \
  static void parse_fuzzed(std::string_view content)
