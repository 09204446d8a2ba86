// Trains on some words for one epoch and prints what came out with all its bits: train_some_words DATA
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "tinyhtr/tinyhtr.hpp"

using namespace tinyhtr;

namespace {

void train_some_words(const char* data) {
  std::vector<Sample> samples = load_iam(data).samples;
  samples.resize(48);
  std::vector<std::string> texts;
  for (const Sample& sample : samples) texts.push_back(sample.text);
  const Vocabulary vocabulary = Vocabulary::from_texts(texts);

  WordNet<float> network(vocabulary.classes(), /*seed=*/1, small_word_net());
  Adam<float> adam(parameters_of<float>(network), {.learning_rate = 1e-3});
  LoaderOptions images = images_for(network.options);
  images.shuffle = true;
  Loader<float> loader(samples, images);
  std::uint32_t step = 0;
  for (const Batch<float>& batch : loader.epoch(0)) {
    const Variable<float> logits = network.forward(batch.images, Mode::training(/*seed=*/1, step++));  // (T,N,K)
    const Variable<float> loss = ctc_loss(logits, vocabulary.encode(batch.texts));
    adam.zero_grad();
    backward(loss);
    adam.step();
    std::printf("step %u: loss %a\n", step, static_cast<double>(loss.item()));
  }
  for (const auto& [name, parameter] : members_of<float>(network).parameters) {
    double squares = 0;
    for (const float weight : parameter->value()) squares += static_cast<double>(weight) * static_cast<double>(weight);
    std::printf("%s: %a\n", name.c_str(), squares);
  }
  std::printf("CER micro %a\n", evaluate(network, loader, vocabulary).errors.cer_micro());
}

}  // namespace

int main(int argc, char** argv) {
  try {
    train_some_words(argc > 1 ? argv[1] : "data");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "train_some_words: %s\n", error.what());
    return 1;
  }
}
