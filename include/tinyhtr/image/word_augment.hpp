// Augmentation of words for training: fitted, bent and moved in one resampling; strokes, contrast, blur, noise, stains.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <string>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/random.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/image/elastic_field.hpp"
#include "tinyhtr/image/fit_height.hpp"
#include "tinyhtr/image/image.hpp"
#include "tinyhtr/image/ink_outline.hpp"
#include "tinyhtr/image/morphology.hpp"
#include "tinyhtr/image/noise.hpp"
#include "tinyhtr/image/occlude.hpp"
#include "tinyhtr/image/place_word.hpp"
#include "tinyhtr/image/smooth.hpp"
#include "tinyhtr/image/warp.hpp"

namespace tinyhtr {

/// What augment_word does. A field that has the name of a kind is its probability: 0 leaves it out.
struct WordAugmentOptions {
  double affine = 0.95;
  double scale_low = 0.8, scale_high = 1.05;     ///< of the size that the plain fit gives
  double aspect_low = 0.85, aspect_high = 1.15;  ///< further factor on the width
  double shear = 0.35;                           ///< the tangent of the slant is U(-shear, shear)
  double rotate_degrees = 3;                     ///< the angle is U(-degrees, degrees)
  double shift_y = 0.6, shift_x = 1;             ///< part of the free room, from the middle to the border
  double extra_width = 0.25;                     ///< a free width grows by U(0, extra_width) times the height

  double grid_warp = 0.4;
  double grid_warp_spacing = 0.45;    ///< of the height: distance of the control points
  double grid_warp_deviation = 0.03;  ///< of the height: 0.96 of 32 pixels

  double elastic = 0.4;
  double elastic_spacing = 0.2;      ///< of the height: over how much displacements are smoothed
  double elastic_deviation = 0.025;  ///< of the height: 0.8 of 32 pixels

  double morphology = 0.3;
  double morphology_strokes = 0.45;  ///< by how much of a stroke's width strokes get thicker or thinner

  double contrast = 0.5;
  double contrast_low = 0.7, contrast_high = 1.3;  ///< factor on the darkness, 255 - level
  double gamma = 0.4;
  double gamma_low = 0.7, gamma_high = 1.4;  ///< darkness in 0 .. 1 to this power

  double blur = 0.15;
  double blur_low = 0.01, blur_high = 0.025;  ///< of the height: sigma of the Gaussian

  double noise = 0.25;
  double noise_low = 2, noise_high = 14;  ///< grey levels: the standard deviation

  double occlusion = 0.1;
  Index occlusion_most = 3;      ///< things in one image, at most
  double occlusion_size = 0.18;  ///< of the height: a rectangle's longest side

  /// All probabilities 0: augment_word is then the plain fit.
  static WordAugmentOptions none() {
    WordAugmentOptions options;
    for (double* const probability :
         {&options.affine, &options.grid_warp, &options.elastic, &options.morphology, &options.contrast, &options.gamma,
          &options.blur, &options.noise, &options.occlusion}) {
      *probability = 0;
    }
    return options;
  }
};

/// Throws ArgumentError, with the field's name, for options outside their ranges.
inline void check_options(const WordAugmentOptions& options) {
  const auto check = [](const char* name, double found, double low, double high) {
    if (found >= low && found <= high) return;  // not so for NaN
    throw ArgumentError(std::string("WordAugmentOptions: ") + name + " is " + std::to_string(found) +
                        ", expected a number from " + std::to_string(low) + " to " + std::to_string(high));
  };
  const auto check_range = [&check](const char* low_name, double low, const char* high_name, double high, double least,
                                    double most) {
    check(low_name, low, least, most);
    check(high_name, high, low, most);
  };
  const WordAugmentOptions& o = options;
  check("affine", o.affine, 0, 1);
  check_range("scale_low", o.scale_low, "scale_high", o.scale_high, 0.1, 10);
  check_range("aspect_low", o.aspect_low, "aspect_high", o.aspect_high, 0.1, 10);
  check("shear", o.shear, 0, 3);
  check("rotate_degrees", o.rotate_degrees, 0, 180);
  check("shift_y", o.shift_y, 0, 1);
  check("shift_x", o.shift_x, 0, 1);
  check("extra_width", o.extra_width, 0, 10);
  check("grid_warp", o.grid_warp, 0, 1);
  check("grid_warp_spacing", o.grid_warp_spacing, 0.01, 100);
  check("grid_warp_deviation", o.grid_warp_deviation, 0, 1);
  check("elastic", o.elastic, 0, 1);
  check("elastic_spacing", o.elastic_spacing, 0.01, 100);
  check("elastic_deviation", o.elastic_deviation, 0, 1);
  check("morphology", o.morphology, 0, 1);
  check("morphology_strokes", o.morphology_strokes, 0, 3);
  check("contrast", o.contrast, 0, 1);
  check_range("contrast_low", o.contrast_low, "contrast_high", o.contrast_high, 0, 10);
  check("gamma", o.gamma, 0, 1);
  check_range("gamma_low", o.gamma_low, "gamma_high", o.gamma_high, 0.01, 100);
  check("blur", o.blur, 0, 1);
  check_range("blur_low", o.blur_low, "blur_high", o.blur_high, 0, 1);
  check("noise", o.noise, 0, 1);
  check_range("noise_low", o.noise_low, "noise_high", o.noise_high, 0, 255);
  check("occlusion", o.occlusion, 0, 1);
  check("occlusion_most", static_cast<double>(o.occlusion_most), 1, 1000);
  check("occlusion_size", o.occlusion_size, 0, 1);
}

namespace detail {

/// Makes the strokes thicker or thinner, by at least a pixel of the image.
inline Image change_strokes(const Image& image, double stroke, const WordAugmentOptions& options, Random& random) {
  const auto change = std::max<Index>(1, std::lrint(options.morphology_strokes * stroke));
  return random.chance(0.5) ? erode(image, 1 + change) : dilate(image, 1 + change);
}

inline WordShape draw_shape(const WordAugmentOptions& options, Index height, Random& random) {
  WordShape shape;
  shape.scale = random.uniform(options.scale_low, options.scale_high);
  shape.aspect = random.uniform(options.aspect_low, options.aspect_high);
  shape.shear = random.uniform(-options.shear, options.shear);
  shape.radians = random.uniform(-options.rotate_degrees, options.rotate_degrees) * std::numbers::pi / 180;
  shape.shift_y = random.uniform(-options.shift_y, options.shift_y);
  shape.shift_x = random.uniform(-options.shift_x, options.shift_x);
  shape.extra_width = random.uniform(0, options.extra_width) * static_cast<double>(height);
  return shape;
}

/// level -> 255 - 255 contrast ((255 - level) / 255)^gamma, clipped: paper stays as it is.
inline void change_darkness(Image& image, double contrast, double gamma) {
  std::array<std::uint8_t, 256> levels{};
  for (int i = 0; i < 256; ++i) {
    const double darkness = std::min(1.0, contrast * std::pow(1 - i / 255.0, gamma));
    levels[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(std::lrint(255 - 255 * darkness));
  }
  for (std::uint8_t& level : image.pixels) level = levels[level];
}

/// What is done to the finished picture: contrast and gamma, stains, blur, noise.
inline void spoil(Image& image, const WordAugmentOptions& options, Random& random) {
  const auto height = static_cast<double>(image.height);
  const bool contrast = random.chance(options.contrast), gamma = random.chance(options.gamma);
  if (contrast || gamma) {
    const double factor = contrast ? random.uniform(options.contrast_low, options.contrast_high) : 1;
    const double power = gamma ? random.uniform(options.gamma_low, options.gamma_high) : 1;
    change_darkness(image, factor, power);
  }
  if (random.chance(options.occlusion)) occlude(image, options.occlusion_most, options.occlusion_size, random);
  if (random.chance(options.blur)) {
    const double sigma = random.uniform(options.blur_low, options.blur_high) * height;
    const double ratio = 1 / std::sqrt(1 + 4 * sigma * sigma);  // smooth_for_shrinking's sigma, the other way round
    image = smooth_for_shrinking(image, ratio, ratio);
  }
  if (random.chance(options.noise)) {
    add_noise(image, random.uniform(options.noise_low, options.noise_high), random);
  }
}

}  // namespace detail

/// A random version of a word for training, fitted to what the network reads.
///
/// Strokes are changed first, at the image's own resolution. Then the affine map, the warp of a grid, the elastic
/// distortion and the fit are one field of places, from which the smoothed image is sampled once. Contrast, gamma,
/// stains, blur and noise come last. `prepared` (H,W,1), ink dark, paper 255, as prepare of Preprocessing gives it; the
/// result is (fit.height, width, 1), `width` = fit.width, or where that is 0 a multiple of fit.width_multiple that
/// grows with the word. No ink leaves the canvas. Without any augmentation the result is that of the plain fit.
/// `random` alone decides the result: give each sample of each epoch its own stream, Random(seed, Purpose::augment,
/// epoch, sample). Throws ArgumentError for options outside their ranges, an image that is not grey or has no pixels.
inline Image augment_word(const Image& prepared, const FitHeight& fit, const WordAugmentOptions& options,
                          Random& random) {
  check_options(options);
  const InkOutline ink = ink_outline(prepared);
  Image changed;
  const bool strokes = random.chance(options.morphology);
  if (strokes) changed = detail::change_strokes(prepared, ink.stroke, options, random);
  const Image& word = strokes ? changed : prepared;

  const auto height = static_cast<double>(fit.height);
  const WordPlacement placed = random.chance(options.affine)
                                   ? place_word(ink, fit, detail::draw_shape(options, fit.height, random))
                                   : place_word_plainly(prepared.height, prepared.width, fit);
  VectorField field(fit.height, placed.width);
  const bool warped = random.chance(options.grid_warp), elastic = random.chance(options.elastic);
  if (warped) {
    add_grid_warp(field, std::max(1.0, options.grid_warp_spacing * height), options.grid_warp_deviation * height,
                  random);
  }
  if (elastic) {
    add_elastic(field, std::max(1.0, options.elastic_spacing * height), options.elastic_deviation * height, random);
  }
  if (warped || elastic) fade_at_border(field, height / 8);
  to_source_places(field, inverse(placed.to_canvas));

  Image result = sample_places(smooth_for_shrinking(word, placed.scale_y, placed.scale_x), field);
  detail::spoil(result, options, random);
  return result;
}

}  // namespace tinyhtr
