// The numbers that a resumed training needs besides its tensors.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/io/json_numbers.hpp"
#include "tinyhtr/io/parse_json.hpp"
#include "tinyhtr/train/evaluate.hpp"

namespace tinyhtr {

/// What the validation after an epoch showed.
struct ValidationFigures {
  Index words = 0;
  double loss = 0, cer_micro = 0, cer_macro = 0, wer = 0;
};

/// Where a training stands. Random numbers have no state: they are named by (seed, epoch, sample) and (seed, step).
struct TrainingState {
  std::uint64_t seed = 0;
  int epochs_done = 0;
  Index batches_done = 0;        ///< of the epoch under way
  double loss_sum = 0;           ///< over the samples of the epoch under way
  Index samples_done = 0;        ///< of the epoch under way
  double seconds = 0;            ///< spent so far on the epoch under way
  std::int64_t steps = 0;        ///< of the optimiser, in all
  double learning_rate = 0;      ///< of the run: what a step starts from, before a schedule has its say
  double last_step_rate = 0;     ///< that the last step was taken with
  ValidationFigures validation;  ///< after the last epoch that is done; words = 0 before the first
  int best_epoch = 0;            ///< the one with the lowest CER, macro, counted from 1; 0 before the first
  double best_cer = std::numeric_limits<double>::infinity();

  /// Counts the epoch under way as done. True where its CER is the best so far; without validation words, none is.
  bool finish_epoch(const Evaluation& evaluation) {
    ++epochs_done;
    batches_done = samples_done = 0;
    loss_sum = seconds = 0;
    const ErrorRate& errors = evaluation.errors;
    if (errors.words == 0) return false;
    validation = {errors.words, evaluation.loss, errors.cer_micro(), errors.cer_macro(), errors.wer()};
    if (!(validation.cer_macro < best_cer)) return false;
    best_cer = validation.cer_macro;
    best_epoch = epochs_done;
    return true;
  }

  template <class WhenCalled = void>
  std::string to_json() const {
    nlohmann::json json = {
        {"seed", seed},         {"epochs_done", epochs_done},     {"batches_done", batches_done},
        {"loss_sum", loss_sum}, {"samples_done", samples_done},   {"seconds", seconds},
        {"steps", steps},       {"learning_rate", learning_rate}, {"last_step_rate", last_step_rate}};
    if (validation.words > 0) {
      json["validation"] = {{"words", validation.words},
                            {"loss", validation.loss},
                            {"cer_micro", validation.cer_micro},
                            {"cer_macro", validation.cer_macro},
                            {"wer", validation.wer}};
    }
    // JSON has no infinity: where there is no best epoch yet, the key stays away.
    if (best_epoch > 0) json["best"] = {{"epoch", best_epoch}, {"cer_macro", best_cer}};
    return json.dump();
  }

  /// Throws FormatError for anything that to_json did not write, and for numbers that no training has.
  template <class WhenCalled = void>
  static TrainingState from_json(const std::string& text) {
    try {
      const nlohmann::json json = detail::parse_json(text);
      TrainingState state;
      detail::read_count(json, "seed", state.seed);
      detail::read_count(json, "epochs_done", state.epochs_done);
      detail::read_count(json, "batches_done", state.batches_done);
      detail::read_number(json, "loss_sum", state.loss_sum);
      detail::read_count(json, "samples_done", state.samples_done);
      detail::read_number(json, "seconds", state.seconds);
      detail::read_count(json, "steps", state.steps);
      detail::read_number(json, "learning_rate", state.learning_rate);
      detail::read_number(json, "last_step_rate", state.last_step_rate);
      if (state.seconds < 0) throw FormatError("seconds is " + json.at("seconds").dump());
      if (state.learning_rate < 0) throw FormatError("learning_rate is " + json.at("learning_rate").dump());
      if (state.samples_done < state.batches_done || (state.batches_done == 0 && state.samples_done > 0))
        throw FormatError(std::to_string(state.batches_done) + " batches cannot have had " +
                          std::to_string(state.samples_done) + " samples");
      if (json.contains("validation")) {
        const nlohmann::json& figures = json.at("validation");
        detail::read_count(figures, "words", state.validation.words);
        detail::read_number(figures, "loss", state.validation.loss);
        detail::read_number(figures, "cer_micro", state.validation.cer_micro);
        detail::read_number(figures, "cer_macro", state.validation.cer_macro);
        detail::read_number(figures, "wer", state.validation.wer);
      }
      if (json.contains("best")) {
        detail::read_count(json.at("best"), "epoch", state.best_epoch);
        detail::read_number(json.at("best"), "cer_macro", state.best_cer);
      }
      return state;
    } catch (const std::exception& error) {
      throw FormatError(std::string("the state of the training cannot be used: ") + error.what());
    }
  }
};

}  // namespace tinyhtr
