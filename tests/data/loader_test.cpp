// Tests of Loader.
#include "tinyhtr/data/loader.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "support/small_iam.hpp"
#include "tinyhtr/data/iam.hpp"

using namespace tinyhtr;

namespace {

struct Words : test::SmallIam {
  explicit Words(int count) {
    for (int i = 0; i < count; ++i) add_word("a01-000u-00-" + std::to_string(10 + i), "word" + std::to_string(i));
    finish();
    samples = read_iam_rows(path()).samples;
  }
  std::vector<Sample> samples;
};

/// Everything that an epoch gives, in one value that compares.
struct Walked {
  std::vector<std::vector<float>> images;
  std::vector<Lengths> widths;
  std::vector<std::vector<std::string>> texts;
  std::vector<std::vector<Index>> samples;
  bool operator==(const Walked&) const = default;
};

Walked walk(const std::vector<Sample>& samples, const LoaderOptions& options, std::uint32_t epoch,
            Index first_batch = 0) {
  Loader<float> loader(samples, options);
  Walked walked;
  for (Batch<float>& batch : loader.epoch(epoch, first_batch)) {
    walked.images.emplace_back(batch.images.begin(), batch.images.end());
    walked.widths.push_back(batch.widths);
    walked.texts.push_back(batch.texts);
    walked.samples.push_back(batch.samples);
  }
  return walked;
}

}  // namespace

TEST_CASE("Loader: batches in order, the last one partial") {
  const Words words(10);
  Loader<float> loader(words.samples, {.batch_size = 4, .height = 8, .width = 16});
  CHECK(loader.batches() == 3);
  Index next = 0;
  for (Batch<float>& batch : loader.epoch(0)) {
    const Index n = std::min<Index>(4, 10 - next);
    CHECK(batch.images.shape() == Shape{n, 3, 8, 16});
    REQUIRE(static_cast<Index>(batch.samples.size()) == n);
    REQUIRE(batch.texts.size() == batch.samples.size());
    for (std::size_t i = 0; i < batch.samples.size(); ++i) {
      CHECK(batch.samples[i] == next);
      CHECK(batch.texts[i] == "word" + std::to_string(next));
      ++next;
    }
  }
  CHECK(next == 10);
  CHECK(loader.seconds_waited() > 0);
}

TEST_CASE("Loader: pixels are those of read, resize and copy") {
  const Words words(5);
  for (const Index channels : {1, 3}) {
    for (const bool keep : {false, true}) {
      Loader<double> loader(
          words.samples, {.batch_size = 5, .height = 8, .width = 16, .channels = channels, .keep_aspect_ratio = keep});
      for (Batch<double>& batch : loader.epoch(0)) {
        Tensor<double> expected(Shape{5, channels, 8, 16});
        for (Index n = 0; n < 5; ++n) {
          const Image image = read_image(words.samples[static_cast<std::size_t>(n)].image, channels);
          copy_to_batch(keep ? letterbox(image, 8, 16, {255, 255, 255}) : resize_bilinear(image, 8, 16), expected, n);
        }
        CHECK(std::equal(expected.begin(), expected.end(), batch.images.begin()));
        CHECK(*std::max_element(batch.images.begin(), batch.images.end()) > 100);
        CHECK(*std::max_element(batch.images.begin(), batch.images.end()) <= 255);
      }
    }
  }
}

TEST_CASE("Loader: order and pixels do not depend on workers or prefetch") {
  const Words words(23);
  LoaderOptions options{.batch_size = 4, .height = 8, .width = 16, .shuffle = true, .seed = 99};
  options.augment = AugmentOptions{};
  options.workers = 0;
  const Walked expected = walk(words.samples, options, 3);
  for (const int workers : {1, 2, 5}) {
    for (const Index prefetch : {1, 3, 8}) {
      options.workers = workers;
      options.prefetch = prefetch;
      CHECK(walk(words.samples, options, 3) == expected);
    }
  }
  std::vector<Index> seen;
  for (const auto& batch : expected.samples) seen.insert(seen.end(), batch.begin(), batch.end());
  CHECK_FALSE(std::is_sorted(seen.begin(), seen.end()));
  std::sort(seen.begin(), seen.end());
  for (Index i = 0; i < 23; ++i) CHECK(seen[static_cast<std::size_t>(i)] == i);
}

TEST_CASE("Loader: epochs and seeds differ, the same ones are the same") {
  const Words words(23);
  LoaderOptions options{.batch_size = 4, .height = 8, .width = 16, .shuffle = true, .seed = 99};
  const Walked first = walk(words.samples, options, 0);
  CHECK(first == walk(words.samples, options, 0));
  CHECK(first.samples != walk(words.samples, options, 1).samples);
  options.seed = 100;
  CHECK(first.samples != walk(words.samples, options, 0).samples);
}

TEST_CASE("Loader: augmentation depends on epoch and sample, not on the place in the order") {
  const Words words(12);
  LoaderOptions options{.batch_size = 1, .height = 8, .width = 16, .seed = 5};
  const Walked plain = walk(words.samples, options, 0);
  options.augment = AugmentOptions{};
  const Walked augmented = walk(words.samples, options, 0);
  CHECK(augmented.images != plain.images);
  CHECK(augmented.images != walk(words.samples, options, 1).images);
  options.shuffle = true;
  const Walked shuffled = walk(words.samples, options, 0);
  REQUIRE(shuffled.samples != augmented.samples);
  for (std::size_t i = 0; i < 12; ++i) {
    const auto sample = static_cast<std::size_t>(shuffled.samples[i][0]);
    CHECK(shuffled.images[i] == augmented.images[sample]);
  }
}

TEST_CASE("Loader: each sample is augmented in its own way") {
  const Words words(1);
  const std::vector<Sample> same_image(8, words.samples[0]);
  LoaderOptions options{.batch_size = 1, .height = 8, .width = 16};
  options.augment = AugmentOptions{};
  const Walked walked = walk(same_image, options, 0);
  CHECK(std::set<std::vector<float>>(walked.images.begin(), walked.images.end()).size() > 4);
}

TEST_CASE("Loader: starting at a batch gives the same batches as the whole epoch from there") {
  const Words words(23);
  LoaderOptions options{.batch_size = 4, .height = 8, .width = 16, .shuffle = true, .seed = 1, .workers = 2};
  options.augment = AugmentOptions{};
  const Walked whole = walk(words.samples, options, 2);
  for (std::size_t first = 0; first <= 6; ++first) {
    const Walked rest = walk(words.samples, options, 2, static_cast<Index>(first));
    REQUIRE(rest.images.size() == 6 - first);
    for (std::size_t b = first; b < 6; ++b) {
      CHECK(rest.images[b - first] == whole.images[b]);
      CHECK(rest.texts[b - first] == whole.texts[b]);
      CHECK(rest.samples[b - first] == whole.samples[b]);
    }
  }
}

TEST_CASE("Loader: an image that vanished throws at its batch and names the file") {
  for (const int workers : {0, 1, 3}) {
    const Words words(20);
    std::filesystem::remove(words.samples[13].image);
    words.folder().write(words.samples[17].image, "no image");
    Loader<float> loader(words.samples, {.batch_size = 4, .height = 8, .width = 16, .workers = workers});
    Index batches = 0;
    std::string message;
    try {
      for (Batch<float>& batch : loader.epoch(0)) {
        CHECK(batch.samples.front() == 4 * batches);
        ++batches;
      }
    } catch (const FileError& error) {
      message = error.what();
    }
    CHECK(batches == 3);
    CHECK(message.find(words.samples[13].image.string()) != std::string::npos);
    batches = 0;
    try {
      for (Batch<float>& batch : loader.epoch(0, 4)) batches += batch.images.dim(0);
    } catch (const FormatError& error) {
      message = error.what();
    }
    CHECK(batches == 0);
    CHECK(message.find(words.samples[17].image.string()) != std::string::npos);
  }
}

TEST_CASE("Loader: an image that outgrows its limit when it is turned is named") {
  const Words words(1);
  write_png(words.samples[0].image, Image(10, 60000, 1));
  AugmentOptions turn{.probability = 1, .brightness = false, .erode_dilate = false, .sharpen = false};
  turn.rotate_degrees = 180;
  Loader<float> loader(words.samples, {.batch_size = 1, .height = 8, .width = 16, .augment = turn});
  std::string message;
  for (std::uint32_t epoch = 0; epoch < 20 && message.empty(); ++epoch) {
    try {
      for (Batch<float>& batch : loader.epoch(epoch)) CHECK(batch.images.dim(0) == 1);
    } catch (const FormatError& error) {
      message = error.what();
    }
  }
  CHECK(message.find(words.samples[0].image.string() + ": cannot be augmented: ") != std::string::npos);
}

TEST_CASE("fit_image stretches, or keeps the aspect ratio with the colour beside it") {
  const Image image = test::patterned_image(10, 20, 3);
  LoaderOptions options{.height = 16, .width = 64};
  CHECK(fit_image(image, options) == resize_bilinear(image, 16, 64));
  options.keep_aspect_ratio = true;
  options.fill = {200, 201, 202};
  const Image fitted = fit_image(image, options);
  CHECK(fitted == letterbox(image, 16, 64, {200, 201, 202}));
  CHECK(fitted.height == 16);
  CHECK(fitted.width == 64);
  CHECK(fitted.at(8, 0) == 200);
  CHECK(fitted.at(8, 63) == 200);
}

TEST_CASE("Loader: leaving the loop early, by break, by exception, before it begins") {
  const Words words(30);
  for (const int workers : {0, 1, 4}) {
    Loader<float> loader(words.samples, {.batch_size = 1, .height = 8, .width = 16, .workers = workers, .prefetch = 2});
    for (Batch<float>& batch : loader.epoch(0)) {
      if (batch.samples[0] == 3) break;
    }
    CHECK_THROWS_AS(
        [&] {
          for (Batch<float>& batch : loader.epoch(0)) {
            if (batch.samples[0] == 2) throw ArgumentError("enough");
          }
        }(),
        ArgumentError);
    { auto unused = loader.epoch(0); }
    Index count = 0;
    for (Batch<float>& batch : loader.epoch(0)) count += batch.images.dim(0);
    CHECK(count == 30);
  }
}

TEST_CASE("Loader: bad input") {
  const Words words(3);
  CHECK_THROWS_AS(Loader<float>({}, {}), ArgumentError);
  CHECK_THROWS_AS(Loader<float>(words.samples, {.batch_size = 0}), ArgumentError);
  CHECK_THROWS_AS(Loader<float>(words.samples, {.height = 0}), ArgumentError);
  CHECK_THROWS_AS(Loader<float>(words.samples, {.width = -1}), ArgumentError);
  CHECK_THROWS_AS(Loader<float>(words.samples, {.channels = 2}), ArgumentError);
  CHECK_THROWS_AS(Loader<float>(words.samples, {.workers = -1}), ArgumentError);
  AugmentOptions impossible;
  impossible.probability = 2;
  CHECK_THROWS_AS(Loader<float>(words.samples, {.augment = impossible}), ArgumentError);
  CHECK_THROWS_WITH_AS(Loader<float>(words.samples, {.prefetch = 0}),
                       "Loader: expected prefetch from 1 to 1048576, found 0", ArgumentError);
  Loader<float> loader(words.samples, {.batch_size = 2});
  CHECK_THROWS_AS(loader.epoch(0, -1), ArgumentError);
  CHECK_THROWS_AS(loader.epoch(0, 3), ArgumentError);
  Index batches = 0;
  for (Batch<float>& batch : loader.epoch(0, 2)) batches += batch.images.dim(0);
  CHECK(batches == 0);
}

namespace {

/// Words of many widths: black bars on white paper, which preprocessing leaves nearly as they are.
struct WideWords {
  explicit WideWords(int count, const std::string& text = "word") {
    for (int i = 0; i < count; ++i) {
      const Index width = 20 + (i * 37) % 90;
      Image image(24, width, 1, 255);
      for (Index y = 4; y < 20; ++y) {
        for (Index x = 2; x < width - 2; ++x) image.at(y, x) = x % 5 < 2 || y % 8 == 0 ? 10 : 255;
      }
      const std::filesystem::path path = folder.path() / (std::to_string(i) + ".png");
      write_png(path, image);
      samples.push_back({.image = path, .text = text, .id = std::to_string(i)});
    }
  }
  test::TemporaryFolder folder;
  std::vector<Sample> samples;
};

LoaderOptions preprocessed_loading(Index batch_size, Index bucket) {
  return {.batch_size = batch_size,
          .channels = 1,
          .shuffle = true,
          .seed = 3,
          .preprocessing = Preprocessing::standard(),
          .bucket = bucket};
}

/// Columns that an epoch's batches have beyond those that are real.
Index padding_of(const std::vector<Sample>& samples, const LoaderOptions& options) {
  Loader<float> loader(samples, options);
  Index padding = 0;
  for (Batch<float>& batch : loader.epoch(1)) {
    for (Index n = 0; n < batch.images.dim(0); ++n) {
      padding += batch.images.dim(3) - length_of(batch.widths, n, batch.images.dim(3));
    }
  }
  return padding;
}

}  // namespace

TEST_CASE("pad_to_batch: images at the left, paper to the right, widths where they differ") {
  const std::vector<Image> images{test::patterned_image(6, 9, 1), test::patterned_image(6, 4, 2)};
  const Batch<float> batch = pad_to_batch<float>(images);
  REQUIRE(batch.images.shape() == Shape{2, 1, 6, 9});
  CHECK(batch.widths == Lengths{9, 4});
  for (Index y = 0; y < 6; ++y) {
    for (Index x = 0; x < 9; ++x) {
      CHECK(batch.images(0, 0, y, x) == static_cast<float>(images[0].at(y, x)));
      CHECK(batch.images(1, 0, y, x) == (x < 4 ? static_cast<float>(images[1].at(y, x)) : 255.0f));
    }
  }
  CHECK(pad_to_batch<float>({images[0], images[0]}).widths.empty());
  CHECK_THROWS_AS(pad_to_batch<float>({}), ArgumentError);
  CHECK_THROWS_AS(pad_to_batch<float>({images[0], test::patterned_image(7, 4, 2)}), ShapeError);
  CHECK_THROWS_AS(pad_to_batch<float>({images[0], Image(6, 4, 3)}), ShapeError);
}

TEST_CASE("Loader with preprocessing: each image as it is preprocessed alone, with its own width") {
  const WideWords words(9);
  LoaderOptions options = preprocessed_loading(4, 0);
  Loader<float> loader(words.samples, options);
  for (Batch<float>& batch : loader.epoch(0)) {
    for (Index n = 0; n < batch.images.dim(0); ++n) {
      const auto k = static_cast<std::size_t>(n);
      const auto sample = static_cast<std::size_t>(batch.samples[k]);
      const Image expected = (*options.preprocessing)(read_image(words.samples[sample].image, 1));
      REQUIRE(length_of(batch.widths, n, batch.images.dim(3)) == expected.width);
      CHECK(expected.width % 4 == 0);
      for (Index y = 0; y < expected.height; ++y) {
        for (Index x = 0; x < batch.images.dim(3); ++x) {
          REQUIRE(batch.images(n, 0, y, x) == (x < expected.width ? static_cast<float>(expected.at(y, x)) : 255.0f));
        }
      }
    }
  }
}

TEST_CASE("Loader with buckets: every sample once, similar widths together, the same whoever works") {
  const WideWords words(53);
  for (const bool shuffle : {true, false}) {
    for (const Index bucket : {1, 2, 5, 1 << 20}) {
      CAPTURE(shuffle);
      CAPTURE(bucket);
      LoaderOptions options = preprocessed_loading(4, bucket);
      options.shuffle = shuffle;
      options.word_augment = WordAugmentOptions{};
      if (bucket != 5) options.word_augment.reset();
      options.workers = 0;
      const Walked expected = walk(words.samples, options, 2);
      std::set<Index> seen;
      for (std::size_t b = 0; b < expected.samples.size(); ++b) {
        CHECK(expected.samples[b].size() == (b + 1 < expected.samples.size() ? 4 : 1));
        seen.insert(expected.samples[b].begin(), expected.samples[b].end());
      }
      CHECK(seen.size() == 53);
      for (const int workers : {1, 3}) {
        options.workers = workers;
        CHECK(walk(words.samples, options, 2) == expected);
      }
      const Walked from_fifth = walk(words.samples, options, 2, 5);
      CHECK(from_fifth.images == std::vector<std::vector<float>>(expected.images.begin() + 5, expected.images.end()));
      CHECK(from_fifth.widths == std::vector<Lengths>(expected.widths.begin() + 5, expected.widths.end()));
      if (shuffle) CHECK_FALSE(walk(words.samples, options, 3).samples == expected.samples);
      if (!shuffle) CHECK(walk(words.samples, options, 3).samples == expected.samples);
    }
  }
  const Index none = padding_of(words.samples, preprocessed_loading(4, 0));
  const Index some = padding_of(words.samples, preprocessed_loading(4, 5));
  const Index all = padding_of(words.samples, preprocessed_loading(4, 1 << 20));
  CAPTURE(none);
  CAPTURE(some);
  CAPTURE(all);
  CHECK(2 * some < none);
  CHECK(2 * all < some);
}

TEST_CASE("Loader with buckets: fewer samples than a batch, one bucket that is not full") {
  const WideWords words(3);
  const Walked walked = walk(words.samples, preprocessed_loading(8, 4), 1);
  REQUIRE(walked.samples.size() == 1);
  CHECK(std::set<Index>(walked.samples[0].begin(), walked.samples[0].end()) == std::set<Index>{0, 1, 2});
}

TEST_CASE("Loader: an image is widened where its label would not fit, in training, and only then") {
  const std::string fits = "word", doubled(40, 'l');  // 40 equal letters need 79 steps, 316 columns
  for (const std::string& text : {fits, doubled, std::string("\u00e9\u00e9")}) {
    CAPTURE(text);
    const WideWords words(2, text);
    LoaderOptions options = preprocessed_loading(2, 0);
    const Walked reading = walk(words.samples, options, 0);
    options.columns_per_step = 4;
    const Walked training = walk(words.samples, options, 0);
    if (text != doubled) {
      CHECK(training == reading);
      continue;
    }
    CHECK(training.images[0].size() == 2 * 32 * 316);
    CHECK(training.widths[0].empty());  // both are as wide as the label needs
    CHECK(reading.images[0].size() < training.images[0].size());
    options.word_augment = WordAugmentOptions{};
    CHECK(walk(words.samples, options, 0).images[0].size() == training.images[0].size());
  }
}

TEST_CASE("Loader with preprocessing: options that contradict it") {
  const WideWords words(2);
  LoaderOptions options = preprocessed_loading(2, 1);
  options.width = 0;  // means nothing then
  CHECK_NOTHROW(Loader<float>(words.samples, options));
  options.channels = 3;
  CHECK_THROWS_AS(Loader<float>(words.samples, options), ArgumentError);
  options.channels = 1;
  options.augment = AugmentOptions{};
  CHECK_THROWS_AS(Loader<float>(words.samples, options), ArgumentError);
  options.augment.reset();
  options.bucket = -1;
  CHECK_THROWS_AS(Loader<float>(words.samples, options), ArgumentError);
  options.bucket = 1;
  std::filesystem::remove(words.samples[1].image);
  CHECK_THROWS_WITH_AS(Loader<float>(words.samples, options), doctest::Contains("1.png"), FileError);
}
