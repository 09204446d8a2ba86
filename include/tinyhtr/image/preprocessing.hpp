// Preprocessing: the named steps from an image file's pixels to what a network reads.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/image/crop_to_ink.hpp"
#include "tinyhtr/image/deslant.hpp"
#include "tinyhtr/image/fit_height.hpp"
#include "tinyhtr/image/grey.hpp"
#include "tinyhtr/image/image.hpp"
#include "tinyhtr/image/normalise_contrast.hpp"
#include "tinyhtr/image/normalise_polarity.hpp"

namespace tinyhtr {

/// One step at the image's own resolution: Image -> Image, with public parameters and a name.
using PreprocessingStep = std::variant<ToGrey, NormalisePolarity, NormaliseContrast, CropToInk, Deslant>;

/// The name of a step, as files have it: "crop_to_ink".
inline std::string step_name(const PreprocessingStep& step) {
  return std::visit([](const auto& one) { return std::string(one.name); }, step);
}

/// Steps in their order, then fitting to the network's size. One such object serves training, evaluation and reading,
/// and is stored with the weights.
struct Preprocessing {
  std::vector<PreprocessingStep> steps;
  FitHeight fit;

  /// What new networks start from: grey, dark ink on light paper, white paper and black ink, no empty paper around it.
  static Preprocessing standard() {
    return {{ToGrey(), NormalisePolarity(), NormaliseContrast(), CropToInk()}, FitHeight()};
  }

  /// The steps, at the image's own resolution. `image` (H,W,C); the result is grey, also where no step says so. Throws
  /// ArgumentError for an image without pixels, and where a step that takes grey images gets a coloured one.
  Image prepare(const Image& image) const {
    detail::check_image("Preprocessing", image);
    Image result = image;
    for (const PreprocessingStep& step : steps) {
      result = std::visit([&result](const auto& one) { return one(result); }, step);
    }
    return ToGrey()(result);
  }

  /// prepare, then fit: what the network reads. `image` (H,W,C); the result is (fit.height, W', 1), paper 255, ink 0.
  /// Throws as prepare and fit_size do.
  Image operator()(const Image& image) const { return fit_image(fit, prepare(image)); }

  bool operator==(const Preprocessing&) const = default;
};

/// Throws ArgumentError that names the step and the parameter where one is out of its range.
inline void check_preprocessing(const Preprocessing& preprocessing) {
  for (PreprocessingStep step : preprocessing.steps) {
    std::visit(
        [](auto& one) {
          visit_parameters(one, [&one](const char* name, auto value, auto lowest, auto highest) {
            if (value >= lowest && value <= highest) return;
            throw ArgumentError(std::string(one.name) + ": " + name + " is " + std::to_string(value) + ", expected " +
                                std::to_string(lowest) + " to " + std::to_string(highest));
          });
        },
        step);
  }
  detail::check_fit(preprocessing.fit);
}

}  // namespace tinyhtr
