// Lesson 01: a tensor, and the gradient of a loss by it. The page: docs/lessons/01_tensor_and_gradient.md

#include <cstdio>

#include "lesson.hpp"
#include "tinyhtr/autograd/arithmetic.hpp"
#include "tinyhtr/autograd/backward.hpp"

using namespace tinyhtr;

int main() {
  std::puts("A tensor: numbers in rows, and their shape");
  const Tensor<double> table(Shape{2, 3}, {1, 2, 3,  //
                                           4, 5, 6});
  expect("numbers", static_cast<double>(table.size()), 6);
  expect("table(1, 2), the last of row 1", table(1, 2), 6);
  expect("table[3], the fourth in memory", table[3], 4);

  std::puts("\nA computation: two weights, two pixels, the answer that is wanted, and how wrong we are");
  Variable<double> w(Tensor<double>(Shape{2}, {0.5, -1}), /*requires_grad=*/true, "w");
  const Variable<double> x(Tensor<double>(Shape{2}, {2, 3}));
  const double wanted = 1;

  const auto loss_of = [&](const Variable<double>& weights) {
    const Variable<double> y = sum(multiply(weights, x));   // y = w0 x0 + w1 x1
    const Variable<double> error = scale(y, 1.0, -wanted);  // e = y - wanted
    return multiply(error, error);                          // loss = e e
  };
  Variable<double> loss = loss_of(w);
  expect("loss", loss.item(), 9);  // y = 0.5 * 2 - 1 * 3 = -2, e = -3

  std::puts("\nIts gradient: how the loss changes with each weight");
  backward(loss);
  expect("d loss / d w0", w.grad()[0], -12);  // 2 e x0
  expect("d loss / d w1", w.grad()[1], -18);  // 2 e x1

  std::puts("\nThe same by trying it out: w0 a little larger");
  const double step = 1e-6;
  const Variable<double> moved(Tensor<double>(Shape{2}, {0.5 + step, -1}));
  expect("(change of the loss) / (change of w0)", (loss_of(moved).item() - loss.item()) / step, -12, 1e-4);

  std::puts("\nDownhill: each weight goes against its gradient, again and again");
  for (int i = 0; i < 20; ++i) {
    loss = loss_of(w);
    w.zero_grad();  // backward adds: without this, the gradients of all steps pile up
    backward(loss);
    for (Index k = 0; k < w.value().size(); ++k) w.value()[k] -= 0.02 * w.grad()[k];
    if (i < 3 || i == 19) std::printf("step %2d  loss %.6f\n", i, loss.item());
  }
  expect("w0 x0 + w1 x1", sum(multiply(w, x)).item(), 1, 1e-4);
}
