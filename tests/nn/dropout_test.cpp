// Tests of the dropout layer and of the random numbers that Mode hands out.
#include "tinyhtr/nn/dropout.hpp"

#include <doctest/doctest.h>

#include "../support/compare.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

TEST_CASE("reading passes everything through, the very same node") {
  const Dropout<float> layer{0.5F};
  const Variable<float> x(Tensor<float>(Shape{100}, 1.0F), true);
  Mode mode = Mode::inference();
  CHECK(layer.forward(x, mode).shared_node() == x.shared_node());
}

TEST_CASE("layers, steps, seeds have masks of their own; the same step has the same ones again") {
  const Dropout<float> layer{0.5F};
  const Variable<float> x(Tensor<float>(Shape{100}, 1.0F));
  const auto masks = [&](std::uint64_t seed, std::uint32_t step) {
    Mode mode = Mode::training(seed, step);
    const auto first = layer.forward(x, mode).value();
    return std::pair{first, layer.forward(x, mode).value()};
  };
  const auto [first, second] = masks(1, 1);
  CHECK_FALSE(same_bits(first, second));
  CHECK(same_bits(masks(1, 1).first, first));
  CHECK(same_bits(masks(1, 1).second, second));
  CHECK_FALSE(same_bits(masks(1, 2).first, first));
  CHECK_FALSE(same_bits(masks(2, 1).first, first));
}
