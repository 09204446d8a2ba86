// The dropout layer.
#pragma once

#include "tinyhtr/autograd/activations.hpp"
#include "tinyhtr/nn/mode.hpp"

namespace tinyhtr {

/// Drops elements with `probability` in training, scaling up the others; passes everything through when reading.
template <class T>
struct Dropout {
  T probability;

  Variable<T> forward(const Variable<T>& x, Mode& mode) const {
    if (!mode.is_training()) return x;
    return dropout(x, probability, mode.next_random());
  }
};

}  // namespace tinyhtr
