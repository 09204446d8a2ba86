#include "tinyhtr/optim/reduce_on_plateau.hpp"

#include <doctest/doctest.h>

using namespace tinyhtr;

TEST_CASE("the learning rate falls after `patience` epochs without improvement, and again after as many") {
  ReduceOnPlateau plateau{.factor = 0.5, .patience = 3};
  double rate = 1;
  for (const double metric : {0.9, 0.8, 0.8, 0.85}) rate = plateau.next(metric, rate);
  CHECK(rate == 1);
  rate = plateau.next(0.8, rate);  // the third in a row: equal is no improvement
  CHECK(rate == 0.5);
  rate = plateau.next(0.81, rate);
  rate = plateau.next(0.81, rate);
  CHECK(rate == 0.5);
  rate = plateau.next(0.81, rate);
  CHECK(rate == 0.25);
  rate = plateau.next(0.7, rate);
  CHECK(rate == 0.25);
  CHECK(plateau.epochs_without_improvement == 0);
}

TEST_CASE("an improvement smaller than min_delta is none") {
  ReduceOnPlateau plateau{.factor = 0.9, .patience = 1, .min_delta = 0.01};
  double rate = plateau.next(0.5, 1);
  CHECK(rate == 1);
  rate = plateau.next(0.495, rate);
  CHECK(rate == doctest::Approx(0.9));
  CHECK(plateau.best == 0.5);
}
