// gradient_check: holds backward() against differences of the forward pass.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "tinyhtr/autograd/backward.hpp"
#include "tinyhtr/autograd/variable.hpp"
#include "tinyhtr/core/random.hpp"

namespace tinyhtr {

struct GradientCheckOptions {
  double step = 1e-5;          ///< h of the central difference
  double tolerance = 1e-6;     ///< largest error accepted, relative to the largest gradient of the same input
  Index most_per_input = 200;  ///< elements tried per input, spread evenly over it
  bool allow_zero = false;     ///< whether an input whose true gradient is zero everywhere may pass
  std::uint64_t seed = 1;      ///< of the weights that turn the output into a number
};

struct GradientCheckResult {
  bool passed = true;
  double worst_error = 0;  ///< relative to the largest gradient of the same input
  Index elements = 0;      ///< how many were compared
  std::string message;     ///< what went wrong, or a summary
  explicit operator bool() const { return passed; }
};

/// Compares analytic with numeric gradients, for any function built of operations.
///
///     numeric_i = (g(x + h e_i) - g(x - h e_i)) / 2h,   g(x) = sum(w * f(x)),   w random in [0.5, 1.5), signs mixed
///     error     = max_i |analytic_i - numeric_i| / max_i |numeric_i|,           for each input by itself
///
/// f takes the inputs and returns a Variable of any shape; it has to be deterministic. inputs: leaves in double that
/// require a gradient; keep them away from kinks. Every gradient starts from a poison value instead of zero, so a
/// backward() that writes `=` for `+=` is caught; a gradient that is zero everywhere fails unless allowed, for
/// comparing zero with zero proves nothing. Costs two forward passes per element.
template <class Function>
GradientCheckResult gradient_check(const Function& f, std::vector<Variable<double>> inputs,
                                   const GradientCheckOptions& options = {}) {
  constexpr double poison = 3.25;
  GradientCheckResult result;
  const auto fail = [&result](const std::string& why) {
    result.passed = false;
    if (result.message.empty()) result.message = why;
  };

  const Variable<double> output = f(inputs);
  Tensor<double> weights(output.shape());
  Random random(options.seed);
  for (double& weight : weights) weight = random.uniform(0.5, 1.5) * (random.chance(0.5) ? 1 : -1);
  for (Variable<double>& input : inputs) {
    input.grad().resize(input.shape());
    input.grad().fill(poison);
  }
  backward(output, weights);

  const auto weighted_sum = [&] {
    const NoGrad no_grad;
    const Variable<double> y = f(inputs);
    double sum = 0;
    for (Index i = 0; i < weights.size(); ++i) sum += weights[i] * y.value()[i];
    return sum;
  };
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    Variable<double>& input = inputs[k];
    const std::string label = input.name().empty() ? "input " + std::to_string(k) : input.name();
    const Index stride = std::max<Index>(1, input.value().size() / options.most_per_input);
    double largest = 0, difference = 0, worst_analytic = 0, worst_numeric = 0;
    Index worst_position = 0;
    for (Index i = 0; i < input.value().size(); i += stride) {
      const double before = input.value()[i];
      input.value()[i] = before + options.step;
      const double above = weighted_sum();
      input.value()[i] = before - options.step;
      const double below = weighted_sum();
      input.value()[i] = before;
      const double numeric = (above - below) / (2 * options.step);
      const double analytic = input.grad()[i] - poison;
      ++result.elements;
      largest = std::max(largest, std::abs(numeric));
      double apart = std::abs(analytic - numeric);
      if (std::isnan(apart)) apart = std::numeric_limits<double>::infinity();  // else the next element would hide it
      if (apart > difference) {
        difference = apart;
        worst_position = i;
        worst_analytic = analytic;
        worst_numeric = numeric;
      }
    }
    const std::string place = label + " " + input.shape().to_string() + " at position " +
                              std::to_string(worst_position) + ": analytic " + std::to_string(worst_analytic) +
                              ", numeric " + std::to_string(worst_numeric);
    const bool zero = largest < 1e-9;
    if (zero && !options.allow_zero) fail("the gradient is zero everywhere, which proves nothing: " + label);
    const double error = zero || std::isinf(difference) ? difference : difference / largest;
    if (error > options.tolerance) fail("gradients differ by " + std::to_string(error) + " of the largest: " + place);
    result.worst_error = std::max(result.worst_error, error);
  }
  if (result.elements == 0) fail("there was nothing to compare");
  if (result.passed) {
    result.message = std::to_string(result.elements) + " gradients agree within " + std::to_string(result.worst_error);
  }
  return result;
}

}  // namespace tinyhtr
