// Lesson 11: many words out of one image. The page: docs/lessons/11_augmentation.md

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "lesson.hpp"
#include "tinyhtr/core/random.hpp"
#include "tinyhtr/image/affine.hpp"
#include "tinyhtr/image/preprocessing.hpp"
#include "tinyhtr/image/read.hpp"
#include "tinyhtr/image/resize.hpp"
#include "tinyhtr/image/warp.hpp"
#include "tinyhtr/image/word_augment.hpp"
#include "tinyhtr/image/write.hpp"
#include "tinyhtr/report/image_sheet.hpp"

using namespace tinyhtr;

namespace {

/// The image moved to the right: pixel (y,x) of the result comes from (y, x - pixels).
Image moved_right(const Image& image, double pixels) {
  AffineMap to_source;
  to_source.move_x = -pixels;
  VectorField places(image.height, image.width);
  to_source_places(places, to_source);
  return sample_places(image, places);
}

/// The ink of an image: 1 for a black pixel, 0 for white paper.
double ink_of(const Image& image) {
  double sum = 0;
  for (const std::uint8_t level : image.pixels) sum += (255 - level) / 255.0;
  return sum;
}

int largest_difference(const Image& a, const Image& b) {
  int largest = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) largest = std::max(largest, std::abs(a.pixels[i] - b.pixels[i]));
  return largest;
}

}  // namespace

int main() {
  std::puts("Where an affine map takes a place: 10 pixels above the origin, sheared by 0.2");
  const Place top = affine_map(/*scale_y=*/1, /*scale_x=*/1, /*shear=*/0.2, /*radians=*/0)({-10, 0});
  expect("y", top.y, -10);
  expect("x", top.x, 2);

  std::puts("\nA thin stroke, moved by one pixel: at once, and in two steps of half a pixel");
  Image stroke(1, 5, 1, 255);
  stroke.at(0, 1) = 0;
  const Image once = moved_right(stroke, 1), twice = moved_right(moved_right(stroke, 0.5), 0.5);
  expect("at once, the pixel of the stroke", once.at(0, 2), 0);
  expect("in two steps, the pixel of the stroke", twice.at(0, 2), 128);
  expect("in two steps, its neighbour", twice.at(0, 1), 192);

  std::puts("\nA word, without any augmentation");
  const Image file = read_image(TINYHTR_DATA_FOLDER "/words/font001/font001-000/font001-000-00-06.png");
  const Preprocessing preprocessing{Preprocessing::standard().steps, {.height = 32, .width = 120}};
  const Image word = preprocessing.prepare(file), plain = fit_image(preprocessing.fit, word);
  const auto version = [&](const WordAugmentOptions& options, std::uint32_t epoch, std::uint32_t sample) {
    Random random(/*seed=*/1, Purpose::augment, epoch, sample);
    return augment_word(word, preprocessing.fit, options, random);
  };
  expect("at most two grey levels from the plain fit",
         largest_difference(version(WordAugmentOptions::none(), 0, 0), plain) <= 2);

  std::puts("\nWith all of it");
  const WordAugmentOptions all;
  expect("same seed, epoch, sample: the same image", version(all, 3, 7) == version(all, 3, 7));
  expect("another epoch: another image", version(all, 4, 7) != version(all, 3, 7));
  expect("another sample: another image", version(all, 3, 8) != version(all, 3, 7));
  double ink = 0;
  bool same_size = true;
  for (std::uint32_t epoch = 0; epoch < 200; ++epoch) {
    const Image image = version(all, epoch, 7);
    same_size = same_size && image.height == 32 && image.width == 120;
    ink += ink_of(image) / 200;
  }
  expect("200 versions, all of 32 x 120 pixels", same_size);
  std::fprintf(stderr, "ink of the plain fit %.1f, on average of the versions %.1f\n", ink_of(plain), ink);
  expect("their ink, on average within a quarter of that of the plain fit", std::abs(ink / ink_of(plain) - 1) < 0.25);

  // Twice as large as the network sees them.
  const auto enlarged = [](const Image& image) { return resize_bilinear(image, 2 * image.height, 2 * image.width); };
  std::vector<CaptionedImage> cells{{file, "the file", ""}, {enlarged(plain), "fitted", ""}};
  for (const WordAugmentKind& kind : word_augment_kinds) {
    WordAugmentOptions options = WordAugmentOptions::none();
    options.*kind.probability = 1;
    cells.push_back({enlarged(version(options, 11, 0)), kind.name, ""});
  }
  for (std::uint32_t epoch = 1; epoch <= 7; ++epoch) {
    cells.push_back({enlarged(version(all, epoch, 0)), "all, epoch " + std::to_string(epoch), ""});
  }
  const std::filesystem::path sheet = std::filesystem::temp_directory_path() / "tinyhtr_lesson_11.png";
  write_png(sheet, image_sheet(cells, /*columns=*/3));
  std::puts("");
  expect("pictures on the sheet", static_cast<double>(cells.size()), 18);
  std::fprintf(stderr, "the sheet is %s\n", sheet.string().c_str());
}
