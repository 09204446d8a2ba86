#include "tinyhtr/train/early_stopping.hpp"

#include <limits>

#include <doctest/doctest.h>

using namespace tinyhtr;

TEST_CASE("early stopping remembers the best epoch, and stops `patience` epochs after it") {
  EarlyStopping stopping{.patience = 2};
  CHECK(stopping.improves(0.5, 1));
  CHECK(stopping.improves(0.4, 2));
  CHECK_FALSE(stopping.improves(0.4, 3));
  CHECK_FALSE(stopping.should_stop());
  CHECK_FALSE(stopping.improves(std::numeric_limits<double>::quiet_NaN(), 4));
  CHECK(stopping.should_stop());
  CHECK(stopping.best == 0.4);
  CHECK(stopping.best_epoch == 2);
}
