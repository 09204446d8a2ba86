// Lesson 02: a gradient is held against differences. The page: docs/lessons/02_checking_a_gradient.md

#include <cmath>
#include <cstdio>
#include <memory>
#include <vector>

#include "lesson.hpp"
#include "tinyhtr/autograd/arithmetic.hpp"
#include "tinyhtr/autograd/backward.hpp"
#include "tinyhtr/autograd/gradient_check.hpp"

using namespace tinyhtr;

template <class T>
T cube_of(T x) {
  return x * x * x;
}

template <class T>
T central_difference(T x, T h) {
  return (cube_of(x + h) - cube_of(x - h)) / (2 * h);
}

/// The mean error of the central difference over 1000 places from 1.5 to 2.5, as the nearest power of ten.
template <class T>
double typical_error(double h) {
  double sum = 0;
  for (int i = 0; i < 1000; ++i) {
    const T x = static_cast<T>(1.5 + 0.001 * i);
    const double right = 3.0 * static_cast<double>(x) * static_cast<double>(x);
    sum += std::abs(static_cast<double>(central_difference(x, static_cast<T>(h))) - right);
  }
  return std::pow(10.0, std::round(std::log10(sum / 1000)));
}

enum class Fault { none, overwrites, wrong_sign, forgotten };

/// y = x^3, element by element; its backward is right, or has one of three faults.
struct CubeNode : Node<double> {
  Fault fault;
  explicit CubeNode(Fault fault_) : Node<double>("cube"), fault(fault_) {}
  void backward() override {
    Tensor<double>& dx = *input_grad(0);
    for (Index i = 0; i < dx.size(); ++i) {
      const double x = input_value(0)[i], share = grad[i] * 3 * x * x;
      if (fault == Fault::none) dx[i] += share;
      if (fault == Fault::overwrites) dx[i] = share;
      if (fault == Fault::wrong_sign) dx[i] -= share;
    }
  }
};

Variable<double> cube(const Variable<double>& x, Fault fault) {
  auto node = make_node<CubeNode>(fault);
  node->value.resize(x.shape());
  for (Index i = 0; i < x.value().size(); ++i) node->value[i] = cube_of(x.value()[i]);
  return connect<double>(node, {x});
}

int main() {
  std::puts("The slope of x^3 at 2 is 3 * 2 * 2 = 12. By differences:");
  expect("to one side, h = 0.1 ", (cube_of(2.1) - cube_of(2.0)) / 0.1, 12.61);
  expect("to one side, h = 0.01", (cube_of(2.01) - cube_of(2.0)) / 0.01, 12.0601);
  expect("central,     h = 0.1 ", central_difference(2.0, 0.1), 12.01);
  expect("central,     h = 0.01", central_difference(2.0, 0.01), 12.0001);

  std::puts("\nThe error of the central difference, as a power of ten\n   h     double   float");
  for (const double h : {1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-8}) {
    std::printf("%.0e    %.0e   %.0e\n", h, typical_error<double>(h), typical_error<float>(h));
  }
  expect("in double, 1e-5 is better than 1e-2 and 1e-8", typical_error<double>(1e-5) < typical_error<double>(1e-2) &&
                                                             typical_error<double>(1e-5) < typical_error<double>(1e-8));

  std::puts("\nThe library's checker, on the loss of lesson 01");
  const std::vector<Variable<double>> inputs = {Variable<double>(Tensor<double>(Shape{2}, {0.5, -1}), true, "w"),
                                                Variable<double>(Tensor<double>(Shape{2}, {2, 3}), true, "x")};
  const GradientCheckResult loss = gradient_check(
      [](const std::vector<Variable<double>>& in) {
        const Variable<double> error = scale(sum(multiply(in[0], in[1])), 1.0, -1.0);
        return multiply(error, error);
      },
      inputs);
  std::puts(loss.message.c_str());
  expect("passed", loss.passed);

  std::puts("\nA fault that hides: = for +=");
  Variable<double> x(Tensor<double>(Shape{1}, 2.0), true, "x");
  backward(cube(x, Fault::overwrites));
  expect("x used once, 12 is right: gradient of x^3", x.grad()[0], 12);
  x.zero_grad();
  backward(add(cube(x, Fault::overwrites), cube(x, Fault::overwrites)));
  expect("x used twice, 24 is right: gradient of x^3 + x^3", x.grad()[0], 12);

  std::puts("\nWhat the checker says to x^3 at 2 and -1");
  const auto check = [](const char* name, Fault fault) {
    const Variable<double> at(Tensor<double>(Shape{2}, {2, -1}), true, "x");
    const GradientCheckResult result =
        gradient_check([fault](const std::vector<Variable<double>>& in) { return cube(in[0], fault); }, {at});
    std::printf("%s: %s\n", name, result.message.c_str());
    return result.passed;
  };
  expect("passed", check("right", Fault::none));
  expect("found", !check("= for +=", Fault::overwrites));
  expect("found", !check("wrong sign", Fault::wrong_sign));
  expect("found", !check("forgotten", Fault::forgotten));
}
