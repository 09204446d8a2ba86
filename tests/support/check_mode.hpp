// Check mode for the length of a test, and what it finds.
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "tinyhtr/core/check_mode.hpp"
#include "tinyhtr/core/error.hpp"

namespace tinyhtr::test {

class CheckModeOn {
 public:
  CheckModeOn() : before_(check_mode()) { set_check_mode(true); }
  ~CheckModeOn() { set_check_mode(before_); }
  CheckModeOn(const CheckModeOn&) = delete;
  CheckModeOn& operator=(const CheckModeOn&) = delete;

 private:
  bool before_;
};

/// The NumericError that `action` ends with.
template <class Action>
NumericError numeric_error(const Action& action) {
  try {
    action();
  } catch (const NumericError& error) {
    return error;
  }
  FAIL("expected a NumericError");
  return NumericError("");
}

/// Whether a message holds a text; shows the message where it does not.
inline bool says(const NumericError& error, const std::string& text) {
  const bool found = std::string(error.what()).find(text) != std::string::npos;
  if (!found) MESSAGE("found: " << std::string(error.what()));
  return found;
}

}  // namespace tinyhtr::test
