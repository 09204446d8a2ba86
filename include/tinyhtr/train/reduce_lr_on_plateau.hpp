// ReduceLROnPlateau: lowers a training's learning rate when its metric stops falling.
#pragma once

#include <cmath>
#include <nlohmann/json.hpp>

#include "tinyhtr/io/json_numbers.hpp"
#include "tinyhtr/io/parse_json.hpp"
#include "tinyhtr/optim/reduce_on_plateau.hpp"
#include "tinyhtr/train/callback.hpp"
#include "tinyhtr/train/trainer.hpp"

namespace tinyhtr {

/// Lowers the learning rate by the rule of ReduceOnPlateau, watching the validation CER (macro) as the reference system
/// does.
template <class T>
class ReduceLROnPlateau : public Callback<T> {
 public:
  explicit ReduceLROnPlateau(const ReduceOnPlateau& rule_ = {}) : rule(rule_) {}

  void epoch_done(Trainer<T>& trainer, const EpochReport& report) override {
    trainer.state.learning_rate = rule.next(report.validation.errors.cer_macro(), trainer.state.learning_rate);
  }

  void save(Safetensors& file) const override {
    nlohmann::json json = {{"epochs_without_improvement", rule.epochs_without_improvement}};
    if (std::isfinite(rule.best)) json["best"] = rule.best;  // JSON has no infinity
    file.metadata["reduce_lr_on_plateau"] = json.dump();
  }

  void load(const Safetensors& file) override {
    try {
      const nlohmann::json json = detail::parse_json(file.text("reduce_lr_on_plateau"));
      detail::read_count(json, "epochs_without_improvement", rule.epochs_without_improvement);
      if (json.contains("best")) detail::read_number(json, "best", rule.best);
    } catch (const std::exception& error) {
      throw FormatError(file.path.string() + ": the state of the plateau cannot be used: " + error.what());
    }
  }

  ReduceOnPlateau rule;
};

}  // namespace tinyhtr
