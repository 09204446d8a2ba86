// What a training says about itself as it goes on: after a step, after an epoch, at its end.
#pragma once

#include <cstdint>

#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/train/evaluate.hpp"

namespace tinyhtr {

/// What is known after a step.
struct StepReport {
  int epoch = 0;          ///< under way, counted from 1
  std::int64_t step = 0;  ///< counted from 1 over the whole training
  Index batches = 0, batches_done = 0;
  Index samples_done = 0;    ///< of the epoch
  double batch_loss = 0;     ///< mean over the step's samples
  double loss = 0;           ///< mean of the epoch so far
  double gradient_norm = 0;  ///< of all parameters together, before it was clipped
  double learning_rate = 0;  ///< that the step was taken with
  double seconds = 0;        ///< of the epoch so far
};

/// What is known after an epoch.
struct EpochReport {
  int epoch = 0;             ///< counted from 1
  std::int64_t step = 0;     ///< how many steps there were in all
  double training_loss = 0;  ///< mean over the epoch's samples, each at its step
  double training_seconds = 0;
  double images_per_second = 0;  ///< in training
  double learning_rate = 0;      ///< of the epoch's last step
  bool is_best = false;          ///< by validation CER, macro
  Evaluation validation;
};

enum class TrainingEnd { all_epochs, early_stopping, interrupted };

}  // namespace tinyhtr
