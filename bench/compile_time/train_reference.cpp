// What bench/compile_time.sh compiles: includes all of tinyhtr and trains the reference network.
//
//     train_reference [DATA] [STEPS]      words in IAM's layout (data), steps of training (5)
#include <cstdint>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "tinyhtr/tinyhtr.hpp"

using namespace tinyhtr;

namespace {

void train(const std::string& data, std::uint32_t steps) {
  const std::vector<Sample> samples = load_iam(data).samples;
  std::vector<std::string> texts;
  for (const Sample& sample : samples) texts.push_back(sample.text);
  const Vocabulary vocabulary = Vocabulary::from_texts(texts);

  WordNet<float> network(vocabulary.classes(), /*seed=*/1);
  Adam<float> adam(parameters_of<float>(network));
  LoaderOptions images = images_for(network.options);
  images.shuffle = true;
  Loader<float> loader(samples, images);

  std::uint32_t step = 0;
  for (std::uint32_t epoch = 0; step < steps; ++epoch) {
    for (const Batch<float>& batch : loader.epoch(epoch)) {
      const Variable<float> logits = network.forward(batch.images, Mode::training(/*seed=*/1, step++));
      const Variable<float> loss = ctc_loss(logits, vocabulary.encode(batch.texts));
      adam.zero_grad();
      backward(loss);
      adam.step();
      std::cout << "step " << step << "  loss " << loss.item() << '\n';
      if (step == steps) return;
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    train(argc > 1 ? argv[1] : "data", argc > 2 ? static_cast<std::uint32_t>(std::stoul(argv[2])) : 5);
  } catch (const std::exception& error) {
    std::cerr << "train_reference: " << error.what() << '\n';
    return 1;
  }
}
