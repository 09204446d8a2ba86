// TensorBoard: a training's curves, pictures, histograms for TensorBoard to show.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tinyhtr/autograd/variable.hpp"
#include "tinyhtr/core/number_text.hpp"
#include "tinyhtr/data/loader.hpp"
#include "tinyhtr/image/from_batch.hpp"
#include "tinyhtr/image/read.hpp"
#include "tinyhtr/io/tensorboard_events.hpp"
#include "tinyhtr/io/tensorboard_rewind.hpp"
#include "tinyhtr/nn/module.hpp"
#include "tinyhtr/report/ctc_picture.hpp"
#include "tinyhtr/report/image_sheet.hpp"
#include "tinyhtr/train/callback.hpp"
#include "tinyhtr/train/trainer.hpp"

namespace tinyhtr {

/// What TensorBoard is given beside the curves of the epochs; 0 is none of it.
struct TensorBoardOptions {
  Index steps_per_point = 1;       ///< of the curves of steps
  Index inputs = 16;               ///< augmented images of an epoch's first batch, at most
  Index alignments = 4;            ///< validation words with what the network makes of them, step by step
  Index worst_readings = 16;       ///< validation words with the most edits, at most
  Index epochs_per_histogram = 0;  ///< of all weights with their gradients
};

/// Writes event files into folder/train, folder/validation.
///
/// | folder | tag | step |
/// | --- | --- | --- |
/// | train | batch_loss, batch_lr, batch_gradient_norm (before clipping) | steps |
/// | train | epoch_loss, epoch_lr, epoch_seconds | epochs |
/// | train | images: inputs; histograms: weights/..., gradients/... (after clipping, of an epoch's last step) | steps |
/// | validation | epoch_loss, epoch_CER (mean over words), epoch_CER_micro, epoch_WER | epochs |
/// | validation | images: alignments/1, ..., worst_readings; a table: worst_readings_table | epochs |
///
/// Steps and epochs count from 1. A resumed training takes what came after its checkpoint off the files, and writes new
/// ones. Add it before ModelCheckpoint. Throws FileError where a file cannot be written.
/// Source of the tags: Keras, callback TensorBoard.
template <class T>
class TensorBoard : public Callback<T> {
 public:
  explicit TensorBoard(std::filesystem::path folder, const TensorBoardOptions& options = {})
      : folder_(std::move(folder)), options_(options) {
    if (options.steps_per_point < 0 || options.inputs < 0 || options.alignments < 0 || options.worst_readings < 0 ||
        options.epochs_per_histogram < 0) {
      throw ArgumentError("TensorBoard: expected numbers from 0, found one below");
    }
  }

  void run_begins(Trainer<T>& trainer) override {
    const std::int64_t steps = trainer.state.steps, epochs = trainer.state.epochs_done;
    if (steps > 0) {
      const KeepEvent keep = [=](std::string_view tag, std::int64_t step) {
        return step <= (tag.starts_with("epoch_") ? epochs : steps);
      };
      rewind_events(folder_ / "train", keep);
      rewind_events(folder_ / "validation", [=](std::string_view, std::int64_t step) { return step <= epochs; });
    }
    train_.emplace(folder_ / "train", steps + 1);
    validation_.emplace(folder_ / "validation", epochs + 1);
  }

  void step_done(Trainer<T>& trainer, const StepReport& report, const Batch<T>& batch) override {
    if (options_.steps_per_point > 0 && report.step % options_.steps_per_point == 0) {
      train_->add_scalar("batch_loss", report.step, report.batch_loss);
      train_->add_scalar("batch_lr", report.step, report.learning_rate);
      train_->add_scalar("batch_gradient_norm", report.step, report.gradient_norm);
    }
    if (options_.inputs > 0 && report.batches_done == 1) add_inputs(report.step, batch);
    if (options_.epochs_per_histogram > 0 && report.batches_done == report.batches &&
        report.epoch % options_.epochs_per_histogram == 0) {
      add_histograms(trainer, report.step);
    }
  }

  void epoch_done(Trainer<T>& trainer, const EpochReport& report) override {
    train_->add_scalar("epoch_loss", report.epoch, report.training_loss);
    train_->add_scalar("epoch_lr", report.epoch, report.learning_rate);
    train_->add_scalar("epoch_seconds", report.epoch, report.training_seconds);
    const ErrorRate& errors = report.validation.errors;
    validation_->add_scalar("epoch_loss", report.epoch, report.validation.loss);
    validation_->add_scalar("epoch_CER", report.epoch, errors.cer_macro());
    validation_->add_scalar("epoch_CER_micro", report.epoch, errors.cer_micro());
    validation_->add_scalar("epoch_WER", report.epoch, errors.wer());
    if (options_.alignments > 0) add_alignments(trainer, report.epoch);
    if (options_.worst_readings > 0) add_worst_readings(trainer, report);
    train_->flush();
    validation_->flush();
  }

  void run_ends(Trainer<T>&, TrainingEnd) override {
    train_.reset();
    validation_.reset();
  }

 private:
  static constexpr Index columns = 4;

  /// What an image looks like once it is augmented, with the label that it is to be read as.
  void add_inputs(std::int64_t step, const Batch<T>& batch) {
    std::vector<CaptionedImage> images;
    const Index count = std::min(options_.inputs, static_cast<Index>(batch.texts.size()));
    for (Index n = 0; n < count; ++n) {
      images.push_back({image_from_batch(batch.images, n), batch.texts[static_cast<std::size_t>(n)], ""});
    }
    train_->add_image("inputs", step, image_sheet(images, columns),
                      "Images of an epoch's first batch as the network is given them, with their labels.");
  }

  void add_histograms(Trainer<T>& trainer, std::int64_t step) {
    const auto add = [&](const std::string& tag, const Tensor<T>& values) {
      train_->add_histogram(tag, step, std::span<const T>(values.begin(), values.end()));
    };
    const Members<T> members = members_of<T>(trainer.network());
    for (const auto& [name, parameter] : members.parameters) {
      add("weights/" + name, parameter->value());
      if (!parameter->grad().empty()) add("gradients/" + name, parameter->grad());
    }
  }

  /// The same words after every epoch, spread evenly over all.
  void add_alignments(Trainer<T>& trainer, std::int64_t epoch) {
    const Loader<T>& loader = trainer.validation();
    const auto size = static_cast<Index>(loader.samples().size());
    const Index count = std::min(options_.alignments, size);
    WordNet<T>& network = trainer.network();
    const NoGrad no_grad;
    for (Index i = 0; i < count; ++i) {
      const Sample& sample = loader.samples()[static_cast<std::size_t>(i * size / count)];
      const Image input = fit_image(read_image(sample.image, loader.options().channels), loader.options());
      Tensor<T> images(Shape{1, input.channels, input.height, input.width});
      copy_to_batch(input, images, 0);
      const Tensor<T> logits = network.forward(Variable<T>(std::move(images))).value();
      validation_->add_image(
          "alignments/" + std::to_string(i + 1), epoch,
          ctc_picture(input, logits, 0, sample.text, trainer.vocabulary(), sweeps_of(network.options)),
          "A validation word, below it the probability of classes at each step of the network, white 0, black 1. "
          "Red frames: the most probable path of the label.");
    }
  }

  /// Words with the most edits first; of equal ones those that the network was surer of.
  void add_worst_readings(Trainer<T>& trainer, const EpochReport& report) {
    const Loader<T>& loader = trainer.validation();
    std::vector<const Prediction*> wrong;
    for (const Prediction& prediction : report.validation.predictions) {
      if (prediction.edits > 0) wrong.push_back(&prediction);
    }
    std::stable_sort(wrong.begin(), wrong.end(), [](const Prediction* a, const Prediction* b) {
      return a->edits != b->edits ? a->edits > b->edits : a->confidence > b->confidence;
    });
    wrong.resize(std::min(wrong.size(), static_cast<std::size_t>(options_.worst_readings)));
    if (wrong.empty()) return;
    std::vector<CaptionedImage> images;
    std::vector<std::string> cells = {"word", "label", "reading", "edits", "confidence"};
    for (const Prediction* prediction : wrong) {
      const Sample& sample = loader.samples()[static_cast<std::size_t>(prediction->sample)];
      const std::string& reading = prediction->reading;
      images.push_back({read_image(sample.image, 1), sample.text, reading.empty() ? "(nothing)" : reading});
      for (const std::string& cell : {as_code(sample.id), as_code(sample.text), as_code(reading),
                                      std::to_string(prediction->edits), fixed(prediction->confidence, 3)}) {
        cells.push_back(cell);
      }
    }
    validation_->add_image("worst_readings", report.epoch, image_sheet(images, columns),
                           "Validation words with the most edits; below each its label, in red the reading.");
    validation_->add_table("worst_readings_table", report.epoch, 5, cells);
  }

  /// A text as a block of code, in which Markdown lets every character stand for itself.
  static std::string as_code(const std::string& text) { return text.empty() ? "" : "    " + text; }

  std::filesystem::path folder_;
  TensorBoardOptions options_;
  std::optional<EventWriter> train_, validation_;
};

}  // namespace tinyhtr
