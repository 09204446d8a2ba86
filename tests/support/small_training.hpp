// A training that takes a second, for tests of what happens in one.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "support/small_iam.hpp"
#include "support/tiny_word_net.hpp"
#include "tinyhtr/data/iam.hpp"
#include "tinyhtr/train/model_checkpoint.hpp"
#include "tinyhtr/train/trainer.hpp"

namespace tinyhtr::test {

/// Ten words with an image each.
struct Words {
  SmallIam folder;
  std::vector<Sample> samples;
  Vocabulary vocabulary{"abcdeé"};

  Words() {
    const std::vector<std::string> texts = {"ab", "c", "ade", "bb", "e", "éa", "dca", "b", "cde", "aa"};
    for (std::size_t i = 0; i < texts.size(); ++i) folder.add_word("x01-001-00-0" + std::to_string(i), texts[i]);
    folder.finish();
    samples = load_iam(folder.path()).samples;
  }
};

/// A training of its own, that several tests start, stop, go on with.
struct SmallTraining {
  Words& words;
  WordNet<float> network;
  Adam<float> optimiser;
  Loader<float> training, validation;
  std::vector<EpochReport> reports;
  Index steps_left = 1'000'000;  ///< after so many steps somebody asks to stop
  Trainer<float> trainer;

  SmallTraining(Words& words_, const std::filesystem::path& folder, int epochs, double learning_rate = 5e-3,
                const std::function<void(SmallTraining&)>& prepare = {})
      : words(words_),
        network(words.vocabulary.classes(), 3, tiny_word_net()),
        optimiser(parameters_of<float>(network), {.learning_rate = learning_rate}),
        training(words.samples, augmented(tiny_loading(3, true, 3))),
        validation(words.samples, tiny_loading(4, false, 3)),
        trainer(network, optimiser, words.vocabulary, 3, options(epochs)) {
    trainer.add<Reports>(reports);
    if (prepare) prepare(*this);
    if (!folder.empty()) trainer.add<ModelCheckpoint<float>>(folder);
  }

  /// Keeps every report.
  struct Reports : Callback<float> {
    explicit Reports(std::vector<EpochReport>& list_) : list(list_) {}
    void epoch_done(Trainer<float>&, const EpochReport& report) override { list.push_back(report); }
    std::vector<EpochReport>& list;
  };

  static LoaderOptions augmented(LoaderOptions options) {
    options.augment = AugmentOptions{};
    return options;
  }

  TrainerOptions options(int epochs) {
    TrainerOptions result;
    result.epochs = epochs;
    result.should_stop = [this] { return --steps_left <= 0; };
    return result;
  }

  TrainingEnd run() { return trainer.run(training, validation); }
};

inline void set_batch_norm_momentum(WordNet<float>& network, float momentum) {
  for (auto& block : network.blocks) block.bn1.momentum = block.bn2.momentum = momentum;
}

/// Every tensor of a checkpoint, bit for bit.
inline std::map<std::string, std::string> tensors_of(const std::filesystem::path& checkpoint) {
  std::map<std::string, std::string> bytes;
  for (const auto& [name, tensor] : read_safetensors(checkpoint).tensors) bytes[name] = tensor.bytes;
  return bytes;
}

}  // namespace tinyhtr::test
