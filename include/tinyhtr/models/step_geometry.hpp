// Where the time steps of a network lie on the image that it was given.
#pragma once

#include <algorithm>
#include <variant>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/decode/character_boxes.hpp"
#include "tinyhtr/image/image.hpp"
#include "tinyhtr/image/preprocessing.hpp"
#include "tinyhtr/models/word_net.hpp"

namespace tinyhtr {

/// An image after the steps of preprocessing, before it is fitted to a network's height.
struct PreparedImage {
  Image image;
  double left = 0;  ///< column of the original at which its left edge lies; both have pixels of one size
};

/// What Preprocessing::prepare makes of an image, and where its left edge is. A slanted word that is deslanted moves in
/// each row by another amount: what is said holds at half of its height. Throws what prepare throws.
inline PreparedImage prepare_in_place(const Preprocessing& preprocessing, const Image& image) {
  detail::check_image("prepare_in_place", image);
  detail::check_steps(preprocessing.steps);
  PreparedImage prepared{image, 0};
  for (const PreprocessingStep& step : preprocessing.steps) {
    const Index width = prepared.image.width;
    if (const auto* crop = std::get_if<CropToInk>(&step)) {
      prepared.left += static_cast<double>(crop->kept(prepared.image).left);
    }
    prepared.image = std::visit([&prepared](const auto& one) { return one(prepared.image); }, step);
    if (std::holds_alternative<Deslant>(step)) {
      prepared.left -= static_cast<double>(prepared.image.width - width) / 2;
    }
  }
  prepared.image = ToGrey()(prepared.image);
  return prepared;
}

/// How the steps of the network, one with preprocessing, lie on the original image of such a word, `width` pixels wide.
inline StepGeometry geometry_of(const WordNetOptions& network, const PreparedImage& word, Index width) {
  const FitSize fit = fit_size(network.preprocessing->fit, word.image.height, word.image.width);
  return {.columns_per_step = static_cast<double>(column_stride(network)),
          .scale = fit.scale_x,
          .offset = static_cast<double>(fit.left) - fit.scale_x * word.left,
          .x_low = std::max(0.0, word.left),
          .x_high = std::min(static_cast<double>(width), word.left + static_cast<double>(word.image.width))};
}

/// Follows an image through preprocessing and fitting, and says how the steps of the network lie on it, for
/// character_boxes; of deslanted words, at half of their height. image: the original, as read_image gives it with the
/// network's channels. Throws ArgumentError for a network whose steps do not go through the image once, a column each,
/// and what preprocessing throws.
inline StepGeometry step_geometry(const WordNetOptions& network, const Image& image) {
  detail::check_image("step_geometry", image);
  if (network.scan != Scan::column_maxima) {
    throw ArgumentError("step_geometry: the steps of this network are no columns from left to right");
  }
  if (network.preprocessing) {
    return geometry_of(network, prepare_in_place(*network.preprocessing, image), image.width);
  }
  const double width = static_cast<double>(image.width);
  StepGeometry geometry{.columns_per_step = static_cast<double>(column_stride(network)),
                        .scale = static_cast<double>(network.width) / width,
                        .x_high = width};
  if (!network.keep_aspect_ratio) return geometry;
  geometry.scale = std::min(geometry.scale, static_cast<double>(network.height) / static_cast<double>(image.height));
  geometry.offset = (static_cast<double>(network.width) - geometry.scale * width) / 2;
  return geometry;
}

}  // namespace tinyhtr
