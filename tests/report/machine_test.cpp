// Tests of the description of the machine.
#include "tinyhtr/report/machine.hpp"

#include <doctest/doctest.h>

using namespace tinyhtr;

TEST_CASE("processor_name: the first processor of /proc/cpuinfo") {
  CHECK(detail::processor_name("processor\t: 0\nmodel name\t: Some CPU @ 2.10GHz\n\nmodel name\t: Other\n") ==
        "Some CPU @ 2.10GHz");
  CHECK(detail::processor_name("Hardware\t: x\nModel\t\t: Board 4") == "Board 4");
  CHECK(detail::processor_name("") == "unknown");
  CHECK(detail::processor_name("model name") == "unknown");
  CHECK(detail::processor_name("model name:   ") == "unknown");
  CHECK(detail::processor_name("\n\n\n") == "unknown");
}

TEST_CASE("this_machine: says something of everything") {
  const Machine machine = this_machine();
  CHECK(machine.threads == thread_count());
  CHECK(machine.library_version == version);
  for (const auto& row : machine_rows(machine)) {
    CAPTURE(row.first);
    CHECK_FALSE(row.second.empty());
  }
  CHECK(utc_time().size() == 23);
  CHECK(utc_time().ends_with(" UTC"));
}
