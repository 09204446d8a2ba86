// Batch norm as part of the convolution before it.
#pragma once

#include <algorithm>
#include <cmath>

#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/nn/batch_norm.hpp"

namespace tinyhtr {

/// Changes a convolution so that it computes what it computed together with the batch norm behind it, which when
/// reading is y = a x + b for every channel, with constants:
///
///     a = gamma / sqrt(running_var + epsilon),   weight' = a weight,   bias' = a (bias - running_mean) + beta
///
/// weight (F,C,KH,KW), bias (F): the convolution's.
template <class T>
void fold_batch_norm(Tensor<T>& weight, Tensor<T>& bias, const BatchNorm2d<T>& norm) {
  const Index weights_per_filter = weight.size() / std::max<Index>(1, weight.dim(0));
  for (Index f = 0; f < weight.dim(0); ++f) {
    const double deviation = std::sqrt(static_cast<double>(norm.running_var[f]) + static_cast<double>(norm.epsilon));
    const double a = static_cast<double>(norm.weight.value()[f]) / deviation;
    for (Index k = f * weights_per_filter; k < (f + 1) * weights_per_filter; ++k) {
      weight[k] = static_cast<T>(a * static_cast<double>(weight[k]));
    }
    bias[f] = static_cast<T>(a * static_cast<double>(bias[f] - norm.running_mean[f]) +
                             static_cast<double>(norm.bias.value()[f]));
  }
}

}  // namespace tinyhtr
