// Lesson 09: the whole chain, from an image to better weights, on one word. The page:
// docs/lessons/09_overfit_one_word.md

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "lesson.hpp"
#include "tinyhtr/tinyhtr.hpp"

using namespace tinyhtr;

namespace {

/// Three blocks, an LSTM, grey images of 32 x 128: T = 32 steps of four columns.
WordNetOptions tiny_word_net() {
  WordNetOptions options = small_word_net();
  options.channels = 1;
  options.hidden = 32;
  options.dropout = 0;
  options.blocks = {{.filters = 4, .stride = 2}, {.filters = 8, .stride = 2}, {.filters = 16, .stride = {2, 1}}};
  return options;
}

/// A batch of one: (1,1,H,W), the word in the middle of white paper.
Tensor<double> image_tensor(const std::string& name, const WordNetOptions& options) {
  const Image word = read_image(TINYHTR_DATA_FOLDER "/words/font001/font001-000/" + name + ".png", /*channels=*/1);
  Tensor<double> images(Shape{1, 1, options.height, options.width});
  copy_to_batch(letterbox(word, options.height, options.width, {255, 255, 255}), images, 0);
  return images;
}

/// The likeliest class of every step, '-' for the blank. logits (T,1,K)
std::string best_classes(const Tensor<double>& logits, const Vocabulary& vocabulary) {
  std::string path;
  for (Index t = 0; t < logits.dim(0); ++t) {
    int best = 0;
    for (int k = 1; k <= vocabulary.blank(); ++k) {
      if (logits(t, 0, k) > logits(t, 0, best)) best = k;
    }
    path += best == vocabulary.blank() ? "-" : vocabulary.decode(std::vector{best});
  }
  return path;
}

std::string read(const Tensor<double>& logits, const Vocabulary& vocabulary) {
  return vocabulary.decode(best_path(logits, vocabulary.blank())[0].classes);
}

}  // namespace

int main() {
  std::puts("Adam's first two steps, on one number");
  Variable<double> p(Tensor<double>(Shape{1}, {1}), /*requires_grad=*/true, "p");
  Adam<double> optimiser({p}, {.learning_rate = 0.01});
  p.grad()[0] = 4;
  optimiser.step();
  expect("p after a gradient of 4", p.value()[0], 0.99);
  p.grad()[0] = -2;
  optimiser.step();
  expect("p after a gradient of -2", p.value()[0], 0.987337);

  std::puts("\nThe loss that a network has which knows nothing");
  const Vocabulary vocabulary("abcdefghijklmnopqrstuvwxyz");
  const std::vector<std::vector<int>> labels{vocabulary.encode("steered")};  // of a batch of one
  const Variable<double> all_equal(Tensor<double>(Shape{32, 1, 27}));        // logits (T,N,K), zeros
  expect("loss, all classes equally likely", ctc_loss(all_equal, labels).item(),
         32 * std::log(27) - std::log(9669554100));

  std::puts("\nTraining on one word");
  WordNet<double> network(vocabulary.classes(), /*seed=*/1, tiny_word_net());
  const Tensor<double> images = image_tensor("font001-000-01-01", network.options);
  expect("numbers to train", static_cast<double>(count_parameters<double>(network)), 19159);
  Adam<double> adam(parameters_of<double>(network), {.learning_rate = 0.01});
  double last_loss = 0;
  for (std::uint32_t step = 0; step <= 150; ++step) {
    const Variable<double> logits = network.forward(images, Mode::training(/*seed=*/1, step));
    const Variable<double> loss = ctc_loss(logits, labels);
    if (step % 10 == 0) {
      std::printf("step %3u  loss %6.2f  %s  '%s'\n", step, loss.item(),
                  best_classes(logits.value(), vocabulary).c_str(), read(logits.value(), vocabulary).c_str());
    }
    adam.zero_grad();
    backward(loss);
    adam.step();
    last_loss = loss.item();
  }
  expect("probability of the right text above 0.9", std::exp(-last_loss) > 0.9);

  std::puts("\nReading, as one reads a word whose text one does not know");
  const std::string reading = read(network.forward(images).value(), vocabulary);
  std::printf("the image of 'steered': '%s'\n", reading.c_str());
  expect("read", reading == "steered");
  const Tensor<double> other = image_tensor("font001-000-02-01", network.options);
  const std::string other_reading = read(network.forward(other).value(), vocabulary);
  std::printf("the image of 'distance': '%s'\n", other_reading.c_str());
  expect("not read", other_reading != "distance");
}
