#include "tinyhtr/core/check_mode.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

using namespace tinyhtr;

TEST_CASE("check mode is what was set last") {
  const bool before = check_mode();
  set_check_mode(true);
  CHECK(check_mode());
  set_check_mode(false);
  CHECK(!check_mode());
  set_check_mode(before);
}

TEST_CASE("the environment turns it on: 1 does, 0 and nothing do not") {
  const char* text = std::getenv("TINYHTR_CHECK");
  const std::string before = text ? text : "";
  setenv("TINYHTR_CHECK", "1", 1);
  CHECK(detail::environment_asks_for_checks());
  setenv("TINYHTR_CHECK", "0", 1);
  CHECK(!detail::environment_asks_for_checks());
  setenv("TINYHTR_CHECK", "", 1);
  CHECK(!detail::environment_asks_for_checks());
  unsetenv("TINYHTR_CHECK");
  CHECK(!detail::environment_asks_for_checks());
  if (text) setenv("TINYHTR_CHECK", before.c_str(), 1);
}
