// Tests of the network made ready to read with: the logits of the network that it came from.
#include "tinyhtr/models/folded_word_net.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "../support/compare.hpp"
#include "../support/counted.hpp"
#include "tinyhtr/core/parallel.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

namespace {

/// Odd sizes, a skip path of each kind, a stride of each kind.
WordNetOptions foldable_options() {
  WordNetOptions options;
  options.height = 11;
  options.width = 37;
  options.hidden = 5;
  options.blocks = {{.filters = 5, .stride = {2, 1}, .convolve_skip = true},
                    {.filters = 5, .stride = 1, .convolve_skip = false},
                    {.filters = 9, .stride = 2, .convolve_skip = true}};
  return options;
}

/// Runs some training passes, so that the running statistics are not those of a new network.
template <class T>
void train_statistics(WordNet<T>& network) {
  const WordNetOptions& size = network.options;
  Tensor<T> images = counted_tensor<T>({3, size.channels, size.height, size.width}, 5);
  for (T& pixel : images) pixel = 100 + 100 * pixel;
  for (std::uint32_t step = 0; step < 20; ++step) network.forward(images, Mode::training(1, step));
}

template <class T>
Tensor<T> grey_images(const WordNetOptions& size, Index batch) {
  Tensor<T> images = counted_tensor<T>({batch, size.channels, size.height, size.width}, 6);
  for (T& pixel : images) pixel = 127 + 127 * pixel;
  return images;
}

}  // namespace

TEST_CASE_TEMPLATE("a folded network gives the logits of its network", T, float, double) {
  const double tolerance = sizeof(T) == 4 ? 2e-5 : 1e-12;
  for (const Scan scan : {Scan::rows, Scan::columns, Scan::column_maxima}) {
    for (const bool invert : {false, true}) {
      WordNetOptions options = foldable_options();
      options.scan = scan;
      options.invert = invert;
      options.batch_norm_momentum = 0.5;
      options.padding = invert ? Padding::symmetric : Padding::same;
      WordNet<T> network(7, 3, options);
      train_statistics(network);
      const FoldedWordNet<T> folded(network);
      for (const Index batch : {1, 2, 5}) {
        CAPTURE(static_cast<int>(scan));
        CAPTURE(invert);
        CAPTURE(batch);
        const Tensor<T> images = grey_images<T>(options, batch);
        CHECK(relative_error(folded.forward(images), network.forward(images).value()) < tolerance);
      }
    }
  }
}

TEST_CASE("the reference network folds") {
  WordNet<float> network(79, 5);
  train_statistics(network);
  const FoldedWordNet<float> folded(network);
  const Tensor<float> images = grey_images<float>(network.options, 2);
  CHECK(relative_error(folded.forward(images), network.forward(images).value()) < 2e-5);
}

TEST_CASE("a folded network gives the same bits at any number of threads, and keeps its weights") {
  const int before = thread_count();
  WordNet<float> network(7, 3, foldable_options());
  train_statistics(network);
  const FoldedWordNet<float> folded(network);
  const Tensor<float> images = grey_images<float>(network.options, 3), one = grey_images<float>(network.options, 1);
  set_thread_count(1);
  const Tensor<float> expected = folded.forward(images), expected_of_one = folded.forward(one);
  train_statistics(network);  // moves the network's statistics, not the folded ones
  for (const int threads : {1, 2, 3, 8}) {
    set_thread_count(threads);
    CHECK(same_bits(folded.forward(images), expected));
    CHECK(same_bits(folded.forward(one), expected_of_one));
  }
  set_thread_count(before);
}

TEST_CASE("a folded network refuses images of another size") {
  const WordNet<float> network(7, 3, foldable_options());
  const FoldedWordNet<float> folded(network);
  CHECK_THROWS_WITH_AS(folded.forward(Tensor<float>(Shape{1, 3, 11, 36})),
                       "FoldedWordNet: images has shape (1,3,11,36), expected (1,3,11,37)", ShapeError);
}
