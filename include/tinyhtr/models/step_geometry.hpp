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

/// Follows an image through preprocessing and fitting, and says how the steps of the network lie on it, for
/// character_boxes. A slanted word that is deslanted moves in each row by another amount: what is said holds at half of
/// its height. image: the original, as read_image gives it with the network's channels. Throws ArgumentError for a
/// network whose steps do not go through the image once, a column each, and what preprocessing throws.
inline StepGeometry step_geometry(const WordNetOptions& network, const Image& image) {
  detail::check_image("step_geometry", image);
  if (network.scan != Scan::column_maxima) {
    throw ArgumentError("step_geometry: the steps of this network are no columns from left to right");
  }
  StepGeometry geometry{.columns_per_step = static_cast<double>(column_stride(network)),
                        .x_high = static_cast<double>(image.width)};
  if (!network.preprocessing) {
    const double width = static_cast<double>(image.width);
    geometry.scale = static_cast<double>(network.width) / width;
    if (!network.keep_aspect_ratio) return geometry;
    geometry.scale = std::min(geometry.scale, static_cast<double>(network.height) / static_cast<double>(image.height));
    geometry.offset = (static_cast<double>(network.width) - geometry.scale * width) / 2;
    return geometry;
  }
  Image word = image;
  double left = 0;  // column of the original where the word's left edge is
  for (const PreprocessingStep& step : network.preprocessing->steps) {
    const Index width = word.width;
    if (const auto* crop = std::get_if<CropToInk>(&step)) left += static_cast<double>(crop->kept(word).left);
    word = std::visit([&word](const auto& one) { return one(word); }, step);
    if (std::holds_alternative<Deslant>(step)) left -= static_cast<double>(word.width - width) / 2;
  }
  const FitSize fit = fit_size(network.preprocessing->fit, word.height, word.width);
  geometry.scale = fit.scale_x;
  geometry.offset = static_cast<double>(fit.left) - fit.scale_x * left;
  geometry.x_low = std::max(0.0, left);
  geometry.x_high = std::min(geometry.x_high, left + static_cast<double>(word.width));
  return geometry;
}

}  // namespace tinyhtr
