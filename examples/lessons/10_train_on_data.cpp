// Lesson 10: training on many words, validation, error rates. The page: docs/lessons/10_train_on_data.md

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "lesson.hpp"
#include "tinyhtr/tinyhtr.hpp"

using namespace tinyhtr;

namespace {

/// The network of lesson 09 with twice the filters.
WordNetOptions tiny_word_net() {
  WordNetOptions options = small_word_net();
  options.channels = 1;
  options.hidden = 32;
  options.dropout = 0;
  options.blocks = {{.filters = 8, .stride = 2}, {.filters = 16, .stride = 2}, {.filters = 32, .stride = {2, 1}}};
  return options;
}

/// The words of data/ that a writer wrote, those of small letters only.
std::vector<Sample> words_of(const std::string& writer) {
  std::vector<Sample> words;
  for (const Sample& sample : load_iam(TINYHTR_DATA_FOLDER).samples) {
    const bool small = std::ranges::all_of(sample.text, [](char c) { return 'a' <= c && c <= 'z'; });
    if (small && sample.id.starts_with(writer)) words.push_back(sample);
  }
  return words;
}

void error_rates_by_hand() {
  expect("changes from 'stern' to 'stem'", static_cast<double>(edit_distance("stern", "stem")), 2);
  ErrorRate errors;
  errors.add("stern", "stem");  // 2 of 5
  errors.add("a", "o");         // 1 of 1
  errors.add("learning", "learning");
  expect("CER, micro", errors.cer_micro(), 3.0 / 14);
  expect("CER, macro", errors.cer_macro(), (2.0 / 5 + 1.0 / 1 + 0.0 / 8) / 3);
  expect("WER", errors.wer(), 2.0 / 3);
}

}  // namespace

int main() {
  std::puts("How wrong three readings are");
  error_rates_by_hand();

  std::puts("\nThe words of two writers, cut in two");
  std::vector<Sample> words = words_of("font001");
  for (const Sample& sample : words_of("font002")) words.push_back(sample);
  const Split split = random_split(words, /*validation_fraction=*/0.2, /*seed=*/1);
  expect("to train", static_cast<double>(split.train.size()), 246);
  expect("to validate", static_cast<double>(split.validation.size()), 62);
  std::vector<std::string> texts;
  for (const Sample& sample : split.train) texts.push_back(sample.text);
  const Vocabulary vocabulary = Vocabulary::from_texts(texts);
  std::printf("characters: %s\n", vocabulary.text().c_str());

  WordNet<float> network(vocabulary.classes(), /*seed=*/1, tiny_word_net());
  LoaderOptions images = images_for(network.options);
  images.batch_size = 2;
  Loader<float> seen(split.train, images), validation(split.validation, images), stranger(words_of("font003"), images);
  images.shuffle = true;
  Loader<float> training(split.train, images);

  const std::uint32_t epochs = 30;
  const double first_rate = 0.005;
  Adam<float> adam(parameters_of<float>(network), {.learning_rate = first_rate});
  std::uint32_t step = 0;
  double first_loss = 0, last_loss = 0;
  for (std::uint32_t epoch = 0; epoch < epochs; ++epoch) {
    adam.learning_rate = first_rate * (1 - static_cast<double>(epoch) / epochs);
    double sum = 0;
    for (const Batch<float>& batch : training.epoch(epoch)) {
      const Variable<float> logits = network.forward(batch.images, Mode::training(/*seed=*/1, step++));  // (T,N,K)
      const Variable<float> loss = ctc_loss(logits, vocabulary.encode(batch.texts));
      adam.zero_grad();
      backward(loss);
      adam.step();
      sum += static_cast<double>(loss.item());
    }
    last_loss = sum / static_cast<double>(training.batches());
    if (epoch == 0) first_loss = last_loss;
    const Evaluation result = evaluate(network, validation, vocabulary);
    // Not to stdout: these numbers differ a little from one processor to the next.
    std::fprintf(stderr, "epoch %2u  loss %7.3f  validation: loss %7.3f  CER %.3f\n", epoch + 1, last_loss, result.loss,
                 result.errors.cer_micro());
  }

  std::puts("\nWhat it has learned");
  expect("steps of Adam", static_cast<double>(step), 30 * 123);
  expect("the loss fell to less than a tenth", last_loss < first_loss / 10);
  const Evaluation on_seen = evaluate(network, seen, vocabulary), on_new = evaluate(network, validation, vocabulary);
  const Evaluation on_stranger = evaluate(network, stranger, vocabulary);
  std::fprintf(stderr, "CER of the words that it trained on %.3f, of new words %.3f, of a writer never seen %.3f\n",
               on_seen.errors.cer_micro(), on_new.errors.cer_micro(), on_stranger.errors.cer_micro());
  for (std::size_t i = 0; i < 8; ++i) {
    std::fprintf(stderr, "%s read as '%s'\n", split.validation[i].text.c_str(), on_new.predictions[i].reading.c_str());
  }
  expect("words that it trained on: CER below 0.05", on_seen.errors.cer_micro() < 0.05);
  expect("new words of these writers: CER below 0.5", on_new.errors.cer_micro() < 0.5);
  expect("but the loss of the new words is three times as high, or more", on_new.loss > 3 * on_seen.loss);
  expect("words of a writer whom it never saw: CER still higher",
         on_stranger.errors.cer_micro() > on_new.errors.cer_micro());
}
