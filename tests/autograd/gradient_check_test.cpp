// Tests of the gradient check: it has to fail on planted faults.
#include "tinyhtr/autograd/gradient_check.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "../support/counted.hpp"
#include "tinyhtr/autograd/arithmetic.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

namespace {

enum class Fault {
  none,
  wrong_sign,
  overwrites,
  all_zero,
  one_element_missing,
  one_element_wrong,
  one_nan,
  all_nan,
  infinite,
  slightly_off,
};

/// y = x^2 with a fault in its gradient.
struct FaultySquareNode : Node<double> {
  Fault fault;
  explicit FaultySquareNode(Fault fault_) : Node<double>("faulty_square"), fault(fault_) {}
  void backward() override {
    Tensor<double>& dx = *input_grad(0);
    const Index middle = dx.size() / 2;
    for (Index i = 0; i < dx.size(); ++i) {
      const double right = 2 * input_value(0)[i] * grad[i];
      const bool here = i == middle;
      switch (fault) {
        case Fault::none:
          dx[i] += right;
          break;
        case Fault::wrong_sign:
          dx[i] -= right;
          break;
        case Fault::overwrites:
          dx[i] = right;
          break;
        case Fault::all_zero:
          break;
        case Fault::one_element_missing:
          dx[i] += here ? 0 : right;
          break;
        case Fault::one_element_wrong:
          dx[i] += here ? right * 1.01 : right;
          break;
        case Fault::one_nan:
          dx[i] += here ? std::numeric_limits<double>::quiet_NaN() : right;
          break;
        case Fault::all_nan:
          dx[i] += std::numeric_limits<double>::quiet_NaN();
          break;
        case Fault::infinite:
          dx[i] += here ? std::numeric_limits<double>::infinity() : right;
          break;
        case Fault::slightly_off:
          dx[i] += right * (1 + 3e-6);
          break;
      }
    }
  }
};

Variable<double> faulty_square(const Variable<double>& x, Fault fault) {
  auto node = make_node<FaultySquareNode>(fault);
  node->value = multiply(x, x).value();
  return connect<double>(node, {x});
}

GradientCheckResult check_square(Fault fault) {
  const Variable<double> x(counted_tensor<double>({3, 5}, 1, 0.5, 1.0), true, "x");
  return gradient_check([=](const std::vector<Variable<double>>& in) { return faulty_square(in[0], fault); }, {x});
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a right gradient passes, every element is compared") {
  const GradientCheckResult result = check_square(Fault::none);
  CHECK_MESSAGE(result.passed, result.message);
  CHECK(result.elements == 15);
  CHECK(result.worst_error < 1e-8);
}

TEST_CASE("every planted fault is found") {
  for (const Fault fault :
       {Fault::wrong_sign, Fault::overwrites, Fault::all_zero, Fault::one_element_missing, Fault::one_element_wrong,
        Fault::one_nan, Fault::all_nan, Fault::infinite, Fault::slightly_off}) {
    CAPTURE(static_cast<int>(fault));
    const GradientCheckResult result = check_square(fault);
    CHECK_FALSE(result.passed);
    CHECK_FALSE(static_cast<bool>(result));
    CHECK_FALSE(result.message.empty());
    CHECK_FALSE(result.worst_error <= 1e-6);  // a NaN is not small
  }
}

TEST_CASE("the message names input, shape, place, and what was expected there") {
  const std::string message = check_square(Fault::one_element_missing).message;
  CHECK(contains(message, "x (3,5) at position 7"));
  CHECK(contains(message, "analytic 0.0"));
  CHECK(contains(check_square(Fault::one_nan).message, "at position 7: analytic nan"));
}

TEST_CASE("a function that does not depend on its input proves nothing") {
  const Variable<double> x(counted_tensor<double>({4}, 1), true);
  const auto constant = [](const std::vector<Variable<double>>& in) { return scale(in[0], 0.0); };
  const GradientCheckResult result = gradient_check(constant, {x});
  CHECK_FALSE(result.passed);
  CHECK(contains(result.message, "zero everywhere, which proves nothing: input 0"));
  GradientCheckOptions options;
  options.allow_zero = true;
  CHECK(gradient_check(constant, {x}, options).passed);
}

TEST_CASE("an allowed zero still has to be found zero") {
  struct StrayNode : Node<double> {
    StrayNode() : Node<double>("stray") {}
    void backward() override { (*input_grad(0))[1] += 0.001; }
  };
  const Variable<double> x(counted_tensor<double>({4}, 1), true);
  GradientCheckOptions options;
  options.allow_zero = true;
  const auto stray = [](const std::vector<Variable<double>>& in) {
    auto node = make_node<StrayNode>();
    node->value = Tensor<double>(in[0].shape(), 3.0);
    return connect<double>(node, {in[0]});
  };
  CHECK_FALSE(gradient_check(stray, {x}, options).passed);
}

TEST_CASE("a NaN in the function's own value is found") {
  const Variable<double> x(Tensor<double>(Shape{3}, {1, std::numeric_limits<double>::quiet_NaN(), 2}), true);
  CHECK_FALSE(
      gradient_check([](const std::vector<Variable<double>>& in) { return multiply(in[0], in[0]); }, {x}).passed);
}

TEST_CASE("each of several inputs is checked by itself") {
  const Variable<double> x(counted_tensor<double>({6}, 1, 0.5, 1.0), true),
      y(counted_tensor<double>({6}, 2, 0.5, 1.0), true);
  const auto second_is_faulty = [](const std::vector<Variable<double>>& in) {
    return add(scale(in[0], 1e6), faulty_square(in[1], Fault::wrong_sign));
  };
  const GradientCheckResult result = gradient_check(second_is_faulty, {x, y});
  CHECK_FALSE(result.passed);
  CHECK(contains(result.message, "input 1"));
}

TEST_CASE("of a large input, a spread of elements is compared") {
  const Variable<double> x(counted_tensor<double>({1000}, 1, 0.5, 1.0), true);
  const auto square = [](const std::vector<Variable<double>>& in) { return multiply(in[0], in[0]); };
  const GradientCheckResult result = gradient_check(square, {x});
  CHECK(result.passed);
  CHECK(result.elements == 200);
}

TEST_CASE("without inputs there is nothing to compare") {
  const Variable<double> x(Tensor<double>(Shape{2}, 1.0), true);
  CHECK_FALSE(gradient_check([&](const std::vector<Variable<double>>&) { return scale(x, 2.0); }, {}).passed);
}
