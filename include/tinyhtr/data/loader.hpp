// Loader: samples on disk to batches of images, ready to train on.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <limits>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/lengths.hpp"
#include "tinyhtr/core/random.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/core/utf8.hpp"
#include "tinyhtr/data/prefetch.hpp"
#include "tinyhtr/data/sample.hpp"
#include "tinyhtr/image/augment.hpp"
#include "tinyhtr/image/image.hpp"
#include "tinyhtr/image/image_size.hpp"
#include "tinyhtr/image/preprocessing.hpp"
#include "tinyhtr/image/read.hpp"
#include "tinyhtr/image/resize.hpp"
#include "tinyhtr/image/word_augment.hpp"
#include "tinyhtr/kernels/ctc.hpp"

namespace tinyhtr {

/// Some samples, with their images side by side.
template <class T>
struct Batch {
  Tensor<T> images;                ///< (N,C,H,W), grey levels 0 .. 255
  Lengths widths;                  ///< N: columns of each image that are no padding; empty: all of them
  std::vector<std::string> texts;  ///< N labels, UTF-8
  std::vector<Index> samples;      ///< N positions in the loader's samples
};

/// How a Loader makes batches.
struct LoaderOptions {
  Index batch_size = 16;
  Index height = 32, width = 128, channels = 3;
  bool shuffle = false;
  std::uint64_t seed = 0;
  std::optional<AugmentOptions> augment{};           ///< none: images as they are
  bool keep_aspect_ratio = false;                    ///< letterbox instead of stretching
  std::optional<Preprocessing> preprocessing{};      ///< instead of both: prepared and fitted, to a width of its own
  std::optional<WordAugmentOptions> word_augment{};  ///< with preprocessing, instead of augment: drawn while fitting
  Index columns_per_step = 0;  ///< with preprocessing: columns that a time step of the network takes, so that in
                               ///< training an image is widened with paper where its label would not fit; 0: never
  Index bucket = 0;            ///< batches of images of similar width, sorted within so many batches; 0: no sorting
  std::array<std::uint8_t, 3> fill{255, 255, 255};  ///< the colour beside a letterboxed image
  int workers = 1;     ///< background threads; 0: everything in the caller, so that a debugger steps through
  Index prefetch = 8;  ///< at most so many batches in memory ahead of the one in use
};

/// An image as a batch takes it: preprocessed, or else stretched to height x width, or letterboxed.
inline Image fit_image(const Image& image, const LoaderOptions& options) {
  if (options.preprocessing) return (*options.preprocessing)(image);
  if (options.keep_aspect_ratio) return letterbox(image, options.height, options.width, options.fill);
  return resize_bilinear(image, options.height, options.width);
}

/// Images of equal height and channels as one batch: each in the upper left corner, paper (255) to the right of it.
template <class T>
Batch<T> pad_to_batch(const std::vector<Image>& images) {
  if (images.empty()) throw ArgumentError("pad_to_batch: expected at least one image, found none");
  Batch<T> batch;
  Index width = 0;
  for (const Image& image : images) width = std::max(width, image.width);
  batch.images =
      Tensor<T>::uninitialized({static_cast<Index>(images.size()), images[0].channels, images[0].height, width});
  bool differ = false;
  for (std::size_t n = 0; n < images.size(); ++n) {
    copy_to_batch(images[n], batch.images, static_cast<Index>(n), T(255));
    batch.widths.push_back(images[n].width);
    differ = differ || images[n].width != width;
  }
  if (!differ) batch.widths.clear();
  return batch;
}

template <class T>
class Loader;

/// One pass over the batches of a loader: `for (Batch<T>& batch : loader.epoch(e))`. Can be walked once.
/// A batch lives until the next one is asked for. Leaving the loop early stops the background threads.
template <class T>
class Epoch {
 public:
  class Iterator {
   public:
    explicit Iterator(Epoch& epoch) : epoch_(&epoch) {}
    Batch<T>& operator*() const { return *epoch_->current_; }
    Batch<T>* operator->() const { return &*epoch_->current_; }
    Iterator& operator++() {
      epoch_->advance();
      return *this;
    }
    bool operator==(std::default_sentinel_t) const { return !epoch_->current_.has_value(); }

   private:
    Epoch* epoch_;
  };

  Iterator begin() {
    if (!started_) advance();
    return Iterator(*this);
  }
  std::default_sentinel_t end() const { return std::default_sentinel; }

 private:
  friend class Loader<T>;

  Epoch(Loader<T>& loader, std::uint32_t epoch, Index first_batch)
      : loader_(loader),
        batches_(
            first_batch, loader.batches(), loader.options().workers, loader.options().prefetch,
            [&loader, epoch, order = loader.order(epoch)](Index b) { return loader.make_batch(epoch, order, b); }) {}

  void advance() {
    started_ = true;
    current_.reset();
    if (batches_.done()) return;
    const auto start = std::chrono::steady_clock::now();
    current_ = batches_.next();
    loader_.seconds_waited_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }

  Loader<T>& loader_;
  std::optional<Batch<T>> current_;
  bool started_ = false;
  Prefetcher<Batch<T>> batches_;
};

/// Reads, augments and resizes images in the background, in batches.
///
/// The order of the samples depends on (seed, epoch) alone, a sample's pixels on (seed, epoch, sample) alone: neither
/// on the number of workers nor on the batch at which an epoch starts, so that a resumed run sees the same data.
/// Each image is read, augmented at its own size, resized (or letterboxed) to height x width, and copied; with
/// preprocessing it is prepared, then augmented and fitted in one, and has a width of its own. Then batches are padded,
/// and with `bucket` put together of images of similar width, so that little is padding.
template <class T>
class Loader {
 public:
  /// Throws ArgumentError for an empty list of samples or an option out of range.
  Loader(std::vector<Sample> samples, LoaderOptions options)
      : samples_(std::move(samples)), options_(std::move(options)) {
    check_options();
    if (options_.bucket > 0) find_widths();
  }

  Loader(const Loader&) = delete;  // epochs point to their loader
  Loader& operator=(const Loader&) = delete;

  const std::vector<Sample>& samples() const { return samples_; }
  const LoaderOptions& options() const { return options_; }

  /// Batches of an epoch, the last of which may be smaller: ceil(samples / batch_size).
  Index batches() const { return (sample_count() + options_.batch_size - 1) / options_.batch_size; }

  /// The batches of one epoch from `first_batch` on; first_batch = batches() is none of them.
  /// The loop throws what reading an image throws (FileError, FormatError), at the batch that holds the image.
  /// Throws ArgumentError unless 0 <= first_batch <= batches().
  Epoch<T> epoch(std::uint32_t epoch, Index first_batch = 0) & {
    if (first_batch < 0 || first_batch > batches()) {
      throw ArgumentError("Loader::epoch: expected a first batch from 0 to " + std::to_string(batches()) + ", found " +
                          std::to_string(first_batch));
    }
    return Epoch<T>(*this, epoch, first_batch);
  }
  Epoch<T> epoch(std::uint32_t epoch, Index first_batch = 0) && = delete;  // the loader would be gone in the loop

  /// Samples of an epoch in the order in which batches take them: positions in samples().
  std::vector<Index> order(std::uint32_t epoch) const {
    std::vector<Index> order(samples_.size());
    std::iota(order.begin(), order.end(), Index{0});
    Random random(options_.seed, Purpose::shuffle, epoch);
    if (options_.shuffle) random.shuffle(order);
    if (options_.bucket > 0) sort_into_buckets(order, random);
    return order;
  }

  /// Seconds that loops over all epochs so far stood still for the next batch; without workers, all of the loading.
  double seconds_waited() const { return seconds_waited_; }

 private:
  friend class Epoch<T>;

  Index sample_count() const { return static_cast<Index>(samples_.size()); }

  /// Batch number b of an epoch: the samples order[b * batch_size] and following.
  Batch<T> make_batch(std::uint32_t epoch, const std::vector<Index>& order, Index b) const {
    const Index begin = b * options_.batch_size;
    const Index end = std::min(begin + options_.batch_size, sample_count());
    std::vector<Image> images;
    for (Index i = begin; i < end; ++i) images.push_back(make_image(epoch, order[static_cast<std::size_t>(i)]));
    Batch<T> batch = pad_to_batch<T>(images);
    for (Index i = begin; i < end; ++i) {
      const Index sample = order[static_cast<std::size_t>(i)];
      batch.texts.push_back(samples_[static_cast<std::size_t>(sample)].text);
      batch.samples.push_back(sample);
    }
    return batch;
  }

  /// The image of one sample as it goes into a batch.
  Image make_image(std::uint32_t epoch, Index sample) const {
    const std::filesystem::path& path = samples_[static_cast<std::size_t>(sample)].image;
    Image image = read_image(path, options_.channels);
    if (options_.preprocessing) {
      try {
        return preprocessed(image, epoch, sample);
      } catch (const ArgumentError& error) {  // the step knows what is wrong with the image, but not which one it is
        throw FormatError(path.string() + ": cannot be prepared: " + error.what());
      }
    }
    if (options_.augment) {
      Random random(options_.seed, Purpose::augment, epoch, static_cast<std::uint32_t>(sample));
      try {
        image = augment(image, *options_.augment, random);
      } catch (const ArgumentError& error) {  // turned, a long image may need more pixels than an image may have
        throw FormatError(path.string() + ": cannot be augmented: " + error.what());
      }
    }
    return fit_image(image, options_);
  }

  Image preprocessed(const Image& image, std::uint32_t epoch, Index sample) const {
    const Preprocessing& preprocessing = *options_.preprocessing;
    Image fitted;
    if (options_.word_augment) {
      Random random(options_.seed, Purpose::augment, epoch, static_cast<std::uint32_t>(sample));
      fitted = augment_word(preprocessing.prepare(image), preprocessing.fit, *options_.word_augment, random);
    } else {
      fitted = preprocessing(image);
    }
    if (options_.columns_per_step == 0) return fitted;
    const Index needed = required_steps(samples_[static_cast<std::size_t>(sample)].text) * options_.columns_per_step;
    return needed > fitted.width ? widen_with_paper(fitted, needed) : fitted;
  }

  /// The fewest time steps that a label fits into: a step for each character, and one more between equal ones.
  static Index required_steps(const std::string& text) {
    std::vector<int> label;
    for (const char32_t c : decode_utf8(text)) label.push_back(static_cast<int>(c));
    return ctc_required_steps(label);
  }

  /// How wide the images become, about: sorted by that, those of a batch are of similar width.
  void find_widths() {
    const FitHeight fit = options_.preprocessing ? options_.preprocessing->fit : FitHeight{.height = options_.height};
    for (const Sample& sample : samples_) {
      const ImageSize size = image_size(sample.image);
      widths_.push_back(fit_size(fit, size.height, size.width).width);
    }
  }

  /// Sorts each stretch of `bucket` batches by width, and shuffles its batches where the epoch is shuffled.
  void sort_into_buckets(std::vector<Index>& order, Random& random) const {
    const auto stretch = static_cast<std::size_t>(options_.bucket * options_.batch_size);
    const auto size = static_cast<std::size_t>(options_.batch_size);
    std::vector<Index> sorted;
    for (std::size_t begin = 0; begin < order.size(); begin += stretch) {
      const std::size_t end = std::min(order.size(), begin + stretch);
      const auto first = order.begin() + static_cast<std::ptrdiff_t>(begin);
      const auto last = order.begin() + static_cast<std::ptrdiff_t>(end);
      std::stable_sort(first, last, [this](Index a, Index b) {
        return widths_[static_cast<std::size_t>(a)] < widths_[static_cast<std::size_t>(b)];
      });
      if (!options_.shuffle) continue;
      std::vector<std::size_t> batches(std::max<std::size_t>(1, (end - begin) / size));  // whole ones
      std::iota(batches.begin(), batches.end(), std::size_t{0});
      random.shuffle(batches);
      sorted.clear();
      for (const std::size_t b : batches) {
        const std::size_t from = begin + b * size, to = std::min(end, from + size);
        for (std::size_t i = from; i < to; ++i) sorted.push_back(order[i]);
      }
      std::copy(sorted.begin(), sorted.end(), first);  // what makes no whole batch stays at the end
    }
  }

  void check_options() const {
    const auto check = [](const char* name, Index value, Index lowest, Index highest) {
      if (value >= lowest && value <= highest) return;
      throw ArgumentError("Loader: expected " + std::string(name) + " from " + std::to_string(lowest) + " to " +
                          std::to_string(highest) + ", found " + std::to_string(value));
    };
    if (options_.augment) tinyhtr::check_options(*options_.augment);
    if (samples_.empty()) throw ArgumentError("Loader: expected at least one sample, found none");
    check("the number of samples", sample_count(), 1, std::numeric_limits<std::uint32_t>::max());
    check("batch_size", options_.batch_size, 1, 1 << 20);
    check("height", options_.height, 1, 1 << 14);
    if (!options_.preprocessing) check("width", options_.width, 1, 1 << 14);
    check("workers", options_.workers, 0, 1024);
    check("prefetch", options_.prefetch, 1, 1 << 20);
    check("bucket", options_.bucket, 0, 1 << 20);
    if (options_.word_augment) tinyhtr::check_options(*options_.word_augment);
    if (options_.preprocessing && (options_.augment || options_.channels != 1)) {
      throw ArgumentError("Loader: with preprocessing, expected 1 channel and word_augment instead of augment");
    }
    if (options_.channels != 1 && options_.channels != 3) {
      throw ArgumentError("Loader: expected 1 or 3 channels, found " + std::to_string(options_.channels));
    }
  }

  std::vector<Sample> samples_;
  LoaderOptions options_;
  std::vector<Index> widths_;  // of the fitted images, about; empty without buckets
  double seconds_waited_ = 0;
};

}  // namespace tinyhtr
