// The rate of a large matrix product on this machine: the mark that other rates are held against.
#pragma once

#include <algorithm>
#include <chrono>

#include "support/numbers.hpp"
#include "tinyhtr/blas/gemm.hpp"

namespace tinyhtr::bench {

/// Floating-point operations per second of gemm<T> on 768 x 768 matrices, on one thread: the best of twenty products,
/// as a limit should be. Measured at the first call, so anew in every run of a program.
template <class T>
double gemm_rate() {
  static const double rate = [] {
    constexpr Index size = 768;
    const Tensor<T> a = random_tensor<T>({size, size}, 1), b = random_tensor<T>({size, size}, 2);
    Tensor<T> c(Shape{size, size});
    double best = 0;
    for (int run = 0; run < 20; ++run) {
      const auto begin = std::chrono::steady_clock::now();
      gemm<T>({c.data(), size, size}, Op::none, {a.data(), size, size}, Op::none, {b.data(), size, size});
      const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
      best = std::max(best, 2.0 * size * size * size / seconds.count());
    }
    return best;
  }();
  return rate;
}

}  // namespace tinyhtr::bench
