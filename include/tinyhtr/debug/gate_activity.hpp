// What the gates of an LSTM do while it reads a word.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <string>
#include <vector>

#include "tinyhtr/autograd/variable.hpp"
#include "tinyhtr/core/error.hpp"
#include "tinyhtr/debug/step_maps.hpp"
#include "tinyhtr/image/image.hpp"
#include "tinyhtr/nn/lstm.hpp"

namespace tinyhtr {

/// One direction of an LSTM on one sample: a row for each of its H units, a column for each of T steps.
struct GateActivity {
  Direction direction = Direction::forward;
  Tensor<double> input, forget, output;  ///< (H,T) after the sigmoid: 0 closed, 1 open
  Tensor<double> candidate;              ///< (H,T) g, after tanh: what would be written
  Tensor<double> cell;                   ///< (H,T) c, what is remembered; no bounds
};

/// The gates and cells that an LSTM's node keeps for its backward pass, of sample n.
///
///     c_t = f c_{t-1} + i g,   h_t = o tanh(c_t);   for Direction::reverse t - 1 is the step to the right
///
/// lstm: the node of a recorded pass, layer_output(logits, "lstm"). One entry for each direction, in their order.
/// Throws ArgumentError for the node of another operation, and where there is no sample n.
template <class T>
std::vector<GateActivity> gate_activity(const Node<T>& lstm, Index n) {
  const auto* node = dynamic_cast<const LstmNode<T>*>(&lstm);
  if (node == nullptr) {
    throw ArgumentError(std::string("gate_activity: expected the node of an LSTM, found that of ") + lstm.op);
  }
  std::vector<GateActivity> directions;
  for (std::size_t d = 0; d < node->directions.size(); ++d) {
    const LstmCache<T>& cache = node->caches[d];
    const Index steps = cache.cell.dim(0), batch = cache.cell.dim(1), hidden = cache.cell.dim(2);
    if (n < 0 || n >= batch) {
      throw ArgumentError("gate_activity: expected a sample from 0 to " + std::to_string(batch - 1) + ", found " +
                          std::to_string(n));
    }
    GateActivity activity;
    activity.direction = node->directions[d];
    const auto gate = [&](Index number) {  // their order in the rows of the weights: i, f, g, o
      Tensor<double> rows(Shape{hidden, steps});
      for (Index j = 0; j < hidden; ++j) {
        for (Index t = 0; t < steps; ++t) rows(j, t) = static_cast<double>(cache.gates(t, n, number * hidden + j));
      }
      return rows;
    };
    activity.input = gate(0);
    activity.forget = gate(1);
    activity.candidate = gate(2);
    activity.output = gate(3);
    activity.cell = rows_over_time(cache.cell, n);
    directions.push_back(std::move(activity));
  }
  return directions;
}

namespace detail {

/// The units in the order of the step at which each remembers most: neighbours in it work at the same time.
inline std::vector<Index> units_by_time(const Tensor<double>& cell) {
  std::vector<Index> peaks(static_cast<std::size_t>(cell.dim(0)), 0), order(peaks.size());
  for (Index j = 0; j < cell.dim(0); ++j) {
    Index& peak = peaks[static_cast<std::size_t>(j)];
    for (Index t = 1; t < cell.dim(1); ++t) peak = std::abs(cell(j, t)) > std::abs(cell(j, peak)) ? t : peak;
  }
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) {
    return peaks[static_cast<std::size_t>(a)] < peaks[static_cast<std::size_t>(b)];
  });
  return order;
}

inline Tensor<double> rows_in_order(const Tensor<double>& rows, const std::vector<Index>& order) {
  Tensor<double> sorted(rows.shape());
  for (std::size_t r = 0; r < order.size(); ++r) {
    for (Index t = 0; t < rows.dim(1); ++t) sorted(static_cast<Index>(r), t) = rows(order[r], t);
  }
  return sorted;
}

/// Each row divided by the largest size in it; a row of zeros stays.
inline Tensor<double> shares_of_rows(Tensor<double> rows) {
  for (Index r = 0; r < rows.dim(0); ++r) {
    double largest = 0;
    for (Index t = 0; t < rows.dim(1); ++t) largest = std::max(largest, std::abs(rows(r, t)));
    for (Index t = 0; t < rows.dim(1) && largest > 0; ++t) rows(r, t) /= largest;
  }
  return rows;
}

}  // namespace detail

/// Draws one direction: i, f, g, o and c as heat maps under the image, c of each unit as a share of its own largest
/// size, for units differ in it by a factor of ten and more. In all five the units stand in one order, by the step at
/// which that is, so that what happens at the same time makes one slanted band. input: what the network was given;
/// sweeps: see step_maps, which says what is thrown.
inline Image gate_picture(const Image& input, const GateActivity& activity, Index sweeps = 1) {
  const std::vector<Index> order = detail::units_by_time(activity.cell);
  const auto sorted = [&](const Tensor<double>& rows) { return detail::rows_in_order(rows, order); };
  return step_maps(input,
                   {{"input gate i", sorted(activity.input), 0, 1},
                    {"forget gate f", sorted(activity.forget), 0, 1},
                    {"candidate g", sorted(activity.candidate), -1, 1},
                    {"output gate o", sorted(activity.output), 0, 1},
                    {"cell c, share of the unit's largest", detail::shares_of_rows(sorted(activity.cell)), -1, 1}},
                   sweeps);
}

}  // namespace tinyhtr
