// Bytes as a checkpoint: header, tensors, the network that its metadata describe, the state of its training.
#include "target.hpp"
#include "tinyhtr/io/checkpoint.hpp"
#include "tinyhtr/io/safetensors.hpp"
#include "tinyhtr/train/training_state.hpp"

TINYHTR_FUZZ(content) {
  using namespace tinyhtr;
  const Safetensors file = parse_safetensors(content, "fuzz");
  SavedModel<float> model = load_model<float>(file);
  static_cast<void>(TrainingState::from_json(model.file.text("training")));
}
