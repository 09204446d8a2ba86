// Tests of differentiable padding with zeros.
#include "tinyhtr/autograd/mask_columns.hpp"

#include <doctest/doctest.h>

#include "../support/compare.hpp"
#include "../support/gradient.hpp"
#include "../support/padding.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

TEST_CASE("gradient check: columns of padding have none") {
  const Lengths widths{5, 2, 1};
  const Variable<double> x = leaf({3, 2, 3, 5}, 1);
  check_gradient([&](const Inputs& in) { return mask_columns(in[0], widths); }, {x});
  for_each_in_padding(mask_columns(x, widths).value(), widths, [](double value) { CHECK(value == 0); });
}

TEST_CASE("without widths the images stay the variable that they are") {
  const Variable<double> x = leaf({2, 1, 2, 3}, 1);
  CHECK(&mask_columns(x, {}).node() == &x.node());
  CHECK_THROWS_AS(mask_columns(x, {3, 4}), ShapeError);
}
