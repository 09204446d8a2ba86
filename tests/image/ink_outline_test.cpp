// Tests of where the ink is.
#include "tinyhtr/image/ink_outline.hpp"

#include <doctest/doctest.h>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/image/draw.hpp"

using namespace tinyhtr;

TEST_CASE("box, columns and stroke of two bars") {
  Image image(40, 60, 1, 255);
  fill_area(image, 5, 10, 30, 4, {0});
  fill_area(image, 12, 50, 20, 4, {100});
  fill_area(image, 0, 0, 40, 1, {200});  // too bright
  const InkOutline ink = ink_outline(image);
  CHECK(ink.top == 5);
  CHECK(ink.bottom == 35);
  CHECK(ink.left == 10);
  CHECK(ink.right == 54);
  CHECK(ink.first_row[51] == 12);
  CHECK(ink.row_after[51] == 32);
  CHECK(ink.first_row[30] >= ink.row_after[30]);
  CHECK(ink.stroke == doctest::Approx(2.0 * 200 / 116));  // area 120 + 80, edges 68 + 48
}

TEST_CASE("mapped_box is the box of all pixels of ink after the map") {
  Image image(20, 30, 1, 255);
  for (Index i = 0; i < 12; ++i) image.at(3 + i, 5 + 2 * i) = 0;
  const InkOutline ink = ink_outline(image);
  const AffineMap map{0.8, -0.3, 0.4, 1.2, 3, -2};
  Box all{1e9, -1e9, 1e9, -1e9};
  for (Index y = 0; y < 20; ++y) {
    for (Index x = 0; x < 30; ++x) {
      if (image.at(y, x) != 0) continue;
      for (int corner = 0; corner < 4; ++corner) {
        const Place p = map({static_cast<double>(y + corner / 2), static_cast<double>(x + corner % 2)});
        all.top = std::min(all.top, p.y), all.bottom = std::max(all.bottom, p.y);
        all.left = std::min(all.left, p.x), all.right = std::max(all.right, p.x);
      }
    }
  }
  const Box box = mapped_box(ink, map);
  CHECK(box.top == doctest::Approx(all.top));
  CHECK(box.bottom == doctest::Approx(all.bottom));
  CHECK(box.left == doctest::Approx(all.left));
  CHECK(box.right == doctest::Approx(all.right));
  InkOutline thicker = ink;
  thicker.grown = 2;
  CHECK(mapped_box(thicker, {}).left == mapped_box(ink, {}).left - 2);
}

TEST_CASE("without ink all counts; colour and nothing are refused") {
  const InkOutline ink = ink_outline(Image(4, 6, 1, 255));
  CHECK(ink.bottom == 4);
  CHECK(ink.right == 6);
  CHECK(ink.stroke == 1);
  CHECK(mapped_box(ink, {}).right == 6);
  CHECK_THROWS_AS(ink_outline(Image(4, 6, 3)), ArgumentError);
  CHECK_THROWS_AS(ink_outline(Image()), ArgumentError);
}

TEST_CASE("ink that fills the image ends at its border") {
  CHECK(ink_outline(Image(10, 10, 1, 0)).stroke == doctest::Approx(5));
  CHECK(ink_outline(Image(4, 1000, 1, 0)).stroke == doctest::Approx(4).epsilon(0.01));
}
