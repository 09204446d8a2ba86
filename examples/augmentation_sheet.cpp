// augmentation_sheet: shows what the augmentation of words does to given images, as a training would see them.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "support/program.hpp"
#include "tinyhtr/core/random.hpp"
#include "tinyhtr/core/utf8.hpp"
#include "tinyhtr/image/preprocessing.hpp"
#include "tinyhtr/image/read.hpp"
#include "tinyhtr/image/resize.hpp"
#include "tinyhtr/image/word_augment.hpp"
#include "tinyhtr/image/write.hpp"
#include "tinyhtr/report/image_sheet.hpp"

namespace {

using tinyhtr::CaptionedImage;
using tinyhtr::Image;
using tinyhtr::Index;
using tinyhtr::WordAugmentOptions;

struct Options {
  std::vector<std::filesystem::path> images;
  std::filesystem::path out;
  std::uint64_t seed = 1;
  Index columns = 6, height = 40, width = 0;
  double magnify = 2;
  bool each = false;
};

/// The sheet under work: each image gets streams of its own from the seed, so that a sheet can be made again.
struct Sheet {
  tinyhtr::Preprocessing preprocessing = tinyhtr::Preprocessing::standard();
  std::vector<CaptionedImage> cells;

  /// One row: a first cell, the fitted image, random versions. The pictures are twice as large as the network reads
  /// them, so that one sees something, where all of the row then fit into their cells.
  void add_row(CaptionedImage first, const Image& prepared, const WordAugmentOptions& options, std::uint32_t sample,
               const Options& asked) {
    std::vector<Image> pictures{tinyhtr::fit_image(preprocessing.fit, prepared)};
    for (Index version = 0; version < asked.columns; ++version) {
      tinyhtr::Random random(asked.seed, tinyhtr::Purpose::augment, static_cast<std::uint32_t>(version), sample);
      pictures.push_back(tinyhtr::augment_word(prepared, preprocessing.fit, options, random));
    }
    Index widest = 0;
    for (const Image& picture : pictures) widest = std::max(widest, picture.width);
    const Index factor = widest <= 122 ? 2 : 1;
    cells.push_back(std::move(first));
    for (const Image& picture : pictures) {
      const std::string size = std::to_string(picture.width) + " x " + std::to_string(picture.height);
      cells.push_back({tinyhtr::resize_bilinear(picture, factor * picture.height, factor * picture.width),
                       (&picture == &pictures.front() ? "fitted " : "") + size, ""});
    }
  }

  void add_image(const std::filesystem::path& path, std::uint32_t sample, const Options& asked) {
    const Image original = tinyhtr::read_image(path), prepared = preprocessing.prepare(original);
    const std::string name = tinyhtr::printable(path.filename().string(), 60);
    add_row({original, name, ""}, prepared, WordAugmentOptions(), sample, asked);
    if (!asked.each) return;
    for (const tinyhtr::WordAugmentKind& kind : tinyhtr::word_augment_kinds) {
      WordAugmentOptions options = WordAugmentOptions::none();
      options.*kind.probability = 1;
      add_row({Image(), kind.name, ""}, prepared, options, sample, asked);
    }
  }
};

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Writes a sheet of words as a training with augmentation sees them: in each row the image, what evaluation\n"
      "makes of it, and random versions, twice as large as the network reads them where they then fit into the "
      "sheet.\n");
  Options options;
  app.add_option("images", options.images, "Images of words")->required()->type_name("IMAGE");
  app.add_option("--out", options.out, "The sheet, a PNG file")->required()->type_name("FILE");
  app.add_option("--seed", options.seed, "Seed of the random versions")->type_name("SEED")->capture_default_str();
  app.add_option("--columns", options.columns, "Random versions of each image")
      ->check(tinyhtr::examples::whole_number(1, 100))
      ->type_name("N")
      ->capture_default_str();
  app.add_option("--height", options.height, "Height of what the network reads, in pixels; as the recipes have it")
      ->check(tinyhtr::examples::whole_number(8, 4096))
      ->type_name("PIXELS")
      ->capture_default_str();
  app.add_option("--magnify", options.magnify, "By how much a lower image is magnified at most; as the recipes have it")
      ->check(CLI::Range(1.0, 16.0))
      ->capture_default_str();
  app.add_option("--width", options.width, "Width of what the network reads, in pixels; 0: as wide as the word needs")
      ->check(tinyhtr::examples::whole_number(0, 4096))
      ->type_name("PIXELS")
      ->capture_default_str();
  app.add_flag("--each", options.each, "Show below each image every kind of augmentation alone, always done");
  return tinyhtr::examples::run_program(app, argc, argv, [&] {
    Sheet sheet;
    sheet.preprocessing.fit.height = options.height;
    sheet.preprocessing.fit.width = options.width;
    sheet.preprocessing.fit.magnify_at_most = options.magnify;
    std::uint32_t sample = 0;
    for (const std::filesystem::path& path : options.images) sheet.add_image(path, sample++, options);
    tinyhtr::write_png(options.out, tinyhtr::image_sheet(sheet.cells, options.columns + 2));
    std::cout << sheet.cells.size() << " pictures in " << options.out.string() << '\n';
  });
}
