// Tests of the picture of saliency.
#include "tinyhtr/debug/saliency_picture.hpp"

#include <doctest/doctest.h>

#include <utility>
#include <vector>

#include "support/pixel.hpp"

using namespace tinyhtr;
using tinyhtr::test::pixel;

namespace {

LetterSaliency letter(int number, std::vector<Index> steps) {
  LetterSaliency saliency;
  saliency.number = number;
  saliency.steps = std::move(steps);
  saliency.gradient = Tensor<double>(Shape{1, 4, 8});
  return saliency;
}

constexpr Index zoom = 8, gap = 8;

}  // namespace

TEST_CASE("saliency_picture: red where a pixel matters most, the image pale elsewhere, a bar for the steps") {
  const Vocabulary vocabulary("ab");
  Image input(4, 8, 1, 255);
  input.at(3, 7) = 0;
  LetterSaliency first = letter(0, {1}), second = letter(1, {2, 3});
  first.gradient(0, 1, 2) = -8;
  first.gradient(0, 1, 3) = 4;
  const Image picture = saliency_picture(input, {first, second}, 4, vocabulary);
  const Index left = detail::picture_margin, each = 4 * zoom + 4 + gap;
  CHECK(picture.height == gap + 2 * each);
  const auto at = [&](Index row, Index y, Index x) {
    return pixel(picture, gap + row * each + y * zoom + 4, left + x * zoom + 4);
  };
  CHECK(at(0, 1, 2) == detail::picture_red);
  CHECK(at(0, 1, 3) == Colour{240, 152, 138});  // half red, half white
  CHECK(at(0, 0, 0) == Colour{255, 255, 255});
  CHECK(at(0, 3, 7) == Colour{170, 170, 170});  // ink
  CHECK(at(1, 1, 2) == Colour{255, 255, 255});  // of a letter that nothing matters for
  const auto bar = [&](Index row, Index step) {
    return pixel(picture, gap + row * each + 4 * zoom + 4, left + step * 2 * zoom + 8) == detail::picture_ink;
  };
  CHECK_FALSE(bar(0, 0));
  CHECK(bar(0, 1));
  CHECK_FALSE(bar(0, 2));
  CHECK(bar(1, 2));
  CHECK(bar(1, 3));
}

TEST_CASE("saliency_picture: steps of a later sweep stand at their columns") {
  const Vocabulary vocabulary("ab");
  const Image picture = saliency_picture(Image(4, 8, 3, 255), {letter(0, {5})}, 8, vocabulary, 2);
  const Index left = detail::picture_margin, y = gap + 4 * zoom + 4;
  CHECK(pixel(picture, y, left + 2 * zoom + 4) == detail::picture_ink);  // step 1 of four
  CHECK(pixel(picture, y, left + 4) == Colour{255, 255, 255});
}

TEST_CASE("saliency_picture: no letters, and what does not fit") {
  const Vocabulary vocabulary("ab");
  const Image input(4, 8, 1, 255);
  CHECK(saliency_picture(input, {}, 4, vocabulary).height == gap + 4 * zoom + 4 + gap);
  CHECK_THROWS_AS(saliency_picture(Image(4, 9, 1), {letter(0, {1})}, 4, vocabulary), ShapeError);
  CHECK_THROWS_AS(saliency_picture(Image(), {}, 4, vocabulary), ArgumentError);
  CHECK_THROWS_AS(saliency_picture(input, {}, 4, vocabulary, 3), ArgumentError);
}
