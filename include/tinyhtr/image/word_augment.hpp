// Augmentation of words for training: fitted, bent and moved in one resampling; strokes, contrast, blur, noise, stains.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>

#include "tinyhtr/core/random.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/image/draw.hpp"
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
#include "tinyhtr/image/word_augment_options.hpp"

namespace tinyhtr {

namespace detail {

/// The image with strokes that are thicker or thinner by at least a pixel, and `pad` pixels of paper around it, into
/// which they may grow.
struct ChangedStrokes {
  Image image;
  Index pad = 0;
};

inline ChangedStrokes change_strokes(const Image& image, InkOutline& ink, const WordAugmentOptions& options,
                                     Random& random) {
  // What looks like one thick stroke may be a black image: a twenty-fourth of the height is the most.
  const double most = static_cast<double>(image.height) / 24;
  const auto change = std::max<Index>(1, std::lrint(std::min(options.morphology_strokes * ink.stroke, most)));
  if (random.chance(0.5)) return {dilate(image, 1 + change), 0};  // dark ink shrinks
  Image padded(image.height + 2 * change, image.width + 2 * change, 1, 255);
  paste(padded, image, change, change);
  ink.grown = static_cast<double>(change) / 2;
  return {erode(padded, 1 + change), change};
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
  InkOutline ink = ink_outline(prepared);
  detail::ChangedStrokes changed;
  const bool strokes = random.chance(options.morphology);
  if (strokes) changed = detail::change_strokes(prepared, ink, options, random);
  const Image& word = strokes ? changed.image : prepared;

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
  AffineMap to_word = inverse(placed.to_canvas);
  to_word.move_y += static_cast<double>(changed.pad), to_word.move_x += static_cast<double>(changed.pad);
  to_source_places(field, to_word);

  Image result = sample_places(smooth_for_shrinking(word, placed.scale_y, placed.scale_x), field);
  detail::spoil(result, options, random);
  return result;
}

}  // namespace tinyhtr
