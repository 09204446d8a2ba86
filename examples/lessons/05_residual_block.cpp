// Lesson 05: what a shortcut does for the gradient, and the residual block. The page: docs/lessons/05_residual_block.md

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "lesson.hpp"
#include "tinyhtr/autograd/activations.hpp"
#include "tinyhtr/autograd/arithmetic.hpp"
#include "tinyhtr/autograd/backward.hpp"
#include "tinyhtr/core/random.hpp"
#include "tinyhtr/nn/mode.hpp"
#include "tinyhtr/nn/module.hpp"
#include "tinyhtr/nn/residual_block.hpp"

using namespace tinyhtr;

/// Layers one behind the other, f(x) = w sigmoid(x) with w = 1, -1, 1 ...; with a shortcut each of them gives x + f(x).
/// Returns x and what each layer gives.
std::vector<Variable<double>> chain(double start, int layers, bool shortcut) {
  std::vector<Variable<double>> results = {Variable<double>(Tensor<double>(Shape{1}, start), /*requires_grad=*/true)};
  for (int layer = 0; layer < layers; ++layer) {
    const Variable<double> x = results.back();
    const Variable<double> f = scale(sigmoid(x), layer % 2 == 0 ? 1.0 : -1.0);
    results.push_back(shortcut ? add(x, f) : f);
  }
  backward(results.back());
  return results;
}

int main() {
  std::puts("The gradient of the last result by x = 0");
  expect("one layer                 ", chain(0, 1, false)[0].grad()[0], 0.25);        // 1/2 (1 - 1/2)
  expect("one layer with a shortcut ", chain(0, 1, true)[0].grad()[0], 1.25);         // 1 + 1/4
  expect("two layers                ", chain(0, 2, false)[0].grad()[0], -0.0587509);  // 0.25 * -0.235004
  expect("two layers with shortcuts ", chain(0, 2, true)[0].grad()[0], 0.956245);     // 1.25 * (1 - 0.235004)

  std::puts("\nTwenty layers: the gradient of the last result by what a layer gives (0: by x)");
  const std::vector<Variable<double>> plain = chain(0, 20, false), shortcut = chain(0, 20, true);
  std::puts("layer   plain    with shortcuts");
  for (const std::size_t layer : {20u, 19u, 18u, 15u, 10u, 5u, 0u}) {
    std::printf("%5zu  % .1e   %.2f\n", layer, plain[layer].grad()[0], shortcut[layer].grad()[0]);
  }
  expect("plain: not larger than 1/4 multiplied 20 times", std::abs(plain[0].grad()[0]) <= std::pow(0.25, 20));
  expect("with shortcuts: larger than 1/4", shortcut[0].grad()[0] > 0.25);

  std::puts("\nThe library's block, 2 channels to 4, stride 2");
  Random random(/*seed=*/5);
  ResidualBlock<double> block(2, {.filters = 4, .stride = 2, .dropout = 0}, random);
  const Members<double> members = members_of<double>(block);
  for (const auto& [name, parameter] : members.parameters) {
    std::printf("%-12s %s\n", name.c_str(), parameter->shape().to_string().c_str());
  }
  for (const auto& [name, buffer] : members.buffers) {
    std::printf("%-16s %s, not trained\n", name.c_str(), buffer->shape().to_string().c_str());
  }
  expect("numbers to train", static_cast<double>(count_parameters<double>(block)), 252);

  std::puts("\nShapes on the way through it");
  Tensor<double> numbers(Shape{1, 2, 8, 12});
  for (double& number : numbers) number = random.uniform();
  const Variable<double> image(numbers);
  Mode reading = Mode::inference();
  const auto show = [](const char* name, const Variable<double>& y) {
    std::printf("%-21s %s\n", name, y.shape().to_string().c_str());
  };
  show("x", image);
  const Variable<double> half = leaky_relu(block.bn1.forward(block.conv1.forward(image), reading), 0.1);
  show("conv1, bn1, LeakyReLU", half);
  const Variable<double> f = block.bn2.forward(block.conv2.forward(half), reading);
  show("conv2, bn2: f(x)", f);
  const Variable<double> skip = block.skip->forward(image);
  show("skip, 1x1", skip);
  const Variable<double> by_hand = leaky_relu(add(skip, f), 0.1), y = block.forward(image, reading);
  show("sum, LeakyReLU", by_hand);
  double largest = 0;
  for (Index i = 0; i < y.value().size(); ++i) {
    largest = std::max(largest, std::abs(y.value()[i] - by_hand.value()[i]));
  }
  expect("the block's forward gives the same", largest < 1e-12);

  std::puts("\nA block that has nothing to say, f(x) = 0, does no harm: 20 of them");
  Variable<double> through = image;
  for (int i = 0; i < 20; ++i) {
    ResidualBlock<double> same(2, {.filters = 2, .stride = 1, .convolve_skip = false, .dropout = 0}, random);
    same.bn2.weight.value().fill(0);  // gamma, so that f(x) = 0
    through = same.forward(through, reading);
  }
  expect("first pixel of x", through.value()[0], image.value()[0]);
  expect("all pixels are those of x",
         std::equal(through.value().begin(), through.value().end(), image.value().begin()));

  std::puts("\nAnd one whose paths do not fit each other:");
  try {
    const ResidualBlock<double> wrong(2, {.filters = 4, .stride = 2, .convolve_skip = false}, random);
    expect("built", false);
  } catch (const ArgumentError& error) {
    std::puts(error.what());
  }
}
