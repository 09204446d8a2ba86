// The probability of every text by writing down all paths, for small sequences.
#pragma once

#include <cmath>
#include <cstddef>
#include <map>
#include <vector>

#include "tinyhtr/core/tensor.hpp"

namespace tinyhtr::test {

/// p(text) of every text that the K^T paths of sample 0 spell, at a temperature.
inline std::map<std::vector<int>, double> text_sums(const Tensor<double>& logits, int blank, double temperature = 1) {
  const Index steps = logits.dim(0), classes = logits.dim(2);
  std::vector<double> y(static_cast<std::size_t>(steps * classes));
  Index paths = 1;
  for (Index t = 0; t < steps; ++t) {
    paths *= classes;
    double sum = 0;
    for (Index k = 0; k < classes; ++k) sum += std::exp(logits(t, 0, k) / temperature);
    for (Index k = 0; k < classes; ++k) {
      y[static_cast<std::size_t>(t * classes + k)] = std::exp(logits(t, 0, k) / temperature) / sum;
    }
  }
  std::map<std::vector<int>, double> sums;
  for (Index number = 0; number < paths; ++number) {
    std::vector<int> text;
    double probability = 1;
    int previous = blank;
    for (Index t = 0, rest = number; t < steps; ++t, rest /= classes) {
      const auto k = static_cast<int>(rest % classes);
      probability *= y[static_cast<std::size_t>(t * classes + k)];
      if (k != blank && k != previous) text.push_back(k);
      previous = k;
    }
    sums[text] += probability;
  }
  return sums;
}

}  // namespace tinyhtr::test
