// One training step of the network as everybody trains it, WordNet<float>: how many functions stand before its loops?
#include <algorithm>

#include "tinyhtr/autograd/backward.hpp"
#include "tinyhtr/core/random.hpp"
#include "tinyhtr/core/simd.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/loss/ctc_loss.hpp"
#include "tinyhtr/models/word_net.hpp"
#include "tinyhtr/optim/adam.hpp"

using namespace tinyhtr;

int main() {
  WordNetOptions options = small_word_net();
  options.channels = 1;
  options.hidden = 8;
  // Convolutions of each kind: 3x3 at stride 2, 1x1 on the skip path, 3x3 at stride 1; two vectors wide everywhere.
  options.blocks = {{.filters = std::max<Index>(16, 2 * vector_lanes<float>), .stride = 2, .convolve_skip = true}};
  WordNet<float> network(5, /*seed=*/1, options);
  Adam<float> adam(parameters_of<float>(network), {.learning_rate = 1e-3});
  Tensor<float> images({1, 1, 32, 128}, 255.0f);
  for (Index h = 8; h < 24; ++h) images(0, 0, h, 60) = 0;
  const Variable<float> logits = network.forward(images, Mode::training(/*seed=*/1, /*step=*/0));
  const Variable<float> loss = ctc_loss(logits, {{0, 1, 2}});
  backward(loss);
  adam.step();
}
