// The feature maps of a layer side by side.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/number_text.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/image/draw.hpp"
#include "tinyhtr/image/heat_map.hpp"
#include "tinyhtr/image/image.hpp"

namespace tinyhtr {

struct FeatureSheetOptions {
  Index width = 1080;         ///< of the sheet, pixels, where a map is not wider
  Index most_channels = 128;  ///< of a layer with more, the title says how many are drawn
};

/// The smallest and the largest finite value of a channel; both 0 where there is none.
struct ChannelRange {
  double low = 0, high = 0;
};

template <class T>
ChannelRange channel_range(const Tensor<T>& maps, Index n, Index c) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  ChannelRange range{infinity, -infinity};
  for (Index y = 0; y < maps.dim(2); ++y) {
    for (Index x = 0; x < maps.dim(3); ++x) {
      const double value = static_cast<double>(maps(n, c, y, x));
      if (!std::isfinite(value)) continue;
      range.low = std::min(range.low, value);
      range.high = std::max(range.high, value);
    }
  }
  return range.low <= range.high ? range : ChannelRange{};
}

/// Draws the feature maps of one sample as a contact sheet, channel by channel, each normalised by itself.
///
///     colour of channel c at (y,x) = heat_colour((v - low_c) / (high_c - low_c)),   low_c, high_c: over the channel
///
/// so white is the channel's smallest value, black its largest, a channel of one value white; below each stands its
/// number with low and high. A value that is not finite is red. maps (N,C,H,W), such as
/// layer_output(logits, "blocks.2").value; n the sample; title: the layer's path. A map is enlarged by a whole factor
/// to about 120 pixels. Returns RGB. Throws ShapeError unless maps has four dimensions; ArgumentError where there is no
/// sample n, for maps without elements, options below 1; FormatError for a title that is not UTF-8.
template <class T>
Image feature_sheet(const Tensor<T>& maps, Index n, const std::string& title, const FeatureSheetOptions& options = {}) {
  check_rank("feature_sheet", "maps", maps.shape(), "(N,C,H,W)");
  if (maps.empty() || n < 0 || n >= maps.dim(0) || options.width < 1 || options.most_channels < 1) {
    throw ArgumentError("feature_sheet: expected maps with elements, a sample " + std::to_string(n) +
                        " of them, and a width and number of channels above 0, found the shape " +
                        maps.shape().to_string());
  }
  constexpr Index gap = 6, head = 28, caption = 14;
  constexpr Colour ink{31, 35, 40}, grey{110, 119, 129}, border{208, 213, 220}, red{224, 49, 20};
  const Index channels = maps.dim(1), height = maps.dim(2), width = maps.dim(3);
  const Index drawn = std::min(channels, options.most_channels);
  const Index scale = std::clamp<Index>(120 / std::max(height, width), 1, 16);
  const Index tile_width = std::max<Index>(width * scale, 96) + gap, tile_height = height * scale + caption + gap;
  const Index columns = std::clamp<Index>((options.width - gap) / tile_width, 1, drawn);
  const std::string text = title + "  " + std::to_string(channels) + " channels of " + std::to_string(height) + " x " +
                           std::to_string(width) +
                           (drawn < channels ? ", " + std::to_string(drawn) + " of them drawn" : "");
  Image sheet(head + (drawn + columns - 1) / columns * tile_height,
              std::max(gap + columns * tile_width, 2 * gap + text_width(text, 2)), 3, 255);
  draw_text(sheet, 6, gap, text, ink, 2);
  for (Index c = 0; c < drawn; ++c) {
    const Index top = head + c / columns * tile_height, left = gap + c % columns * tile_width;
    const ChannelRange range = channel_range(maps, n, c);
    const double span = range.high > range.low ? range.high - range.low : 1;
    for (Index y = 0; y < height; ++y) {
      for (Index x = 0; x < width; ++x) {
        const double value = static_cast<double>(maps(n, c, y, x));
        fill_area(sheet, top + y * scale, left + x * scale, scale, scale,
                  std::isfinite(value) ? heat_colour((value - range.low) / span) : red);
      }
    }
    draw_frame(sheet, top - 1, left - 1, height * scale + 2, width * scale + 2, 1, border);
    draw_text(sheet, top + height * scale + 3, left,
              std::to_string(c) + ": " + fixed(range.low, 1) + " to " + fixed(range.high, 1), grey);
  }
  return sheet;
}

}  // namespace tinyhtr
