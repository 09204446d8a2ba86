// Bringing a word to the height that a network reads, as wide as it then is.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/image/image.hpp"
#include "tinyhtr/image/resize_antialiased.hpp"

namespace tinyhtr {

/// The last step of preprocessing: to the network's size, aspect ratio kept but where `stretch` says otherwise.
struct FitHeight {
  static constexpr const char* name = "fit_height";

  Index height = 32;           // of the result, pixels
  Index width = 0;             // 0: as wide as the word needs; else of the result, the word shrunk where it is too wide
  double magnify_at_most = 1;  // a small image (a full stop, a dash) stays small, centred in height on paper
  Index margin = 4;            // columns of paper left and right of the word, at least
  Index width_multiple = 4;    // a free width is rounded up to a multiple of it, with paper
  Index min_width = 16, max_width = 2048;  // bounds of a free width; a word that is too wide is shrunk
  bool stretch = false;                    // with a fixed width: the word fills it, whatever its aspect ratio

  bool operator==(const FitHeight&) const = default;
};

/// As for ToGrey.
template <class Visit>
void visit_parameters(FitHeight& fit, const Visit& visit) {
  visit("height", fit.height, Index{1}, Index{4096});
  visit("width", fit.width, Index{0}, Index{65536});
  visit("magnify_at_most", fit.magnify_at_most, 1.0 / 256, 256.0);
  visit("margin", fit.margin, Index{0}, Index{4096});
  visit("width_multiple", fit.width_multiple, Index{1}, Index{4096});
  visit("min_width", fit.min_width, Index{1}, Index{65536});
  visit("max_width", fit.max_width, Index{1}, Index{65536});
  visit("stretch", fit.stretch, false, true);
}

/// What fitting does with an image of a given size, so that other geometry can be done in the same resampling: pixel
/// centres (y + 1/2, x + 1/2) of the image go to (top + scale_y (y + 1/2), left + scale_x (x + 1/2)) of the result.
struct FitSize {
  double scale_y, scale_x;        // word_height / image height, word_width / image width
  Index height, width;            // of the result
  Index top, left;                // of the word in the result
  Index word_height, word_width;  // of the word in the result
};

namespace detail {

/// Throws ArgumentError for parameters between which no word fits.
inline void check_fit(FitHeight fit) {
  const auto refuse = [](const std::string& what) { throw ArgumentError("fit_height: " + what); };
  visit_parameters(fit, [&refuse](const char* name, auto value, auto lowest, auto highest) {
    if (value >= lowest && value <= highest) return;
    refuse(std::string(name) + " is " + std::to_string(value) + ", expected " + std::to_string(lowest) + " to " +
           std::to_string(highest));
  });
  const Index widest = fit.width > 0 ? fit.width : fit.max_width / fit.width_multiple * fit.width_multiple;
  if (widest <= 2 * fit.margin) {
    refuse("a width of at most " + std::to_string(widest) + " leaves no room between two margins of " +
           std::to_string(fit.margin) + "; expected more width or less margin");
  }
  if (fit.width == 0 && fit.stretch) refuse("stretch needs a fixed width, found width 0");
  if (fit.width == 0 && fit.min_width > widest) {
    refuse("min_width is " + std::to_string(fit.min_width) + ", expected at most max_width, in multiples of " +
           "width_multiple: " + std::to_string(widest));
  }
}

}  // namespace detail

/// The size and place of a word of `image_height` x `image_width` pixels in the result.
///
///   scale = min(height / H, magnify_at_most, (widest - 2 margin) / W);   the word is round(H scale) x round(W scale),
///   at least 1 x 1; a free width is W scale + 2 margin, rounded up; of an odd rest the larger half is below or right
///   stretch: the word is height x (width - 2 margin)
///
/// Throws ArgumentError for parameters out of range and for extents below 1.
inline FitSize fit_size(const FitHeight& fit, Index image_height, Index image_width) {
  detail::check_fit(fit);
  if (image_height < 1 || image_width < 1) {
    throw ArgumentError("fit_size: expected an image of at least 1 x 1 pixels, found " + std::to_string(image_height) +
                        " x " + std::to_string(image_width));
  }
  const Index multiple = fit.width_multiple;
  const Index widest = fit.width > 0 ? fit.width : fit.max_width / multiple * multiple;
  const Index room = widest - 2 * fit.margin;
  const double rows = static_cast<double>(image_height), columns = static_cast<double>(image_width);
  const double scale =
      std::min({static_cast<double>(fit.height) / rows, fit.magnify_at_most, static_cast<double>(room) / columns});
  const auto extent = [scale](double pixels, Index highest) {
    return std::clamp(static_cast<Index>(std::lround(pixels * scale)), Index{1}, highest);
  };
  FitSize size{};
  size.word_height = fit.stretch ? fit.height : extent(rows, fit.height);
  size.word_width = fit.stretch ? room : extent(columns, room);
  size.scale_y = static_cast<double>(size.word_height) / rows;
  size.scale_x = static_cast<double>(size.word_width) / columns;
  const Index needed = std::max(size.word_width + 2 * fit.margin, fit.min_width);
  size.height = fit.height;
  size.width = fit.width > 0 ? fit.width : (needed + multiple - 1) / multiple * multiple;
  size.top = (size.height - size.word_height) / 2;
  size.left = (size.width - size.word_width) / 2;
  return size;
}

/// The image, resized with antialiasing, on paper (255) of the size that fit_size gives.
///
/// `image` (H,W,C). Throws ArgumentError for parameters out of range and for an image without pixels.
inline Image fit_image(const FitHeight& fit, const Image& image) {
  detail::check_image("fit_image", image);
  const FitSize size = fit_size(fit, image.height, image.width);
  const Image word = resize_antialiased(image, size.word_height, size.word_width);
  Image result(size.height, size.width, image.channels, 255);
  for (Index y = 0; y < word.height; ++y) {
    std::copy_n(word.row(y), word.stride(), result.row(size.top + y) + size.left * image.channels);
  }
  return result;
}

}  // namespace tinyhtr
