// Lesson 12: a layer of your own: written, checked, used. The page: docs/lessons/12_your_own_layer.md. Its benchmark:
// bench/template/prelu_bench.cpp

#include <cmath>
#include <cstdio>
#include <utility>
#include <vector>

#include "12_prelu.hpp"
#include "lesson.hpp"
#include "tinyhtr/autograd/arithmetic.hpp"
#include "tinyhtr/autograd/gradient_check.hpp"
#include "tinyhtr/io/checkpoint.hpp"
#include "tinyhtr/nn/linear.hpp"
#include "tinyhtr/nn/module.hpp"
#include "tinyhtr/optim/adam.hpp"

using namespace tinyhtr;
using lesson::Prelu, lesson::prelu;

namespace {

/// A number in, a number out.
template <class T>
struct Bend {
  Linear<T> in, out;
  Prelu<T> bend;
  explicit Bend(Random random) : in(1, 1, random), out(1, 1, random), bend(1) { name_parameters<T>(*this); }
  void members(Members<T>& list) {
    list.layer("in", in);
    list.layer("bend", bend);
    list.layer("out", out);
  }
  Variable<T> forward(const Variable<T>& x) const { return out.forward(bend.forward(in.forward(x))); }
};

/// 600 steps of Adam towards |x| for 41 numbers from -2 to 2; returns the mean squared error at the end.
double learn_absolute_value(Bend<double>& network, std::vector<Variable<double>> parameters) {
  Tensor<double> numbers(Shape{41, 1}), minus_wanted(Shape{41, 1});
  for (Index i = 0; i < 41; ++i) {
    numbers[i] = static_cast<double>(i - 20) / 10;
    minus_wanted[i] = -std::abs(numbers[i]);
  }
  Adam<double> adam(std::move(parameters), {.learning_rate = 0.02});
  Variable<double> loss;
  for (int step = 0; step < 600; ++step) {
    const Variable<double> error = add(network.forward(Variable<double>(numbers)), Variable<double>(minus_wanted));
    loss = scale(sum(multiply(error, error)), 1.0 / 41);
    adam.zero_grad();
    backward(loss);
    adam.step();
  }
  return loss.item();
}

}  // namespace

int main() {
  std::puts("Write it: two rows, two columns");
  const Variable<double> x(Tensor<double>(Shape{2, 2}, {3, -2, -1, 4}), /*requires_grad=*/true, "x");
  const Variable<double> a(Tensor<double>(Shape{2}, {0.1, 0.5}), /*requires_grad=*/true, "a");
  const Variable<double> y = prelu(x, a);
  expect("y(0, 1)", y.value()(0, 1), -1);
  expect("y(1, 0)", y.value()(1, 0), -0.1);
  backward(y, Tensor<double>(Shape{2, 2}, {1, 10, 100, 1000}));  // dy
  expect("dx(0, 1)", x.grad()(0, 1), 5);
  expect("da(0)", a.grad()[0], -100);
  expect("da(1)", a.grad()[1], -20);

  std::puts("\nCheck it");
  const GradientCheckResult checked = gradient_check([](const auto& in) { return prelu(in[0], in[1]); }, {x, a});
  expect("gradients compared", static_cast<double>(checked.elements), 6);
  expect("all agree with differences", checked.passed);

  std::puts("\nUse it: |x|, by a network of five numbers");
  Bend<double> network(Random(/*seed=*/1));
  for (const auto& [name, variable] : members_of<double>(network).parameters) {
    std::printf("parameter %s %s\n", name.c_str(), variable->shape().to_string().c_str());
  }
  Bend<double> fixed(Random(/*seed=*/1));
  expect("a fixed slope cannot: error above 0.1",
         learn_absolute_value(fixed, {fixed.in.weight, fixed.in.bias, fixed.out.weight, fixed.out.bias}) > 0.1);
  expect("a learnt slope can: error below 0.001", learn_absolute_value(network, parameters_of<double>(network)) < 1e-3);
  expect("slope", network.bend.slope.value()[0], -1, 1e-2);

  std::puts("\nKeep it");
  Safetensors file;
  add_members<double>(file, network);
  Bend<double> again(Random(/*seed=*/2));
  copy_members<double>(file, again);
  expect("slope, out of the checkpoint", again.bend.slope.value()[0], -1, 1e-2);
}
