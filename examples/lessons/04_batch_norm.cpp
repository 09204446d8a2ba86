// Lesson 04: batch norm, in training and in reading. The page: docs/lessons/04_batch_norm.md

#include <cmath>
#include <cstdio>

#include "lesson.hpp"
#include "tinyhtr/autograd/backward.hpp"
#include "tinyhtr/core/random.hpp"
#include "tinyhtr/nn/batch_norm.hpp"
#include "tinyhtr/nn/conv2d.hpp"
#include "tinyhtr/nn/fold_batch_norm.hpp"
#include "tinyhtr/nn/mode.hpp"

using namespace tinyhtr;

/// Two images of one channel, one row, two pixels: (N,C,H,W) = (2,1,1,2).
Variable<double> batch(double a0, double a1, double b0, double b1) {
  return Variable<double>(Tensor<double>(Shape{2, 1, 1, 2}, {a0, a1, b0, b1}), /*requires_grad=*/true, "x");
}

int main() {
  std::puts("Training: image A = 1 3, image B = 3 9");
  const Mode training = Mode::training(/*seed=*/1, /*step=*/0), reading = Mode::inference();
  BatchNorm2d<double> norm(/*channels=*/1, /*momentum=*/0.9);
  norm.epsilon = 0;  // so that the numbers are those of the page; a network keeps its 0.001
  const Variable<double> x = batch(1, 3, 3, 9);
  const Variable<double> plain = norm.forward(x, training);
  expect("A, first pixel ", plain.value()[0], -1);        // (1 - 4) / 3
  expect("A, second pixel", plain.value()[1], -1.0 / 3);  // (3 - 4) / 3
  expect("B, second pixel", plain.value()[3], 5.0 / 3);   // (9 - 4) / 3

  std::puts("\nWith gamma = 3 and beta = 10, which are learned");
  norm.weight.value()[0] = 3;
  norm.bias.value()[0] = 10;
  const Variable<double> y = norm.forward(x, training);
  for (const double number : y.value()) std::printf("%6g", number);
  std::puts("");
  expect("A, first pixel", y.value()[0], 7);  // 3 * -1 + 10

  std::puts("\nThe same A with another B, 1 27: mean 8, deviation 11");
  expect("A, first pixel", norm.forward(batch(1, 3, 1, 27), training).value()[0], 10 - 3.0 * 7 / 11);

  std::puts("\nRunning statistics, from 0 and 1 towards 4 and 12");
  BatchNorm2d<double> follower(/*channels=*/1, /*momentum=*/0.9);
  for (int step = 1; step <= 100; ++step) {
    follower.forward(x, training);
    if (step == 1) expect("mean after 1 step", follower.running_mean[0], 0.4);         // .9 * 0 + .1 * 4
    if (step == 1) expect("variance after 1 step", follower.running_var[0], 2.1);      // .9 * 1 + .1 * 12
    if (step == 10) expect("mean after 10 steps", follower.running_mean[0], 2.60529);  // 4 (1 - .9^10)
  }
  expect("mean after 100 steps", follower.running_mean[0], 4, 1e-3);
  expect("variance after 100 steps", follower.running_var[0], 12, 1e-3);

  std::puts("\nReading, with running statistics of 4 and 9: A is A, whatever B is");
  norm.running_mean[0] = 4;
  norm.running_var[0] = 9;
  expect("A, first pixel, beside 3 9 ", norm.forward(x, reading).value()[0], 7);
  expect("A, first pixel, beside 1 27", norm.forward(batch(1, 3, 1, 27), reading).value()[0], 7);

  std::puts("\nBackward in training: the loss is the first pixel of A's result");
  Tensor<double> first(y.shape());
  first[0] = 1;
  backward(y, first);
  const Tensor<double>& dx = x.grad();
  expect("dx of A, first pixel ", dx[0], 0.5);
  expect("dx of A, second pixel", dx[1], -1.0 / 3);
  expect("dx of B, first pixel ", dx[2], -1.0 / 3);
  expect("dx of B, second pixel", dx[3], 1.0 / 6);
  expect("their sum is 0", std::abs(dx[0] + dx[1] + dx[2] + dx[3]) < 1e-12);
  expect("weighted with the normalised x, too",
         std::abs(dx[0] * -1 + dx[1] * -1 / 3 + dx[2] * -1 / 3 + dx[3] * 5 / 3) < 1e-12);
  expect("dgamma", norm.weight.grad()[0], -1);
  expect("dbeta ", norm.bias.grad()[0], 1);

  std::puts("\nBackward in reading: mean and variance are constants");
  const Variable<double> alone = batch(1, 3, 3, 9);
  backward(norm.forward(alone, reading), first);
  expect("dx of A, first pixel ", alone.grad()[0], 1);  // gamma / sqrt(9)
  expect("dx of B, second pixel", alone.grad()[3], 0);

  std::puts("\nFolded into the convolution before it: 2 x + 1, then batch norm with variance 4");
  Random random(1);
  Conv2d<double> convolution(/*channels=*/1, /*filters=*/1, {.kernel = 1}, random);
  convolution.weight.value()[0] = 2;
  convolution.bias.value()[0] = 1;
  norm.running_var[0] = 4;
  expect("two layers, A, second pixel", norm.forward(convolution.forward(x), reading).value()[1], 14.5);
  fold_batch_norm(convolution.weight.value(), convolution.bias.value(), norm);
  expect("new weight", convolution.weight.value()[0], 3);
  expect("new bias  ", convolution.bias.value()[0], 5.5);
  expect("one layer,  A, second pixel", convolution.forward(x).value()[1], 14.5);
}
