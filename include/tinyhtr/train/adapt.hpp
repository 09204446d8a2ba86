// adapt: a trained network made to read a writer's hand out of a few dozen words.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tinyhtr/data/loader.hpp"
#include "tinyhtr/data/vocabulary.hpp"
#include "tinyhtr/models/extend_vocabulary.hpp"
#include "tinyhtr/models/word_net.hpp"
#include "tinyhtr/models/word_net_images.hpp"
#include "tinyhtr/nn/freeze.hpp"
#include "tinyhtr/optim/adam.hpp"
#include "tinyhtr/optim/one_cycle.hpp"
#include "tinyhtr/train/learning_rate_schedule.hpp"
#include "tinyhtr/train/trainer.hpp"
#include "tinyhtr/train/weight_average.hpp"

namespace tinyhtr {

struct AdaptOptions {
  double learning_rate = 5e-4;  ///< the peak of one cycle
  int passes = 0;               ///< over the words; 0: by their number, adapt_passes()
  Index batch_size = 8;
  bool augment = true;
  bool keep_statistics = true;   ///< batch norm with those of the training, which stay
  double clip_norm = 5;          ///< largest norm of all gradients together
  double weight_decay = 0;       ///< of AdamW
  double weight_average = 0.95;  ///< decay of the moving average that is kept; 0: the last weights
  std::string freeze{};          ///< parameters that stay, by name; see freeze()
  std::uint64_t seed = 1;
  std::function<bool()> should_stop{};  ///< asked after every step; true ends it, what was learnt so far is kept
};

/// What an adaptation was.
struct Adaptation {
  int passes = 0;
  std::int64_t steps = 0;
  Index words = 0;
  Index trained_parameters = 0;
  double first_loss = 0, last_loss = 0;  ///< mean over the words of the first pass, of the last
  double seconds = 0;
};

/// How often to go over some words: about 250 steps of a batch, so that few words are seen often; 4 to 60 times.
inline int adapt_passes(Index words, Index batch_size) {
  const Index batches = (words + batch_size - 1) / std::max<Index>(1, batch_size);
  return static_cast<int>(std::clamp<Index>(250 / std::max<Index>(1, batches), 4, 60));
}

namespace detail {

/// Keeps the losses of an adaptation's passes.
template <class T>
struct KeepLosses : Callback<T> {
  explicit KeepLosses(Adaptation& result_) : result(result_) {}
  void epoch_done(Trainer<T>&, const EpochReport& report) override {
    if (report.epoch == 1) result.first_loss = report.training_loss;
    result.last_loss = report.training_loss;
  }
  Adaptation& result;
};

}  // namespace detail

/// Trains a network on some words of one writer, gently: a short cycle with a low peak, every pass with other
/// augmentation, batch norm by the statistics that it came with, and the mean of the last weights in the end. Without
/// words to validate on, since with a few dozen each is worth more in training.
///
/// vocabulary: the network's; it has to have the words' characters (with_vocabulary). Costs about three forward passes
/// for each word and pass. Throws what freeze, Loader, Vocabulary::encode, Trainer throw; ArgumentError where freeze
/// leaves nothing to train.
template <class T>
Adaptation adapt(WordNet<T>& network, const Vocabulary& vocabulary, const std::vector<Sample>& words,
                 const AdaptOptions& options = {}) {
  const auto start = std::chrono::steady_clock::now();
  Adaptation result;
  freeze<T>(network, options.freeze);
  result.words = static_cast<Index>(words.size());
  result.trained_parameters = count_trainable_parameters<T>(network);
  if (result.trained_parameters == 0) throw ArgumentError("adapt: '" + options.freeze + "' leaves nothing to train");

  LoaderOptions loading = images_for(network.options);
  loading.batch_size = options.batch_size;
  loading.seed = options.seed;
  loading.shuffle = true;
  loading.bucket = 0;  // of a few batches, some narrow ones would always come together
  if (network.options.width == 0) loading.columns_per_step = column_stride(network.options);
  if (options.augment && network.options.preprocessing) loading.word_augment = WordAugmentOptions{};
  if (options.augment && !network.options.preprocessing) loading.augment = AugmentOptions{};
  Loader<T> loader(words, loading);

  Adam<T> optimiser(trainable_parameters_of<T>(network),
                    {.learning_rate = options.learning_rate, .weight_decay = options.weight_decay});
  TrainerOptions training;
  training.epochs = options.passes > 0 ? options.passes : adapt_passes(result.words, options.batch_size);
  training.clip_norm = options.clip_norm;
  training.keep_statistics = options.keep_statistics;
  training.should_stop = options.should_stop;
  Trainer<T> trainer(network, optimiser, vocabulary, options.seed, training);
  trainer.template add<LearningRateSchedule<T>>(
      [cycle = OneCycle{.peak = options.learning_rate}](double progress) { return cycle.rate(progress); });
  trainer.template add<detail::KeepLosses<T>>(result);
  WeightAverage<T>* average = nullptr;
  if (options.weight_average > 0) average = &trainer.template add<WeightAverage<T>>(network, options.weight_average);
  trainer.run(loader);
  if (average != nullptr) average->finish();

  result.passes = trainer.state.epochs_done;
  result.steps = trainer.state.steps;
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

}  // namespace tinyhtr
