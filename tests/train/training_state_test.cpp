#include "tinyhtr/train/training_state.hpp"

#include <cmath>
#include <string>

#include <doctest/doctest.h>

using namespace tinyhtr;

TEST_CASE("the state survives JSON to the last bit") {
  TrainingState state;
  state.seed = 0xFFFFFFFFFFFFFFFFu;
  state.epochs_done = 3;
  state.batches_done = 17;
  state.loss_sum = 1.0 / 3;
  state.samples_done = 272;
  state.steps = 12345;
  state.learning_rate = 5e-4 * 0.9;
  state.early_stopping.improves(0.1 + 0.2, 2);
  state.early_stopping.improves(0.9, 3);
  state.plateau.next(0.1 + 0.2, 1);
  state.plateau.next(0.9, 1);
  const TrainingState read = TrainingState::from_json(state.to_json());
  CHECK(read.to_json() == state.to_json());
  CHECK(read.seed == state.seed);
  CHECK(read.loss_sum == state.loss_sum);
  CHECK(read.learning_rate == state.learning_rate);
  CHECK(read.early_stopping.best == 0.1 + 0.2);
  CHECK(read.plateau.best == 0.1 + 0.2);
  CHECK(read.plateau.epochs_without_improvement == 1);
}

TEST_CASE("before the first epoch the best metric is infinite, and stays so") {
  const TrainingState read = TrainingState::from_json(TrainingState{}.to_json());
  CHECK(std::isinf(read.early_stopping.best));
  CHECK(std::isinf(read.plateau.best));
}

TEST_CASE("anything else is refused") {
  for (const char* text : {"", "{}", "[]", "{\"seed\":\"x\"}"}) {
    CHECK_THROWS_AS(static_cast<void>(TrainingState::from_json(text)), FormatError);
  }
  CHECK_THROWS_WITH_AS(static_cast<void>(TrainingState::from_json(std::string(100000, '['))),
                       doctest::Contains("nested at most 16 deep"), FormatError);
}
