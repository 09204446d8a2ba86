// Adding noise to images.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/random.hpp"
#include "tinyhtr/image/image.hpp"

namespace tinyhtr {

/// Adds to every byte a random number of mean 0 and standard deviation `deviation` grey levels, close to a normal one;
/// rounds and clips to 0 .. 255.
///
/// The sum of the four bytes of one random word, of mean 510 and variance 4 (256^2 - 1) / 12, which never goes beyond
/// 3.46 deviations. The words come from a stream of their own that two numbers of `random` name.
/// Throws ArgumentError for a deviation outside 0 .. 255 and for an image without pixels.
/// Source of the idea: the central limit theorem, Irwin 1927 and Hall 1927 for the sum of uniform numbers.
inline void add_noise(Image& image, double deviation, Random& random) {
  detail::check_image("add_noise", image);
  if (!(deviation >= 0 && deviation <= 255)) {
    throw ArgumentError("add_noise: expected a deviation from 0 to 255 grey levels, found " +
                        std::to_string(deviation));
  }
  const std::uint64_t low = random.next(), high = random.next();
  const Random stream(high << 32 | low, Purpose::augment);
  const double factor = deviation / std::sqrt(4 * (256.0 * 256.0 - 1) / 12);
  const auto scale = static_cast<std::int32_t>(std::lrint(factor * 65536));
  std::array<std::uint32_t, 64> words;
  const std::size_t count = image.pixels.size();
  std::uint32_t block = 0;
  for (std::size_t start = 0; start < count; start += words.size(), block += 16) {
    stream.blocks(block, words);
    const std::size_t some = std::min(words.size(), count - start);
    std::uint8_t* const to = image.pixels.data() + start;
    for (std::size_t i = 0; i < some; ++i) {
      const std::uint32_t word = words[i];
      const auto sum = static_cast<std::int32_t>((word & 255) + (word >> 8 & 255) + (word >> 16 & 255) + (word >> 24));
      to[i] = static_cast<std::uint8_t>(std::clamp(to[i] + (((sum - 510) * scale + 32768) >> 16), 0, 255));
    }
  }
}

}  // namespace tinyhtr
