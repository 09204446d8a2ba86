// Gradient clipping by the norm of all gradients together.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "tinyhtr/autograd/variable.hpp"
#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/kernels/interleaved_sum.hpp"

namespace tinyhtr {

/// Scales all gradients so that their common norm is at most `largest`; returns the norm before. Where that is not
/// finite, no scale would help, and the gradients stay as they are.
///
///     norm = sqrt(sum over all g of g^2),   g *= largest / norm where norm > largest
///
/// Source: Pascanu, Mikolov, Bengio, "On the difficulty of training recurrent neural networks", 2013.
template <class T>
double clip_gradient_norm(std::vector<Variable<T>>& parameters, double largest) {
  std::vector<double> squares(parameters.size());  // of each parameter, added up in their order
  parallel_for(static_cast<Index>(parameters.size()), [&](Index k) {
    const Tensor<T>& gradient = parameters[static_cast<std::size_t>(k)].grad();
    squares[static_cast<std::size_t>(k)] = detail::interleaved_sum(gradient.size(), [g = gradient.data()](Index i) {
      return static_cast<double>(g[i]) * static_cast<double>(g[i]);
    });
  });
  double total = 0;
  for (const double square : squares) total += square;
  const double norm = std::sqrt(total);
  if (norm > largest && std::isfinite(norm)) {
    const T factor = static_cast<T>(largest / norm);
    for (Variable<T>& parameter : parameters) {
      for (T& g : parameter.grad()) g *= factor;
    }
  }
  return norm;
}

}  // namespace tinyhtr
