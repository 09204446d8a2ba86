// Augmentation: random changes to training images that leave the text as it is.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/random.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/image/brightness.hpp"
#include "tinyhtr/image/image.hpp"
#include "tinyhtr/image/morphology.hpp"
#include "tinyhtr/image/rotate.hpp"
#include "tinyhtr/image/sharpen.hpp"

namespace tinyhtr {

/// What augment does; the values are those of the tutorial.
struct AugmentOptions {
  double probability = 0.5;  // of each of the four, apart from the others

  bool brightness = true, erode_dilate = true, sharpen = true, rotate = true;  // false leaves one out

  double brightness_delta = 100;  // the factor is 1 + U(-delta, delta) / 255; delta from 0 to 255

  Index erode_dilate_kernel = 1;  // pixels; 1 does nothing, as in the tutorial; 3 works

  double sharpen_lightness_low = 0.75, sharpen_lightness_high = 2;
  double sharpen_alpha_low = 0.25, sharpen_alpha_high = 1;

  double rotate_degrees = 10;  // the angle is U(-degrees, degrees); mltu's own default is 30
  bool grey_border = false;    // the border's channels are drawn one by one, as in the tutorial; true draws one level
};

/// Throws ArgumentError for options outside their ranges.
inline void check_options(const AugmentOptions& options) {
  const auto check = [](bool good, const char* name, double found, const char* expected) {
    if (good) return;
    throw ArgumentError(std::string("AugmentOptions: ") + name + " is " + std::to_string(found) + ", expected " +
                        expected);
  };
  check(options.probability >= 0 && options.probability <= 1, "probability", options.probability, "0 to 1");
  check(options.brightness_delta >= 0 && options.brightness_delta <= 255, "brightness_delta", options.brightness_delta,
        "0 to 255");
  check(options.erode_dilate_kernel >= 1, "erode_dilate_kernel", static_cast<double>(options.erode_dilate_kernel),
        "1 or more pixels");
  check(options.sharpen_lightness_low <= options.sharpen_lightness_high, "sharpen_lightness_low",
        options.sharpen_lightness_low, "no more than sharpen_lightness_high");
  check(options.sharpen_alpha_low <= options.sharpen_alpha_high, "sharpen_alpha_low", options.sharpen_alpha_low,
        "no more than sharpen_alpha_high");
  check(options.rotate_degrees >= 0 && options.rotate_degrees <= 180, "rotate_degrees", options.rotate_degrees,
        "0 to 180");
}

namespace detail {

/// Checks what each of the functions below was given, then draws whether to change the image at all.
inline bool drawn(const char* where, const Image& image, const AugmentOptions& options, Random& random) {
  check_image(where, image);
  check_options(options);
  return random.chance(options.probability);
}

}  // namespace detail

/// With the probability of the options: adjust_brightness with the factor 1 + U(-delta, delta) / 255.
///
/// This function and the three below take `image` (H,W,C), draw from `random`, which alone decides the result, and
/// throw ArgumentError for options outside their ranges or no pixels. Source: the classes of mltu/augmentors.py.
inline Image random_brightness(Image image, const AugmentOptions& options, Random& random) {
  if (!detail::drawn("random_brightness", image, options, random)) return image;
  return adjust_brightness(image, 1 + random.uniform(-options.brightness_delta, options.brightness_delta) / 255);
}

/// With the probability of the options: erode or dilate, either half of the time.
inline Image random_erode_dilate(Image image, const AugmentOptions& options, Random& random) {
  if (!detail::drawn("random_erode_dilate", image, options, random)) return image;
  const bool eroded = random.chance(0.5);
  if (options.erode_dilate_kernel == 1) return image;
  return eroded ? erode(image, options.erode_dilate_kernel) : dilate(image, options.erode_dilate_kernel);
}

/// With the probability of the options: sharpen with lightness and alpha uniform between their limits.
inline Image random_sharpen(Image image, const AugmentOptions& options, Random& random) {
  if (!detail::drawn("random_sharpen", image, options, random)) return image;
  const double lightness = random.uniform(options.sharpen_lightness_low, options.sharpen_lightness_high);
  const double alpha = random.uniform(options.sharpen_alpha_low, options.sharpen_alpha_high);
  return sharpen(image, lightness, alpha);
}

/// With the probability of the options: rotate by U(-degrees, degrees) onto a border of random colour. The canvas
/// grows, so the result has another size.
inline Image random_rotate(Image image, const AugmentOptions& options, Random& random) {
  if (!detail::drawn("random_rotate", image, options, random)) return image;
  const double degrees = random.uniform(-options.rotate_degrees, options.rotate_degrees);
  std::array<std::uint8_t, 3> border{};
  for (std::uint8_t& level : border) level = static_cast<std::uint8_t>(random.below(255));  // 0 .. 254, as there
  if (options.grey_border) border[1] = border[2] = border[0];
  return rotate(image, degrees, border);
}

/// The tutorial's augmentation: brightness, erode or dilate, sharpen, rotate, each with the probability.
///
/// `image` (H,W,C) at its original size; resize afterwards, for a rotated picture has another size. Give each
/// sample of each epoch its own stream, Random(seed, Purpose::augment, epoch, sample): then the order of loading and
/// the number of threads do not matter. Throws ArgumentError for options outside their ranges.
/// Source: the list of augmentors in the tutorial's train.py.
inline Image augment(const Image& image, const AugmentOptions& options, Random& random) {
  detail::check_image("augment", image);
  check_options(options);
  Image result = image;
  if (options.brightness) result = random_brightness(std::move(result), options, random);
  if (options.erode_dilate) result = random_erode_dilate(std::move(result), options, random);
  if (options.sharpen) result = random_sharpen(std::move(result), options, random);
  if (options.rotate) result = random_rotate(std::move(result), options, random);
  return result;
}

}  // namespace tinyhtr
