// One training step of one word, straight through: from the pixel to the updated weight. docs/stepping.md walks it.
#include <cstddef>
#include <cstdio>

#include "tinyhtr/tinyhtr.hpp"

using namespace tinyhtr;

namespace {

/// WordNet as it is, with two blocks of a few filters instead of nine: a step takes a moment even at -O0.
WordNetOptions tiny_word_net() {
  WordNetOptions options = small_word_net();
  options.channels = 1;
  options.hidden = 8;
  options.blocks = {{.filters = 4, .stride = 2}, {.filters = 8, .stride = 2}};
  return options;
}

}  // namespace

int main() {
  // The word, its letters, the network, the optimiser.
  const char* const text = "that";
  const Vocabulary letters("abcdefghijklmnopqrstuvwxyz");  // K = 27 with the blank
  WordNet<float, Textbook> network(letters.classes(), /*seed=*/1, tiny_word_net());
  Adam<float> adam(parameters_of<float>(network), {.learning_rate = 1e-3});

  // Stop 1, the image: bytes out of a PNG file, 0 black to 255 white, made to fit 32 x 128.
  const Image file = read_image(TINYHTR_DATA_FOLDER "/words/font001/font001-000/font001-000-00-01.png", 1);
  const Image word = letterbox(file, 32, 128, {255, 255, 255});

  // Stop 2, the batch: the same bytes as numbers. One image of one channel.
  Tensor<float> images({1, 1, 32, 128});
  copy_to_batch(word, images, 0);

  // Stop 3, convolution; 4, batch norm; 5, rectifier; 6, the sum with the skip path; 7, dropout: all in a block.
  Mode mode = Mode::training(/*seed=*/1, /*step=*/0);
  Variable<float> x = scale(Variable<float>(images), -1.0f / 255, 1.0f);                    // paper 0, ink 1
  for (ResidualBlock<float, Textbook>& block : network.blocks) x = block.forward(x, mode);  // (1,8,8,32)

  // Stop 8, image to sequence: every column of the feature maps is a step.
  const Variable<float> sequence = image_to_sequence(x, network.options.scan);  // (T=32,1,8)

  // Stop 9, the LSTM reads it from both sides; 10, a linear layer says how much each step looks like each letter.
  const Variable<float> features = network.dropout.forward(network.lstm.forward(sequence), mode);
  const Variable<float> logits = network.classes.forward(features);  // (T,1,K)

  // Stop 11, softmax; 12, CTC: all ways to write the letters into the steps.
  const Variable<float> loss = ctc_loss<LogDomain>(logits, {letters.encode(text)});

  // Backwards: stop 13, the gradient at the logits; 14, the linear layer; 15, dropout; 16, the LSTM; 17, every column's
  // maximum; in a block 18, dropout; 19, rectifier; 20, the sum with the skip path; 21, batch norm; 22, convolution.
  adam.zero_grad();
  backward(loss);

  // Stop 23, Adam moves every weight a little against its gradient. We look at one, the middle of the first kernel.
  const Variable<float>& weight = network.blocks[0].conv1.weight;
  const float before = weight.value()(0, 0, 1, 1);
  adam.step();
  std::printf("loss %.4f\n", static_cast<double>(loss.item()));
  std::printf("%s(0,0,1,1) was %.6f, its gradient is %.6f, now it is %.6f\n", weight.name().c_str(),
              static_cast<double>(before), static_cast<double>(weight.grad()(0, 0, 1, 1)),
              static_cast<double>(weight.value()(0, 0, 1, 1)));
}
