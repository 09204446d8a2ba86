// Tests of images_for.
#include "tinyhtr/models/word_net_images.hpp"

#include <doctest/doctest.h>

#include "support/tiny_word_net.hpp"

using namespace tinyhtr;

TEST_CASE("images_for: the loader makes the images that the network takes") {
  WordNetOptions network = test::tiny_word_net();
  LoaderOptions loading = images_for(network);
  CHECK(loading.height == 16);
  CHECK(loading.width == 32);
  CHECK(loading.channels == 3);
  CHECK_FALSE(loading.keep_aspect_ratio);
  CHECK_FALSE(loading.shuffle);
  CHECK_FALSE(loading.augment.has_value());
  network.channels = 1;
  network.keep_aspect_ratio = true;
  loading = images_for(network);
  CHECK(loading.channels == 1);
  CHECK(loading.keep_aspect_ratio);
}

TEST_CASE("images_for: no thread beside the only one") {
  const int before = thread_count();
  set_thread_count(1);
  CHECK(images_for({}).workers == 0);
  set_thread_count(2);
  CHECK(images_for({}).workers == 1);
  set_thread_count(before);
}
