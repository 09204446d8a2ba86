// custom_callback: a training with a callback of one's own: custom_callback [FOLDER [WORDS [EPOCHS]]]

#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

#include "tinyhtr/tinyhtr.hpp"

using namespace tinyhtr;

/// Says after every epoch how large the gradients were, and which word was read worst.
class Diary : public Callback<float> {
 public:
  void step_done(Trainer<float>&, const StepReport& step, const Batch<float>&) override {
    largest_norm_ = std::max(largest_norm_, step.gradient_norm);
  }

  void epoch_done(Trainer<float>& trainer, const EpochReport& report) override {
    const auto& readings = report.validation.predictions;
    const auto worst = std::max_element(readings.begin(), readings.end(),
                                        [](const auto& a, const auto& b) { return a.edits < b.edits; });
    const Sample& word = trainer.validation().samples()[static_cast<std::size_t>(worst->sample)];
    std::cout << "epoch " << report.epoch << "  largest gradient " << largest_norm_ << "  worst reading '" << word.text
              << "' as '" << worst->reading << "'\n";
    largest_norm_ = 0;
  }

 private:
  double largest_norm_ = 0;
};

int main(int argc, char** argv) {
  std::vector<Sample> samples = load_iam(argc > 1 ? argv[1] : "data").samples;
  if (argc > 2) samples.resize(std::min<std::size_t>(samples.size(), std::stoul(argv[2])));
  const Split split = random_split(samples, 0.1, /*seed=*/1);
  std::vector<std::string> texts;
  for (const Sample& sample : split.train) texts.push_back(sample.text);
  const Vocabulary vocabulary = Vocabulary::from_texts(texts);

  WordNet<float> network(vocabulary.classes(), /*seed=*/1, small_word_net());
  Adam<float> adam(parameters_of<float>(network), {.learning_rate = 1e-3});
  LoaderOptions images = images_for(network.options);
  Loader<float> validation(split.validation, images);
  images.shuffle = true;
  Loader<float> training(split.train, images);

  Trainer<float> trainer(network, adam, vocabulary, /*seed=*/1, {.epochs = argc > 3 ? std::stoi(argv[3]) : 6});
  trainer.add<ReduceLROnPlateau<float>>();
  trainer.add<Diary>();
  trainer.run(training, validation);
}
