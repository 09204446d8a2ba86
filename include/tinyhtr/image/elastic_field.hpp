// Smooth random displacements: elastic distortion, and a grid of control points that are moved.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/random.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/image/warp.hpp"

namespace tinyhtr {

namespace detail {

/// The weights of four control points for a place at `t` of the way from the second to the third.
using CubicWeights = std::array<float, 4>;

/// The uniform cubic B-spline: smooths, does not pass through the points.
inline CubicWeights b_spline(float t) {
  const float s = 1 - t;
  return {s * s * s / 6, (3 * t * t * t - 6 * t * t + 4) / 6, (3 * s * s * s - 6 * s * s + 4) / 6, t * t * t / 6};
}

/// The spline of Catmull and Rom (1974): passes through the points.
inline CubicWeights catmull_rom(float t) {
  return {((2 - t) * t - 1) * t / 2, ((3 * t - 5) * t * t + 2) / 2, ((4 - 3 * t) * t + 1) * t / 2, (t - 1) * t * t / 2};
}

/// Draws `deviation` x N(0,1), cut at two deviations, for every control point, and adds the spline through them to the
/// displacements. Control points are `spacing` pixels apart, the grid begins at a random part of the spacing.
/// First every row of control points is drawn out to the full width, then four such rows are mixed for each row.
inline void add_spline(const char* where, VectorField& field, double spacing, double deviation, Random& random,
                       CubicWeights (*weights)(float)) {
  if (!(spacing >= 1 && spacing <= 1e6)) {
    throw ArgumentError(std::string(where) + ": expected a spacing of 1 to 1e6 pixels, found " +
                        std::to_string(spacing));
  }
  if (!(deviation >= 0 && deviation <= 1e6)) {
    throw ArgumentError(std::string(where) + ": expected a deviation of 0 to 1e6 pixels, found " +
                        std::to_string(deviation));
  }
  const auto start_y = static_cast<float>(random.uniform()), start_x = static_cast<float>(random.uniform());
  const auto step = static_cast<float>(1 / spacing);
  const auto points = [&](Index extent) { return static_cast<Index>(static_cast<double>(extent) / spacing) + 5; };
  const Index rows = points(field.height), columns = points(field.width), width = field.width;

  std::vector<CubicWeights> across(static_cast<std::size_t>(width));
  std::vector<int> first(across.size());
  for (Index x = 0; x < width; ++x) {
    const float place = start_x + (static_cast<float>(x) + 0.5f) * step;
    const auto i = static_cast<std::size_t>(x);
    first[i] = static_cast<int>(place);
    across[i] = weights(place - static_cast<float>(first[i]));
  }
  std::vector<float> controls(static_cast<std::size_t>(columns)), wide(static_cast<std::size_t>(rows * width));
  for (std::vector<float>* const plane : {&field.y, &field.x}) {
    for (Index row = 0; row < rows; ++row) {
      for (float& control : controls) {
        control = static_cast<float>(std::clamp(random.normal(), -2.0, 2.0) * deviation);
      }
      float* const to = wide.data() + row * width;
      for (Index x = 0; x < width; ++x) {
        const CubicWeights& w = across[static_cast<std::size_t>(x)];
        const float* const c = controls.data() + first[static_cast<std::size_t>(x)];
        to[x] = w[0] * c[0] + w[1] * c[1] + w[2] * c[2] + w[3] * c[3];
      }
    }
    for (Index y = 0; y < field.height; ++y) {
      const float place = start_y + (static_cast<float>(y) + 0.5f) * step;
      const auto row = static_cast<Index>(place);
      const CubicWeights w = weights(place - static_cast<float>(row));
      const float* const from = wide.data() + row * width;
      float* const to = plane->data() + y * width;
      for (Index x = 0; x < width; ++x) {
        to[x] += w[0] * from[x] + w[1] * from[x + width] + w[2] * from[x + 2 * width] + w[3] * from[x + 3 * width];
      }
    }
  }
}

}  // namespace detail

/// Adds an elastic distortion: random displacements, smoothed over about `spacing` pixels.
///
/// A cubic B-spline over random control points, which is noise smoothed by a window close to a Gaussian of 0.58
/// spacing, without a pass over full planes. `deviation` is the standard deviation of the displacement in each
/// direction, in pixels. Throws ArgumentError for a spacing below 1 or a negative deviation.
/// Source: Simard, Steinkraus, Platt, "Best practices for convolutional neural networks", ICDAR 2003, section 2.
inline void add_elastic(VectorField& field, double spacing, double deviation, Random& random) {
  // Root mean square of the weights of 4 x 4 points, 151 / 315, times the deviation of normals cut at two.
  constexpr double kept = 151.0 / 315 * 0.9594;
  detail::add_spline("add_elastic", field, spacing, deviation / kept, random, detail::b_spline);
}

/// Adds the warp of a grid: control points `spacing` pixels apart are moved by `deviation` x N(0,1) pixels in each
/// direction, at most two deviations; what is between them follows a Catmull-Rom spline.
///
/// Throws ArgumentError for a spacing below 1 or a negative deviation. Source: Wigington, Stewart, Davis, Barrett,
/// Price, Cohen, "Data augmentation for recognition of handwritten words and lines using a CNN-LSTM network", ICDAR
/// 2017, section III-B, whose points move by 1.7 of 26 pixels.
inline void add_grid_warp(VectorField& field, double spacing, double deviation, Random& random) {
  detail::add_spline("add_grid_warp", field, spacing, deviation, random, detail::catmull_rom);
}

/// Lets displacements end at the border, so that they push nothing out of the image: within `distance` pixels of the
/// upper and lower border y, of the left and right border x goes to 0 in proportion.
/// Throws ArgumentError for a negative distance.
inline void fade_at_border(VectorField& field, double distance) {
  if (!(distance >= 0)) {
    throw ArgumentError("fade_at_border: expected a distance of 0 pixels or more, found " + std::to_string(distance));
  }
  const auto kept = [distance](Index i, Index extent) {
    const double from_border = static_cast<double>(std::min(i, extent - 1 - i));
    return from_border < distance ? static_cast<float>(from_border / distance) : 1.0f;
  };
  std::vector<float> across(static_cast<std::size_t>(field.width));
  for (Index x = 0; x < field.width; ++x) across[static_cast<std::size_t>(x)] = kept(x, field.width);
  for (Index y = 0; y < field.height; ++y) {
    const float down = kept(y, field.height);
    float* const field_y = field.y.data() + y * field.width;
    float* const field_x = field.x.data() + y * field.width;
    for (Index x = 0; x < field.width; ++x) {
      field_y[x] *= down;
      field_x[x] *= across[static_cast<std::size_t>(x)];
    }
  }
}

}  // namespace tinyhtr
