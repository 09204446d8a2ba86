// Bytes as configs.yaml, as the JSON of a checkpoint's metadata.
#include <string>

#include "target.hpp"
#include "tinyhtr/io/checkpoint.hpp"
#include "tinyhtr/train/run_config_json.hpp"
#include "tinyhtr/train/run_config_yaml.hpp"
#include "tinyhtr/train/training_state.hpp"

TINYHTR_FUZZ(content) {
  using namespace tinyhtr;
  const std::string text(content);
  const auto refuse = [](const auto& parse) {
    try {
      static_cast<void>(parse());
    } catch (const Error&) {
    }
  };
  refuse([&] { return parse_run_config(content, "fuzz"); });
  refuse([&] { return parse_config_vocabulary(content, "fuzz"); });
  refuse([&] { return run_config_from_json(text); });
  refuse([&] { return word_net_from_json(text); });
  refuse([&] { return TrainingState::from_json(text); });
}
