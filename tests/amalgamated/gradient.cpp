// A program on two parts of tinyhtr, each one header: the loss (w x - 1)^2 at w = 2, x = 3, and its gradient by w.
#include <cstdio>

#include "arithmetic.hpp"
#include "backward.hpp"

using namespace tinyhtr;

int main() {
  const Variable<double> w(Tensor<double>(Shape{1}, {2.0}), /*requires_grad=*/true);
  const Variable<double> x(Tensor<double>(Shape{1}, {3.0}));
  const Variable<double> error = scale(multiply(w, x), 1.0, -1.0);
  const Variable<double> loss = sum(multiply(error, error));
  backward(loss);
  std::printf("%g %g\n", loss.item(), w.grad()[0]);  // 2 (w x - 1) x
}
