// The gradient of an input, to which every user of that input adds: an empty one counts as zeros.
#pragma once

#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/kernels/elementwise.hpp"

namespace tinyhtr {

/// Makes a gradient ready to be written. Returns whether something is in it, to which has to be added; an empty one
/// takes on the shape and holds anything, to be written in full.
///
/// Most values of a network are used once. Clearing their gradient, to add to it once, would cost two passes over
/// memory more than writing it.
/// Throws ShapeError, naming `where` and `name`, for a gradient of another shape.
template <class T>
bool holds_gradient(Tensor<T>& gradient, const char* where, const char* name, const Shape& shape) {
  if (gradient.empty()) {
    gradient.resize(shape);
    return false;
  }
  check_shape(where, name, gradient.shape(), shape);
  return true;
}

/// The same for kernels that only add: an empty gradient becomes zeros.
template <class T>
void start_gradient(Tensor<T>& gradient, const char* where, const char* name, const Shape& shape) {
  if (!holds_gradient(gradient, where, name, shape)) set_to_zeros(gradient, shape);
}

}  // namespace tinyhtr
