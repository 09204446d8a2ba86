// The numbers that a resumed training needs besides its tensors.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/io/parse_json.hpp"
#include "tinyhtr/optim/reduce_on_plateau.hpp"
#include "tinyhtr/train/early_stopping.hpp"

namespace tinyhtr {

/// Where a training stands. Random numbers have no state: they are named by (seed, epoch, sample) and (seed, step).
struct TrainingState {
  std::uint64_t seed = 0;
  int epochs_done = 0;
  Index batches_done = 0;  ///< of the epoch under way
  double loss_sum = 0;     ///< over the samples of the epoch under way
  Index samples_done = 0;  ///< of the epoch under way
  double seconds = 0;      ///< spent so far on the epoch under way
  std::int64_t steps = 0;  ///< of the optimiser, in all
  double learning_rate = 0;
  EarlyStopping early_stopping;
  ReduceOnPlateau plateau;

  std::string to_json() const {
    // JSON has no infinity: where there is no best metric yet, the key stays away.
    nlohmann::json json = {{"seed", seed},
                           {"epochs_done", epochs_done},
                           {"batches_done", batches_done},
                           {"loss_sum", loss_sum},
                           {"samples_done", samples_done},
                           {"seconds", seconds},
                           {"steps", steps},
                           {"learning_rate", learning_rate},
                           {"early_stopping",
                            {{"patience", early_stopping.patience},
                             {"best_epoch", early_stopping.best_epoch},
                             {"epochs_without_improvement", early_stopping.epochs_without_improvement}}},
                           {"plateau",
                            {{"patience", plateau.patience},
                             {"factor", plateau.factor},
                             {"min_delta", plateau.min_delta},
                             {"epochs_without_improvement", plateau.epochs_without_improvement}}}};
    if (std::isfinite(early_stopping.best)) json["early_stopping"]["best"] = early_stopping.best;
    if (std::isfinite(plateau.best)) json["plateau"]["best"] = plateau.best;
    return json.dump();
  }

  /// Throws FormatError for anything that to_json did not write, and for numbers that no training has.
  static TrainingState from_json(const std::string& text) {
    try {
      const nlohmann::json json = detail::parse_json(text);
      TrainingState state;
      read_count(json, "seed", state.seed);
      read_count(json, "epochs_done", state.epochs_done);
      read_count(json, "batches_done", state.batches_done);
      json.at("loss_sum").get_to(state.loss_sum);
      read_count(json, "samples_done", state.samples_done);
      json.at("seconds").get_to(state.seconds);
      read_count(json, "steps", state.steps);
      json.at("learning_rate").get_to(state.learning_rate);
      // The comparisons are false for what is not a number.
      if (!(state.seconds >= 0)) throw FormatError("seconds is " + json.at("seconds").dump());
      if (!(state.learning_rate >= 0)) throw FormatError("learning_rate is " + json.at("learning_rate").dump());
      if (state.samples_done < state.batches_done || (state.batches_done == 0 && state.samples_done > 0))
        throw FormatError(std::to_string(state.batches_done) + " batches cannot have had " +
                          std::to_string(state.samples_done) + " samples");
      const nlohmann::json &early = json.at("early_stopping"), &plateau = json.at("plateau");
      read_count(early, "patience", state.early_stopping.patience);
      read_count(early, "best_epoch", state.early_stopping.best_epoch);
      read_count(early, "epochs_without_improvement", state.early_stopping.epochs_without_improvement);
      read_count(plateau, "patience", state.plateau.patience);
      plateau.at("factor").get_to(state.plateau.factor);
      plateau.at("min_delta").get_to(state.plateau.min_delta);
      read_count(plateau, "epochs_without_improvement", state.plateau.epochs_without_improvement);
      if (state.early_stopping.best_epoch > 0) early.at("best").get_to(state.early_stopping.best);
      if (plateau.contains("best")) plateau.at("best").get_to(state.plateau.best);
      return state;
    } catch (const std::exception& error) {
      throw FormatError(std::string("the state of the training cannot be used: ") + error.what());
    }
  }

 private:
  /// A whole number from 0 to the largest of its type.
  template <class Number>
  static void read_count(const nlohmann::json& json, const char* key, Number& value) {
    const nlohmann::json& found = json.at(key);
    constexpr auto largest = static_cast<std::uint64_t>(std::numeric_limits<Number>::max());
    if (!found.is_number_unsigned() || found.get<std::uint64_t>() > largest)
      throw FormatError(std::string(key) + " is " + found.dump() + ", expected a whole number from 0 to " +
                        std::to_string(largest));
    value = found.get<Number>();
  }
};

}  // namespace tinyhtr
