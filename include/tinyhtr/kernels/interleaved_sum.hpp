// A long sum in double.
#pragma once

#include "tinyhtr/core/shape.hpp"

namespace tinyhtr {

namespace detail {

/// Adds up term(0) .. term(count - 1) in double, in eight interleaved sums: one sum would have every addition wait for
/// the one before it.
template <class Term>
double interleaved_sum(Index count, const Term& term) {
  constexpr Index lanes = 8;
  double sums[lanes] = {};
  Index k = 0;
  for (; k + lanes <= count; k += lanes) {
    for (Index lane = 0; lane < lanes; ++lane) sums[lane] += term(k + lane);
  }
  for (; k < count; ++k) sums[0] += term(k);
  double total = 0;
  for (const double sum : sums) total += sum;
  return total;
}

}  // namespace detail

}  // namespace tinyhtr
