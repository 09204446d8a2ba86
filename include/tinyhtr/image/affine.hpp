// Affine maps of the plane: scaling, shearing, turning, moving.
#pragma once

#include <cmath>
#include <string>

#include "tinyhtr/core/error.hpp"

namespace tinyhtr {

/// A place in an image: pixel (y,x) covers [y, y + 1) x [x, x + 1), so that its centre is (y + 1/2, x + 1/2).
struct Place {
  double y = 0, x = 0;
};

/// y' = yy y + yx x + move_y,  x' = xy y + xx x + move_x. Without arguments: everything stays where it is.
struct AffineMap {
  double yy = 1, yx = 0, xy = 0, xx = 1;
  double move_y = 0, move_x = 0;

  Place operator()(Place p) const { return {yy * p.y + yx * p.x + move_y, xy * p.y + xx * p.x + move_x}; }
};

/// Scales, then shears, then turns counterclockwise (as one sees it), all about (0,0).
///
///   (x, y) -> (scale_x x, scale_y y) -> (x - shear y, y) -> turned
///
/// `shear` is the tangent of the slant: what lies further up (y < 0) goes to the right where it is positive.
inline AffineMap affine_map(double scale_y, double scale_x, double shear, double radians) {
  const double cosine = std::cos(radians), sine = std::sin(radians);
  // before turning: x = scale_x x - shear scale_y y, y = scale_y y
  return {
      scale_y * (cosine + sine * shear), -sine * scale_x, scale_y * (sine - cosine * shear), cosine * scale_x, 0, 0};
}

/// The same map, of which all results are then multiplied by `factor`.
inline AffineMap scaled(const AffineMap& map, double factor) {
  return {map.yy * factor, map.yx * factor, map.xy * factor, map.xx * factor, map.move_y * factor, map.move_x * factor};
}

/// The map that leads back. Throws ArgumentError for a map that makes the plane flat.
inline AffineMap inverse(const AffineMap& map) {
  const double determinant = map.yy * map.xx - map.yx * map.xy;
  if (!(std::abs(determinant) > 1e-12)) {
    throw ArgumentError("inverse: expected a map with a determinant other than 0, found " +
                        std::to_string(determinant));
  }
  const AffineMap back{map.xx / determinant, -map.yx / determinant, -map.xy / determinant, map.yy / determinant, 0, 0};
  const Place moved = back({map.move_y, map.move_x});
  return {back.yy, back.yx, back.xy, back.xx, -moved.y, -moved.x};
}

}  // namespace tinyhtr
