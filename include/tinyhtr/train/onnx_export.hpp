// OnnxExport: a training's best network as model.onnx.
#pragma once

#include <filesystem>
#include <utility>

#include "tinyhtr/io/export_onnx.hpp"
#include "tinyhtr/io/write_onnx.hpp"
#include "tinyhtr/train/callback.hpp"
#include "tinyhtr/train/trainer.hpp"

namespace tinyhtr {

/// Exports the network after every epoch with a better validation CER (macro) than all before. Matches mltu's
/// Model2onnx, which exports the best network at the end: here a run that is killed has its file too. The file's
/// metadata say what those of a checkpoint do: the run's configuration, its words, its figures.
template <class T>
class OnnxExport : public Callback<T> {
 public:
  explicit OnnxExport(std::filesystem::path file, const OnnxExportOptions& options = {})
      : file_(std::move(file)), options_(options) {}

  void epoch_done(Trainer<T>& trainer, const EpochReport& report) override {
    if (!report.is_best) return;
    OnnxModel model = to_onnx(trainer.network(), trainer.vocabulary(), options_);
    for (const auto& [name, text] : trainer.options.metadata) model.metadata.emplace(name, text);
    model.metadata.emplace("training", trainer.state.to_json());
    write_onnx(file_, model);
  }

 private:
  std::filesystem::path file_;
  OnnxExportOptions options_;
};

}  // namespace tinyhtr
