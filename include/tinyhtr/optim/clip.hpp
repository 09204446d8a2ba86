// Gradient clipping by the norm of all gradients together.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "tinyhtr/autograd/variable.hpp"
#include "tinyhtr/core/parallel.hpp"

namespace tinyhtr {

namespace detail {

/// In double, in eight interleaved sums: one sum would have every addition wait for the one before it.
template <class T>
double sum_of_squares(const T* values, Index count) {
  constexpr Index lanes = 8;
  double sums[lanes] = {};
  const auto square = [values](Index k) { return static_cast<double>(values[k]) * static_cast<double>(values[k]); };
  Index k = 0;
  for (; k + lanes <= count; k += lanes) {
    for (Index lane = 0; lane < lanes; ++lane) sums[lane] += square(k + lane);
  }
  for (Index lane = 0; k + lane < count; ++lane) sums[lane] += square(k + lane);
  double total = 0;
  for (const double sum : sums) total += sum;
  return total;
}

}  // namespace detail

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
    squares[static_cast<std::size_t>(k)] = detail::sum_of_squares(gradient.data(), gradient.size());
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
