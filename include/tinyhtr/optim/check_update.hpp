// Check mode's look at the parameters after an update.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tinyhtr/autograd/check_node.hpp"
#include "tinyhtr/autograd/variable.hpp"
#include "tinyhtr/core/check_mode.hpp"
#include "tinyhtr/core/error.hpp"

namespace tinyhtr {

/// In check mode, throws NumericError for the first parameter that a step of an optimiser left with a NaN or an
/// infinity, naming it and the place; else does nothing.
template <class T>
void check_update(std::string_view optimiser, const std::vector<Variable<T>>& parameters) {
  if (!check_mode()) return;
  for (const Variable<T>& parameter : parameters) {
    const std::optional<Index> place = first_not_finite(parameter.value());
    if (!place) continue;
    const std::string name = parameter.name().empty() ? "a parameter without a name" : parameter.name();
    throw NumericError(std::string(optimiser) + ": its step left " + name + " with " +
                       not_finite_text(parameter.value(), *place) + detail::whose_and_when(-1) +
                       "; a lower learning rate, or clipped gradients, may help");
  }
}

}  // namespace tinyhtr
