// run_program: the main function that the example programs share.
#pragma once

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>
#include <exception>
#include <filesystem>
#include <iostream>
#include <new>
#include <string>
#include <system_error>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/utf8.hpp"

namespace tinyhtr::examples {

/// Reads the command line into the options of `app`, then calls body(). Returns what main returns:
/// 0 where all went well (or --help was asked for), 1 after an error, 2 for a wrong command line.
///
/// An error is one line on stderr, "program: what is wrong". Output that could not be written, to a full disk for
/// instance, is an error too.
template <class Body>
int run_program(CLI::App& app, int argc, char** argv, const Body& body) {
  const std::string name = argc > 0 ? std::filesystem::path(argv[0]).filename().string() : "tinyhtr";
  const auto fail = [&](const std::string& message) {
    std::cout.flush();
    std::cerr << name << ": " << printable(message, 4000) << '\n';
    return 1;
  };
  try {
    app.name(name);
    app.parse(argc, argv);
    body();
    if (!std::cout.flush()) return fail("the output could not be written");
    return 0;
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help
    fail(std::string(error.what()) + " (see " + name + " --help)");
    return 2;
  } catch (const std::bad_alloc&) {
    return fail("not enough memory");
  } catch (const std::exception& error) {
    return fail(error.what());
  }
}

/// A path as a shell takes it, in quotes where it holds more than letters, digits and ./_-
inline std::string shell_word(const std::filesystem::path& path) {
  const std::string text = path.string();
  const char* plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789./_-";
  if (!text.empty() && text.find_first_not_of(plain) == std::string::npos) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

/// For an option that takes a fraction: accepts numbers greater than 0 and less than 1, so neither NaN nor infinity.
inline CLI::Validator between_0_and_1() {
  return CLI::Validator(
      [](std::string& text) -> std::string {
        double value = 0;
        if (CLI::detail::lexical_cast(text, value) && value > 0 && value < 1) return "";
        return "expected a number between 0 and 1, found '" + text + "'";
      },
      "");
}

/// For an option that takes a number above 0, neither NaN nor infinity.
inline CLI::Validator positive_number() {
  return CLI::Validator(
      [](std::string& text) -> std::string {
        double value = 0;
        if (CLI::detail::lexical_cast(text, value) && value > 0 && std::isfinite(value)) return "";
        return "expected a number above 0, found '" + text + "'";
      },
      "");
}

/// For an option that takes a number of 0 or more; `inf` is one, NaN is none.
inline CLI::Validator zero_or_more() {
  return CLI::Validator(
      [](std::string& text) -> std::string {
        double value = 0;
        if (CLI::detail::lexical_cast(text, value) && value >= 0) return "";
        return "expected a number of 0 or more, found '" + text + "'";
      },
      "");
}

/// For an option that takes a whole number from `lowest` to `highest`.
inline CLI::Validator whole_number(long long lowest, long long highest) {
  return CLI::Validator(
      [lowest, highest](std::string& text) -> std::string {
        long long value = 0;
        const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
        // Only the plain form: CLI11 reads 010 as the octal 8.
        const bool whole = problem == std::errc() && end == text.data() + text.size() && text == std::to_string(value);
        if (whole && value >= lowest && value <= highest) return "";
        return "expected a whole number from " + std::to_string(lowest) + " to " + std::to_string(highest) +
               ", found '" + text + "'";
      },
      "");
}

}  // namespace tinyhtr::examples
