// Tests of reverse-mode differentiation over graphs of many forms.
#include "tinyhtr/autograd/backward.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "tinyhtr/autograd/arithmetic.hpp"

using namespace tinyhtr;

namespace {

Variable<double> number(double value) { return Variable<double>(Tensor<double>(Shape{1}, value), true); }

/// Counts how often backward() comes by.
struct CountingNode : Node<double> {
  int visits = 0;
  CountingNode() : Node<double>("counting") {}
  void backward() override {
    ++visits;
    accumulate(*input_grad(0), grad);
  }
};

}  // namespace

TEST_CASE("the chain rule by hand: d/dx of (2x + xy) x is 4x + 2xy, d/dy is x^2") {
  const Variable<double> x = number(3), y = number(5);
  backward(multiply(add(scale(x, 2.0), multiply(x, y)), x));
  CHECK(x.grad()[0] == 4 * 3 + 2 * 3 * 5);
  CHECK(y.grad()[0] == 9);
}

TEST_CASE("a diamond: every node is visited once, after all that use it") {
  const Variable<double> x = number(1);
  auto node = make_node<CountingNode>();
  node->value = x.value();
  const Variable<double> shared = connect<double>(node, {x});
  Variable<double> top = shared;
  for (int level = 0; level < 40; ++level) top = add(top, top);  // 2^40 paths
  top = add(top, shared);
  backward(top);
  CHECK(node->visits == 1);
  CHECK(x.grad()[0] == static_cast<double>((std::int64_t{1} << 40) + 1));
}

TEST_CASE("a node that is used early and late") {
  const Variable<double> x = number(2);
  const Variable<double> a = multiply(x, x), b = multiply(a, x), c = multiply(b, a);  // x^5
  backward(add(c, a));
  CHECK(x.grad()[0] == 5 * 16 + 2 * 2);
}

TEST_CASE("a chain of 300,000 nodes runs backward and is freed") {
  const Variable<double> x = number(1);
  std::weak_ptr<Node<double>> middle;
  {
    Variable<double> y = x;
    for (int i = 0; i < 300000; ++i) {
      y = scale(y, 1.0);
      if (i == 150000) middle = y.shared_node();
    }
    backward(y);
    CHECK(x.grad()[0] == 1);
    CHECK_FALSE(middle.expired());
  }
  CHECK(middle.expired());
  CHECK(x.shared_node().use_count() == 1);
}

TEST_CASE("leaves accumulate over calls until zero_grad") {
  Variable<double> x = number(3);
  const auto loss = [&] { return multiply(x, x); };
  backward(loss());
  CHECK(x.grad()[0] == 6);
  backward(loss());
  CHECK(x.grad()[0] == 12);
  x.zero_grad();
  backward(loss());
  CHECK(x.grad()[0] == 6);
}

TEST_CASE("the same graph backward twice: nodes in between start from zero again") {
  const Variable<double> x = number(3);
  const Variable<double> square = multiply(x, x), loss = scale(square, 2.0);
  backward(loss);
  CHECK(square.grad()[0] == 2);
  backward(loss);
  CHECK(square.grad()[0] == 2);
  CHECK(loss.grad()[0] == 1);
  CHECK(x.grad()[0] == 24);
}

TEST_CASE("a seed weights the outputs") {
  const Variable<double> x(Tensor<double>(Shape{3}, {1, 2, 3}), true);
  backward(multiply(x, x), Tensor<double>(Shape{3}, {1, 10, -1}));
  CHECK(x.grad()[0] == 2);
  CHECK(x.grad()[1] == 40);
  CHECK(x.grad()[2] == -6);
}

TEST_CASE("a leaf as root, inputs without a gradient") {
  Variable<double> x = number(3);
  backward(x);
  CHECK(x.grad()[0] == 1);
  const Variable<double> constant(Tensor<double>(Shape{1}, 5.0));
  x.zero_grad();
  backward(multiply(x, constant));
  CHECK(x.grad()[0] == 5);
  CHECK(constant.grad().empty());
}

TEST_CASE("the order puts results before their inputs, leaves that need none out") {
  const Variable<double> x = number(1), constant(Tensor<double>(Shape{1}, 5.0));
  const Variable<double> a = multiply(x, constant), b = add(a, x), c = multiply(b, a);
  const auto order = reverse_topological_order(c);
  const std::vector<Node<double>*> expected{&c.node(), &b.node(), &a.node(), &x.node()};
  CHECK(order == expected);
}

TEST_CASE("what cannot be differentiated is an error that says why") {
  const Variable<double> x(Tensor<double>(Shape{2}, 1.0), true), constant(Tensor<double>(Shape{1}, 1.0));
  CHECK_THROWS_WITH_AS(backward(x),
                       "backward: the loss has shape (2), expected one element; give a seed of that shape to "
                       "differentiate a weighted sum",
                       ShapeError);
  CHECK_THROWS_WITH_AS(backward(x, Tensor<double>(Shape{3})), "backward: seed has shape (3), expected (2)", ShapeError);
  CHECK_THROWS_AS(backward(constant), ArgumentError);
  CHECK_THROWS_AS(backward(Variable<double>()), ArgumentError);
  Variable<double> unrecorded;
  {
    const NoGrad no_grad;
    unrecorded = sum(x);
  }
  CHECK_THROWS_WITH_AS(backward(unrecorded),
                       "backward: no graph leads to this variable; was it computed in no-grad mode, or from inputs "
                       "that do not require a gradient?",
                       ArgumentError);
}
