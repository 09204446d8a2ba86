// The steps from an image file to a row of a batch, on an image of a word's usual size.
#include <string>

#include "support/rows.hpp"
#include "tinyhtr/image/augment.hpp"
#include "tinyhtr/image/read.hpp"
#include "tinyhtr/image/resize.hpp"
#include "tinyhtr/image/write.hpp"

namespace tinyhtr::bench {
namespace {

/// Noise on paper with some strokes, for what an image costs depends on its content only where it is compressed.
Image word_image(Index height, Index width) {
  Image image(height, width, 3);
  Random random(1);
  for (Index y = 0; y < height; ++y) {
    for (Index x = 0; x < width; ++x) {
      const bool ink = (x + y / 2) % 17 < 3 && y > height / 4 && y < 3 * height / 4;
      const auto level = static_cast<std::uint8_t>((ink ? 60 : 220) + static_cast<int>(random.below(16)));
      for (Index c = 0; c < 3; ++c) image.at(y, x, c) = level;
    }
  }
  return image;
}

/// A row of images/s: body(image) returns something that has to be computed.
template <class Body>
void add_one(const std::string& step, const Body& body) {
  for (const auto& size : {std::pair<Index, Index>{70, 160}, {110, 400}}) {
    const std::string shape = std::to_string(size.first) + "x" + std::to_string(size.second) + "x3";
    add_row("image/forward/" + step + "/uint8/" + shape, [=](benchmark::State& state) {
      const Image image = word_image(size.first, size.second);
      Body own = body;  // it may count its calls
      measure<float>(state, {.images = 1}, [&] { benchmark::DoNotOptimize(own(image)); });
    });
  }
}

const bool added = at_start([] {
  for (const auto& size : {std::pair<Index, Index>{70, 160}, {110, 400}}) {
    const std::string shape = std::to_string(size.first) + "x" + std::to_string(size.second) + "x3";
    add_row("image/forward/decode_png/uint8/" + shape, [=](benchmark::State& state) {
      const auto bytes = encode_png(word_image(size.first, size.second));
      measure<float>(state, {.images = 1}, [&] { benchmark::DoNotOptimize(decode_image(bytes, "word.png")); });
    });
  }
  add_one("brightness", [](const Image& image) { return adjust_brightness(image, 1.2); });
  add_one("erode_3x3", [](const Image& image) { return erode(image, 3); });
  add_one("sharpen", [](const Image& image) { return sharpen(image, 1.0, 0.5); });
  add_one("rotate", [](const Image& image) { return rotate(image, 5.0, {200, 200, 200}); });
  add_one("resize", [](const Image& image) { return resize_bilinear(image, 32, 128); });
  add_one("letterbox", [](const Image& image) { return letterbox(image, 32, 128, {255, 255, 255}); });
  add_one("augment", [sample = std::uint32_t{0}](const Image& image) mutable {
    Random random(1, Purpose::augment, 0, sample++);
    return augment(image, AugmentOptions{}, random);
  });
  add_row("image/forward/copy_to_batch/uint8/32x128x3", [](benchmark::State& state) {
    const Image image = word_image(32, 128);
    Tensor<float> batch(Shape{1, 3, 32, 128});
    measure<float>(state, {.images = 1}, [&] { copy_to_batch(image, batch, 0); });
  });
});

}  // namespace
}  // namespace tinyhtr::bench
