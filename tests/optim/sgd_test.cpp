// Tests of stochastic gradient descent: PyTorch's path over ten steps.
#include "tinyhtr/optim/sgd.hpp"

#include <doctest/doctest.h>

#include <string>

#include "../support/compare.hpp"
#include "../support/counted.hpp"
#include "../support/npy.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

TEST_CASE_TEMPLATE("ten steps agree with PyTorch, with and without momentum", T, float, double) {
  for (const auto& row : {std::pair{"sgd_plain", 0.0}, std::pair{"sgd_momentum", 0.9}}) {
    const std::string name = row.first;
    const double momentum = row.second;
    CAPTURE(name);
    Variable<T> parameter(counted_tensor<T>({9}, 51), true, "p");
    Sgd<T> sgd({parameter}, {.learning_rate = 0.05, .momentum = momentum});
    Tensor<T> path(Shape{10, 9});
    for (Index t = 0; t < 10; ++t) {
      parameter.grad() = counted_tensor<T>({9}, 52 + static_cast<std::uint64_t>(t));
      sgd.step();
      for (Index i = 0; i < 9; ++i) path(t, i) = parameter.value()[i];
    }
    CHECK(relative_error(path, load_npy<double>("references/torch/" + name + ".npy")) < reference_tolerance<T>);
  }
}

TEST_CASE("zero_grad clears every parameter") {
  Variable<float> a(Tensor<float>(Shape{2}), true), b(Tensor<float>(Shape{3}), true);
  Sgd<float> sgd({a, b});
  b.grad().fill(3);
  sgd.zero_grad();
  CHECK(a.grad().shape() == Shape{2});
  for (const float g : b.grad()) CHECK(g == 0);
}

TEST_CASE("a gradient of another shape is an error that names the parameter") {
  Variable<float> parameter(Tensor<float>(Shape{2}), true, "blocks.0.weight");
  Sgd<float> sgd({parameter});
  parameter.grad() = Tensor<float>(Shape{1});
  CHECK_THROWS_WITH_AS(sgd.step(), "Sgd: blocks.0.weight.grad has shape (1), expected (2)", ShapeError);
}
