// The brightness of paper where light falls on it from one side.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/image/image.hpp"

namespace tinyhtr::detail {

/// level(y,x) = middle + down (y - (H-1)/2) + right (x - (W-1)/2)
struct PaperPlane {
  double middle = 0, down = 0, right = 0;

  /// How far the highest level in an image lies above the lowest.
  double range(const Image& image) const {
    return std::abs(down) * static_cast<double>(image.height - 1) +
           std::abs(right) * static_cast<double>(image.width - 1);
  }
};

/// The least-squares plane through the paper of a grey image, on at most 64 x 64 of its pixels, or a flat one (down and
/// right 0) where too little of it is paper.
///
/// Three fits: through all pixels, then through those above the first plane, then through those at most 12 levels below
/// the second. Ink, which is darker, thus drops out.
inline PaperPlane paper_plane(const Image& grey) {
  const Index step_y = (grey.height + 63) / 64, step_x = (grey.width + 63) / 64;
  const double middle_y = static_cast<double>(grey.height - 1) / 2, middle_x = static_cast<double>(grey.width - 1) / 2;
  PaperPlane plane;
  double lowest = -256;  // above the plane
  for (int fit = 0; fit < 3; ++fit) {
    double n = 0, all = 0, sy = 0, sx = 0, sv = 0, syy = 0, sxx = 0, sxy = 0, syv = 0, sxv = 0;
    for (Index row = step_y / 2; row < grey.height; row += step_y) {
      const double y = static_cast<double>(row) - middle_y;
      const double level_of_row = plane.middle + plane.down * y + lowest;
      for (Index column = step_x / 2; column < grey.width; column += step_x) {
        const double x = static_cast<double>(column) - middle_x, v = grey.row(row)[column];
        ++all;
        const double use = v >= level_of_row + plane.right * x ? 1 : 0;
        n += use, sy += use * y, sx += use * x, sv += use * v;
        syy += use * y * y, sxx += use * x * x, sxy += use * x * y, syv += use * y * v, sxv += use * x * v;
      }
    }
    if (n < 0.2 * all || n < 16) return {};
    const double cyy = syy - sy * sy / n, cxx = sxx - sx * sx / n, cxy = sxy - sx * sy / n;
    const double cyv = syv - sy * sv / n, cxv = sxv - sx * sv / n, determinant = cyy * cxx - cxy * cxy;
    if (!(determinant > 1e-3 * cyy * cxx) || !(cyy > 0.5) || !(cxx > 0.5)) return {};
    plane.down = (cyv * cxx - cxv * cxy) / determinant;
    plane.right = (cxv * cyy - cyv * cxy) / determinant;
    plane.middle = (sv - plane.down * sy - plane.right * sx) / n;
    lowest = fit == 0 ? 0 : -12;
  }
  return plane;
}

/// Takes a plane's slope out of a grey image; its middle stays. In units of 1/65536 level.
inline void flatten(Image& grey, const PaperPlane& plane) {
  const auto down = static_cast<Index>(std::llrint(plane.down * 32768));
  const auto right = static_cast<Index>(std::llrint(plane.right * 32768));
  for (Index y = 0; y < grey.height; ++y) {
    std::uint8_t* const row = grey.row(y);
    const Index slope = (2 * y - (grey.height - 1)) * down - (grey.width - 1) * right;
    for (Index x = 0; x < grey.width; ++x) {
      const Index level = (row[x] * 65536 - slope - 2 * x * right + 32768) >> 16;
      row[x] = static_cast<std::uint8_t>(std::clamp(level, Index{0}, Index{255}));
    }
  }
}

}  // namespace tinyhtr::detail
