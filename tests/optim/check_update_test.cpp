// Tests of check mode after an optimiser's step.
#include "tinyhtr/optim/check_update.hpp"

#include <doctest/doctest.h>

#include <limits>

#include "support/check_mode.hpp"
#include "tinyhtr/optim/adam.hpp"
#include "tinyhtr/optim/sgd.hpp"

using namespace tinyhtr;
using test::CheckModeOn;
using test::numeric_error;
using test::says;

TEST_CASE_TEMPLATE("a step that spoils a parameter is named, and only in check mode", Optimiser, Adam<double>,
                   Sgd<double>) {
  Variable<double> first(Tensor<double>(Shape{2}, 1), true, "lstm.bias"),
      second(Tensor<double>(Shape{2}, 1), true, "w");
  Optimiser optimiser({first, second});
  optimiser.step();
  second.grad()[1] = std::numeric_limits<double>::quiet_NaN();
  {
    const bool before = check_mode();
    set_check_mode(false);
    optimiser.step();
    set_check_mode(before);
  }
  const CheckModeOn on;
  const auto error = numeric_error([&] { optimiser.step(); });
  CHECK(says(error, ": its step left w with nan at (1) of (2), 1 number in all"));
  CHECK(says(error, "learning rate"));
  CHECK(error.sample == -1);
}
