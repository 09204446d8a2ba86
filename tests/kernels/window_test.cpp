// Tests of the window arithmetic: TensorFlow's and PyTorch's rules.
#include "tinyhtr/kernels/window.hpp"

#include <doctest/doctest.h>

using namespace tinyhtr;

TEST_CASE("same: output is input / stride rounded up, the odd zero comes last") {
  const Window even(32, 3, 2, Padding::same);
  CHECK(even.output == 16);
  CHECK(even.before == 0);  // one zero, below
  CHECK(even.source(15, 2) == 32);
  const Window odd(33, 3, 2, Padding::same);
  CHECK(odd.output == 17);
  CHECK(odd.before == 1);
  const Window plain(7, 3, 1, Padding::same);
  CHECK(plain.output == 7);
  CHECK(plain.before == 1);
  const Window even_kernel(7, 2, 1, Padding::same);
  CHECK(even_kernel.output == 7);
  CHECK(even_kernel.before == 0);
  const Window skip(32, 1, 2, Padding::same);
  CHECK(skip.output == 16);
  CHECK(skip.before == 0);
  CHECK(Window(1, 5, 1, Padding::same).output == 1);
}

TEST_CASE("symmetric: (kernel - 1) / 2 zeros on either side, as in PyTorch") {
  const Window window(32, 3, 2, Padding::symmetric);
  CHECK(window.output == 16);
  CHECK(window.before == 1);
  CHECK(window.source(0, 0) == -1);
  CHECK(window.source(15, 2) == 31);
  CHECK(Window(7, 4, 1, Padding::symmetric).output == 6);
  CHECK(Window(32, 1, 2, Padding::symmetric).before == 0);
}

TEST_CASE("none: the kernel stays inside") {
  const Window window(8, 3, 2, Padding::none);
  CHECK(window.output == 3);
  CHECK(window.before == 0);
  CHECK(Window(3, 3, 1, Padding::none).output == 1);
}

TEST_CASE("no output looks past the zeros; every output sees the input") {
  for (const Padding padding : {Padding::same, Padding::symmetric, Padding::none}) {
    for (Index input = 1; input <= 12; ++input) {
      for (Index kernel = 1; kernel <= 5; ++kernel) {
        for (Index stride = 1; stride <= 4; ++stride) {
          if (padding == Padding::none && input < kernel) continue;
          if (padding == Padding::symmetric && input + 2 * ((kernel - 1) / 2) < kernel) continue;
          const Window window(input, kernel, stride, padding);
          REQUIRE(window.output >= 1);
          REQUIRE(window.source(0, 0) > -kernel);
          if (padding == Padding::same) {
            REQUIRE(window.output == (input + stride - 1) / stride);
            REQUIRE(window.source(window.output - 1, 0) < input);
          }
          if (padding == Padding::none) REQUIRE(window.source(window.output - 1, kernel - 1) < input);
        }
      }
    }
  }
}

TEST_CASE("a kernel that does not fit, numbers below one are errors") {
  CHECK_THROWS_WITH_AS(Window(2, 3, 1, Padding::none),
                       "convolution: an input of 2 with 0 zeros around it is smaller than the kernel of 3",
                       ArgumentError);
  CHECK_THROWS_WITH_AS(Window(8, 0, 1, Padding::same),
                       "convolution: kernel and stride have to be positive, found 0 and 1", ArgumentError);
  CHECK_THROWS_AS(Window(8, 3, 0, Padding::same), ArgumentError);
  CHECK_THROWS_AS(Window(8, 3, -1, Padding::symmetric), ArgumentError);
}
