// Gradients to take a step with.
#pragma once

#include <vector>

#include "support/numbers.hpp"
#include "tinyhtr/autograd/variable.hpp"

namespace tinyhtr::bench {

/// Gives every parameter a random gradient; returns how many numbers they have together.
template <class T>
double fill_gradients(std::vector<Variable<T>>& parameters) {
  double count = 0;
  for (Variable<T>& parameter : parameters) {
    parameter.grad() = random_tensor<T>(parameter.shape(), 2);
    count += static_cast<double>(parameter.value().size());
  }
  return count;
}

}  // namespace tinyhtr::bench
