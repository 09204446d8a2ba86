// Tests of Variable, Node, no-grad mode.
#include "tinyhtr/autograd/variable.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <thread>

#include "tinyhtr/autograd/arithmetic.hpp"

using namespace tinyhtr;

TEST_CASE("a variable that refers to nothing says so") {
  Variable<float> nothing;
  CHECK_FALSE(static_cast<bool>(nothing));
  CHECK_THROWS_WITH_AS(nothing.value(), "this variable refers to nothing: it was never given a value", ArgumentError);
  CHECK_THROWS_AS(nothing.zero_grad(), ArgumentError);
  CHECK_THROWS_AS(nothing.item(), ArgumentError);
}

TEST_CASE("copies share value and gradient") {
  Variable<float> a(Tensor<float>(Shape{2}, 1.0F), true, "weight");
  Variable<float> b = a;
  b.value()[0] = 5;
  CHECK(a.value()[0] == 5);
  CHECK(a.grad().empty());
  b.zero_grad();
  CHECK(a.grad().shape() == Shape{2});
  CHECK(a.name() == "weight");
  CHECK(a.requires_grad());
  CHECK_FALSE(Variable<float>(Tensor<float>(Shape{2})).requires_grad());
}

TEST_CASE("item is the number of a tensor of one element") {
  CHECK(Variable<float>(Tensor<float>(Shape{1, 1}, 3.0F)).item() == 3);
  CHECK_THROWS_WITH_AS(Variable<float>(Tensor<float>(Shape{2, 1})).item(),
                       "item: the variable has shape (2,1), expected one element", ShapeError);
}

TEST_CASE("an operation records op, inputs, a larger id") {
  const Variable<float> a(Tensor<float>(Shape{2}, 1.0F), true), b(Tensor<float>(Shape{2}, 2.0F));
  const Variable<float> y = add(a, b);
  CHECK(std::string(y.node().op) == "add");
  CHECK(std::string(a.node().op) == "leaf");
  REQUIRE(y.node().inputs.size() == 2);
  CHECK(y.node().inputs[0] == a.shared_node());
  CHECK(y.node().inputs[1] == b.shared_node());
  CHECK(y.node().id > a.node().id);
  CHECK(y.node().id > b.node().id);
  CHECK(y.requires_grad());
}

TEST_CASE("without an input that requires a gradient nothing is recorded") {
  const Variable<float> a(Tensor<float>(Shape{2}, 1.0F));
  const Variable<float> y = add(a, a);
  CHECK_FALSE(y.requires_grad());
  CHECK(y.node().inputs.empty());
}

TEST_CASE("no-grad mode records nothing, may be nested, ends with its scope, holds for its thread alone") {
  const Variable<float> a(Tensor<float>(Shape{2}, 1.0F), true);
  CHECK(grad_enabled());
  {
    const NoGrad outer;
    CHECK_FALSE(grad_enabled());
    {
      const NoGrad inner;
      CHECK_FALSE(grad_enabled());
    }
    CHECK_FALSE(grad_enabled());
    const Variable<float> y = scale(a, 2.0F);
    CHECK(y.value()[0] == 2);
    CHECK_FALSE(y.requires_grad());
    CHECK(y.node().inputs.empty());
    bool enabled_elsewhere = false;
    std::thread([&] { enabled_elsewhere = grad_enabled(); }).join();
    CHECK(enabled_elsewhere);
  }
  CHECK(grad_enabled());
  CHECK(scale(a, 2.0F).requires_grad());
}

TEST_CASE("a graph is freed with its last handle; parts that are held elsewhere stay") {
  const Variable<float> a(Tensor<float>(Shape{2}, 1.0F), true);
  std::weak_ptr<Node<float>> first, second;
  Variable<float> kept;
  {
    const Variable<float> x = scale(a, 2.0F), y = scale(x, 3.0F), z = scale(y, 4.0F);
    first = x.shared_node();
    second = z.shared_node();
    kept = y;
  }
  CHECK(second.expired());
  CHECK_FALSE(first.expired());
  REQUIRE(kept.node().inputs.size() == 1);
  CHECK(kept.node().inputs[0]->inputs[0] == a.shared_node());
  kept = Variable<float>();
  CHECK(first.expired());
  CHECK(a.value()[0] == 1);
}
