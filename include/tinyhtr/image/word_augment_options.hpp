// What the augmentation of words does, how often and how much.
#pragma once

#include <array>
#include <string>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/shape.hpp"

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
  double morphology_strokes = 0.4;  ///< by how much of a stroke's width strokes get thicker or thinner

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
  static WordAugmentOptions none();

  bool operator==(const WordAugmentOptions&) const = default;
};

/// A kind of augmentation: its name, the field with its probability.
struct WordAugmentKind {
  const char* name;
  double WordAugmentOptions::*probability;
};

/// All kinds, for ablations and sheets that show them one by one.
inline constexpr std::array<WordAugmentKind, 9> word_augment_kinds{{{"affine", &WordAugmentOptions::affine},
                                                                    {"grid_warp", &WordAugmentOptions::grid_warp},
                                                                    {"elastic", &WordAugmentOptions::elastic},
                                                                    {"morphology", &WordAugmentOptions::morphology},
                                                                    {"contrast", &WordAugmentOptions::contrast},
                                                                    {"gamma", &WordAugmentOptions::gamma},
                                                                    {"blur", &WordAugmentOptions::blur},
                                                                    {"noise", &WordAugmentOptions::noise},
                                                                    {"occlusion", &WordAugmentOptions::occlusion}}};

inline WordAugmentOptions WordAugmentOptions::none() {
  WordAugmentOptions options;
  for (const WordAugmentKind& kind : word_augment_kinds) options.*kind.probability = 0;
  return options;
}

/// Calls visit(name, field, lowest, highest) for every field, as for the steps of preprocessing.
template <class Visit>
void visit_parameters(WordAugmentOptions& options, const Visit& visit) {
  visit("affine", options.affine, 0.0, 1.0);
  visit("scale_low", options.scale_low, 0.1, 10.0);
  visit("scale_high", options.scale_high, 0.1, 10.0);
  visit("aspect_low", options.aspect_low, 0.1, 10.0);
  visit("aspect_high", options.aspect_high, 0.1, 10.0);
  visit("shear", options.shear, 0.0, 3.0);
  visit("rotate_degrees", options.rotate_degrees, 0.0, 180.0);
  visit("shift_y", options.shift_y, 0.0, 1.0);
  visit("shift_x", options.shift_x, 0.0, 1.0);
  visit("extra_width", options.extra_width, 0.0, 10.0);
  visit("grid_warp", options.grid_warp, 0.0, 1.0);
  visit("grid_warp_spacing", options.grid_warp_spacing, 0.01, 100.0);
  visit("grid_warp_deviation", options.grid_warp_deviation, 0.0, 1.0);
  visit("elastic", options.elastic, 0.0, 1.0);
  visit("elastic_spacing", options.elastic_spacing, 0.01, 100.0);
  visit("elastic_deviation", options.elastic_deviation, 0.0, 1.0);
  visit("morphology", options.morphology, 0.0, 1.0);
  visit("morphology_strokes", options.morphology_strokes, 0.0, 3.0);
  visit("contrast", options.contrast, 0.0, 1.0);
  visit("contrast_low", options.contrast_low, 0.0, 10.0);
  visit("contrast_high", options.contrast_high, 0.0, 10.0);
  visit("gamma", options.gamma, 0.0, 1.0);
  visit("gamma_low", options.gamma_low, 0.01, 100.0);
  visit("gamma_high", options.gamma_high, 0.01, 100.0);
  visit("blur", options.blur, 0.0, 1.0);
  visit("blur_low", options.blur_low, 0.0, 1.0);
  visit("blur_high", options.blur_high, 0.0, 1.0);
  visit("noise", options.noise, 0.0, 1.0);
  visit("noise_low", options.noise_low, 0.0, 255.0);
  visit("noise_high", options.noise_high, 0.0, 255.0);
  visit("occlusion", options.occlusion, 0.0, 1.0);
  visit("occlusion_most", options.occlusion_most, Index{1}, Index{1000});
  visit("occlusion_size", options.occlusion_size, 0.0, 1.0);
}

/// Throws ArgumentError, with the field's name, for options outside their ranges.
inline void check_options(WordAugmentOptions options) {
  visit_parameters(options, [](const char* name, auto value, auto lowest, auto highest) {
    if (value >= lowest && value <= highest) return;  // not so for NaN
    throw ArgumentError(std::string("WordAugmentOptions: ") + name + " is " + std::to_string(value) + ", expected " +
                        std::to_string(lowest) + " to " + std::to_string(highest));
  });
  const auto check_order = [](const char* name, double low, double high) {
    if (low <= high) return;
    throw ArgumentError(std::string("WordAugmentOptions: ") + name + "_low is " + std::to_string(low) +
                        ", expected no more than " + name + "_high, " + std::to_string(high));
  };
  check_order("scale", options.scale_low, options.scale_high);
  check_order("aspect", options.aspect_low, options.aspect_high);
  check_order("contrast", options.contrast_low, options.contrast_high);
  check_order("gamma", options.gamma_low, options.gamma_high);
  check_order("blur", options.blur_low, options.blur_high);
  check_order("noise", options.noise_low, options.noise_high);
}

}  // namespace tinyhtr
