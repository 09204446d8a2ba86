// Gradient clipping by the norm of all gradients together.
#pragma once

#include <cmath>
#include <vector>

#include "tinyhtr/autograd/variable.hpp"

namespace tinyhtr {

/// Scales all gradients so that their common norm is at most `largest`; returns the norm before. Where that is not
/// finite, no scale would help, and the gradients stay as they are.
///
///     norm = sqrt(sum over all g of g^2),   g *= largest / norm where norm > largest
///
/// Source: Pascanu, Mikolov, Bengio, "On the difficulty of training recurrent neural networks", 2013.
template <class T>
double clip_gradient_norm(std::vector<Variable<T>>& parameters, double largest) {
  double squares = 0;
  for (const Variable<T>& parameter : parameters) {
    for (const T g : parameter.grad()) squares += static_cast<double>(g) * static_cast<double>(g);
  }
  const double norm = std::sqrt(squares);
  if (norm > largest && std::isfinite(norm)) {
    const T factor = static_cast<T>(largest / norm);
    for (Variable<T>& parameter : parameters) {
      for (T& g : parameter.grad()) g *= factor;
    }
  }
  return norm;
}

}  // namespace tinyhtr
