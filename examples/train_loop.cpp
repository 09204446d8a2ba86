// train_loop: the whole of training in thirty lines: train_loop [FOLDER [WORDS [EPOCHS]]]

#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

#include "tinyhtr/tinyhtr.hpp"

using namespace tinyhtr;

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

  std::uint32_t step = 0;
  for (std::uint32_t epoch = 0; epoch < (argc > 3 ? std::stoul(argv[3]) : 6); ++epoch) {
    double sum = 0;
    for (const Batch<float>& batch : training.epoch(epoch)) {
      const Variable<float> logits = network.forward(batch.images, Mode::training(/*seed=*/1, step++));  // (T,N,K)
      const Variable<float> loss = ctc_loss(logits, vocabulary.encode(batch.texts));
      adam.zero_grad();
      backward(loss);
      adam.step();
      sum += static_cast<double>(loss.item());
    }
    const Evaluation result = evaluate(network, validation, vocabulary);
    std::cout << "epoch " << epoch + 1 << "  loss " << sum / static_cast<double>(training.batches()) << "  CER micro "
              << result.errors.cer_micro() << '\n';
  }
}
