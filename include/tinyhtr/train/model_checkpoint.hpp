// ModelCheckpoint: saves a training so that it can be used, or gone on with.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "tinyhtr/io/safetensors.hpp"
#include "tinyhtr/train/callback.hpp"
#include "tinyhtr/train/trainer.hpp"

namespace tinyhtr {

struct ModelCheckpointOptions {
  std::int64_t every_steps = 0;  ///< also saves within an epoch, after so many steps each; 0: only after epochs
  int keep = 0;  ///< of how many epochs the networks stay, as epoch_0007.safetensors; the best one apart
};

/// Writes into a folder: best.safetensors, the network of the epoch with the lowest validation CER (macro), for
/// reading; last.safetensors, all that a resumed training needs, before the first step, after every epoch and when the
/// training is interrupted; epoch_NNNN.safetensors of the last epochs, where asked.
///
/// Every file takes the place of the one before it only when it is on the disk, so a crash at any moment leaves a
/// checkpoint to go on from. Throws FileError where a file cannot be written, on a full disk for instance; then the
/// last good one is still there. To be added after all callbacks whose state it is to save.
template <class T>
class ModelCheckpoint : public Callback<T> {
 public:
  explicit ModelCheckpoint(std::filesystem::path folder, const ModelCheckpointOptions& options = {})
      : folder_(std::move(folder)), options_(options) {
    if (options.every_steps < 0 || options.keep < 0) {
      throw ArgumentError("ModelCheckpoint: expected every_steps and keep of 0 or more, found " +
                          std::to_string(options.every_steps) + " and " + std::to_string(options.keep));
    }
  }

  void run_begins(Trainer<T>& trainer) override {
    if (!std::filesystem::exists(folder_ / "last.safetensors")) save_last(trainer);
  }

  void step_done(Trainer<T>& trainer, const StepReport& report, const Batch<T>&) override {
    // After an epoch's last step comes epoch_closes.
    if (options_.every_steps == 0 || report.step % options_.every_steps != 0) return;
    if (report.batches_done < report.batches) save_last(trainer);
  }

  void epoch_done(Trainer<T>& trainer, const EpochReport& report) override {
    if (!report.is_best && options_.keep == 0) return;
    const Safetensors file = trainer.model_checkpoint();
    if (report.is_best) write_safetensors(folder_ / "best.safetensors", file);
    if (options_.keep > 0) write_safetensors(epoch_file(report.epoch), file);
  }

  void epoch_closes(Trainer<T>& trainer) override {
    save_last(trainer);
    if (options_.keep > 0) remove_old(trainer.state.epochs_done);
  }

  void run_ends(Trainer<T>& trainer, TrainingEnd end) override {
    if (end == TrainingEnd::interrupted) save_last(trainer);
  }

 private:
  void save_last(Trainer<T>& trainer) { write_safetensors(folder_ / "last.safetensors", trainer.checkpoint()); }

  std::filesystem::path epoch_file(int epoch) const {
    std::string number = std::to_string(epoch);
    number.insert(0, number.size() < 4 ? 4 - number.size() : 0, '0');
    return folder_ / ("epoch_" + number + ".safetensors");
  }

  /// Those of earlier epochs, as far back as they go without a gap.
  void remove_old(int epochs_done) const {
    for (int epoch = epochs_done - options_.keep; epoch > 0; --epoch) {
      if (!std::filesystem::remove(epoch_file(epoch))) break;
    }
  }

  std::filesystem::path folder_;
  ModelCheckpointOptions options_;
};

}  // namespace tinyhtr
