#include "tinyhtr/train/training_state.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

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
  state.best_epoch = 2;
  state.best_cer = 0.1 + 0.2;
  state.validation = {12, 1.0 / 7, 1.0 / 3, 0.1 + 0.2, 2.0 / 3};
  const TrainingState read = TrainingState::from_json(state.to_json());
  CHECK(read.to_json() == state.to_json());
  CHECK(read.seed == state.seed);
  CHECK(read.loss_sum == state.loss_sum);
  CHECK(read.learning_rate == state.learning_rate);
  CHECK(read.best_epoch == 2);
  CHECK(read.best_cer == 0.1 + 0.2);
  CHECK(read.validation.words == 12);
  CHECK(read.validation.loss == 1.0 / 7);
  CHECK(read.validation.cer_micro == 1.0 / 3);
  CHECK(read.validation.wer == 2.0 / 3);
}

TEST_CASE("before the first epoch the best metric is infinite, and stays so") {
  const TrainingState read = TrainingState::from_json(TrainingState{}.to_json());
  CHECK(std::isinf(read.best_cer));
  CHECK(read.validation.words == 0);
}

TEST_CASE("anything else is refused") {
  for (const char* text : {"", "{}", "[]", "{\"seed\":\"x\"}"}) {
    CHECK_THROWS_AS(static_cast<void>(TrainingState::from_json(text)), FormatError);
  }
  CHECK_THROWS_WITH_AS(static_cast<void>(TrainingState::from_json(std::string(100000, '['))),
                       doctest::Contains("nested at most 16 deep"), FormatError);
}

TEST_CASE("numbers that no training has are refused by name") {
  TrainingState state;
  state.batches_done = 2;
  state.samples_done = 20;
  state.learning_rate = 0.001;
  const auto with = [&](const char* key, const nlohmann::json& value) {
    auto json = nlohmann::json::parse(state.to_json());
    json[nlohmann::json::json_pointer(key)] = value;
    return json.dump();
  };
  const auto refused_with = [&](const char* key, const nlohmann::json& value, const char* text) {
    CAPTURE(key);
    CHECK_THROWS_WITH_AS(static_cast<void>(TrainingState::from_json(with(key, value))), doctest::Contains(text),
                         FormatError);
  };
  CHECK(TrainingState::from_json(with("/learning_rate", 0)).learning_rate == 0);
  refused_with("/seed", -1, "seed is -1");
  refused_with("/epochs_done", -5, "epochs_done is -5, expected a whole number from 0 to 2147483647");
  refused_with("/epochs_done", 4294967296, "epochs_done is 4294967296");
  refused_with("/epochs_done", 1.5, "epochs_done is 1.5");
  refused_with("/epochs_done", 1e300, "epochs_done is 1e+300");
  refused_with("/batches_done", -1, "batches_done is -1");
  refused_with("/samples_done", -1, "samples_done is -1");
  refused_with("/samples_done", 0, "2 batches cannot have had 0 samples");
  refused_with("/batches_done", 0, "0 batches cannot have had 20 samples");
  refused_with("/steps", -7, "steps is -7");
  refused_with("/seconds", -0.5, "seconds is -0.5");
  refused_with("/learning_rate", -1, "learning_rate is -1");
  refused_with("/learning_rate", nullptr, "null");  // what a NaN is written as
  state.validation.words = 3;
  state.best_epoch = 1;
  state.best_cer = 0.5;
  refused_with("/best/epoch", -1, "epoch is -1");
  refused_with("/best/cer_macro", nullptr, "cer_macro is null, expected a number");
  refused_with("/validation/words", 1.5, "words is 1.5");
  refused_with("/validation/wer", "x", "wer is \"x\"");
}
