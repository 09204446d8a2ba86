// Tests of Sample.
#include "tinyhtr/data/sample.hpp"

#include <doctest/doctest.h>

using namespace tinyhtr;

TEST_CASE("form_of: the first two parts of an id") {
  CHECK(form_of("a01-000u-00-00") == "a01-000u");
  CHECK(form_of("a01-003-01-04") == "a01-003");
  CHECK(form_of("a01-000u") == "a01-000u");
  CHECK(form_of("word") == "word");
  CHECK(form_of("") == "");
}
