// WeightAverage: reads with the mean of a training's last weights instead of the last ones.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/nn/module.hpp"
#include "tinyhtr/train/callback.hpp"
#include "tinyhtr/train/trainer.hpp"

namespace tinyhtr {

/// Keeps an exponential moving average of every parameter and every running statistic w of the network. After step t:
///
///     average = d average + (1 - d) w,   d = min(decay, (1 + t) / (10 + t))
///
/// The average takes the network's place for the validation and for what is saved, exported or shown after it; the
/// training itself goes on from the weights. The smaller d of the first steps forgets the initial values.
/// Source: Polyak, Juditsky, "Acceleration of stochastic approximation by averaging", 1992; d as in TensorFlow's
/// ExponentialMovingAverage with num_updates.
template <class T>
class WeightAverage : public Callback<T> {
 public:
  /// Throws ArgumentError unless 0 <= decay < 1.
  WeightAverage(WordNet<T>& network, double decay) : decay_(decay) {
    if (!(decay >= 0 && decay < 1))
      throw ArgumentError("WeightAverage: expected a decay from 0 to less than 1, found " + std::to_string(decay));
    const Members<T> members = members_of<T>(network);
    for (const auto& [name, variable] : members.parameters) weights_.push_back({name, &variable->value()});
    for (const auto& [name, tensor] : members.buffers) weights_.push_back({name, tensor});
    for (const Named<Tensor<T>>& weight : weights_) average_.push_back(*weight.item);
  }

  void step_done(Trainer<T>&, const StepReport& report, const Batch<T>&) override {
    const auto t = static_cast<double>(report.step);
    const auto decay = static_cast<T>(std::min(decay_, (1 + t) / (10 + t)));
    parallel_for(static_cast<Index>(weights_.size()), [&](Index k) {
      const T* w = weights_[static_cast<std::size_t>(k)].item->data();
      Tensor<T>& average = average_[static_cast<std::size_t>(k)];
      // Written so that the average of what never changes, of frozen parameters, is that to the bit.
      for (Index i = 0; i < average.size(); ++i) average[i] += (1 - decay) * (w[i] - average[i]);
    });
  }

  void validation_begins(Trainer<T>&) override { swap(); }
  void epoch_closes(Trainer<T>&) override { swap(); }

  /// Gives the network the average for good, after a run.
  void finish() { swap(); }

  void save(Safetensors& file) const override {
    for (std::size_t k = 0; k < weights_.size(); ++k) file.add("average." + weights_[k].name, average_[k]);
  }

  void load(const Safetensors& file) override {
    for (std::size_t k = 0; k < weights_.size(); ++k) file.copy_to("average." + weights_[k].name, average_[k]);
  }

 private:
  void swap() {
    for (std::size_t k = 0; k < weights_.size(); ++k) std::swap(*weights_[k].item, average_[k]);
  }

  double decay_;
  std::vector<Named<Tensor<T>>> weights_;  // those of the network
  std::vector<Tensor<T>> average_;
};

}  // namespace tinyhtr
