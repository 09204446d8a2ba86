// check_gradient: what the tests of differentiable functions share.
#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

#include "support/counted.hpp"
#include "tinyhtr/autograd/gradient_check.hpp"

namespace tinyhtr::test {

using Inputs = std::vector<Variable<double>>;

/// A variable of counted numbers that asks for its gradient.
inline Variable<double> leaf(const Shape& shape, std::uint64_t stream) {
  return Variable<double>(counted_tensor<double>(shape, stream), true);
}

/// Fails unless gradient_check(f, inputs) passes.
template <class Function>
void check_gradient(const Function& f, const Inputs& inputs) {
  const GradientCheckResult result = gradient_check(f, inputs);
  CHECK_MESSAGE(result.passed, result.message);
}

}  // namespace tinyhtr::test
