// Tests of the boxes of characters: by hand, and the order of boxes over random logits.
#include "tinyhtr/decode/character_boxes.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "support/counted.hpp"
#include "tinyhtr/core/random.hpp"

using namespace tinyhtr;
using Boxes = std::vector<CharacterBox>;

namespace {

Alignment alignment_of(std::vector<Index> letters) {
  Alignment alignment;
  alignment.letters = std::move(letters);
  return alignment;
}

}  // namespace

TEST_CASE("character_boxes: boundaries in the middle of blanks, the outer ones as far as the inner ones") {
  //                                   0   1   2  3  4   5   6   7  8  9   10  11  12  13
  const auto alignment = alignment_of({-1, -1, -1, 0, 0, -1, -1, 1, 2, -1, -1, -1, -1, -1});
  CHECK(character_boxes(alignment, {.columns_per_step = 1}) == Boxes{{2, 6}, {6, 8}, {8, 9}});
  // The same on an original of twice the size that begins 4 columns into the network's image.
  CHECK(character_boxes(alignment, {.columns_per_step = 4, .scale = 0.5, .offset = 4}) ==
        Boxes{{8, 40}, {40, 56}, {56, 64}});
  CHECK(character_boxes(alignment, {.columns_per_step = 1, .x_low = 2.5, .x_high = 8.5}) ==
        Boxes{{2.5, 6}, {6, 8}, {8, 8.5}});
}

TEST_CASE("character_boxes: odd blanks, touching characters, one alone, none, ends that are near") {
  const StepGeometry one{.columns_per_step = 1};
  CHECK(character_boxes(alignment_of({0, -1, 1, 2, -1}), one) == Boxes{{0, 1.5}, {1.5, 3}, {3, 4}});
  CHECK(character_boxes(alignment_of({-1, -1, 0, -1, -1, -1, -1}), one) == Boxes{{0, 5}});
  CHECK(character_boxes(alignment_of({-1, 0, -1, -1, -1, -1, 1}), one) == Boxes{{0, 4}, {4, 7}});
  CHECK(character_boxes(alignment_of({-1, -1}), one).empty());
  CHECK(character_boxes(alignment_of({}), one).empty());
  // Aligned to the padding right of the image: nothing is left of the box.
  CHECK(character_boxes(alignment_of({0, -1, -1, -1, 1}), {.columns_per_step = 1, .x_high = 2}) ==
        Boxes{{0, 2}, {2, 2}});
}

TEST_CASE("character_boxes: over random logits they never go back, never overlap, and stay on the image") {
  Random random(11);
  for (int trial = 0; trial < 400; ++trial) {
    const auto steps = static_cast<Index>(1 + random.below(40));
    const auto logits = test::counted_tensor<float>({steps, 1, 6}, 500 + static_cast<std::uint64_t>(trial), 8);
    std::vector<int> text;
    for (std::uint32_t i = random.below(12); i > 0; --i) text.push_back(static_cast<int>(random.below(5)));
    if (ctc_required_steps(text) > steps) continue;
    const double width = random.uniform(5, 300), scale = random.uniform(.3, 3), offset = random.uniform(-40, 40);
    const Boxes boxes = character_boxes(align(logits, 0, text, 5), {.scale = scale, .offset = offset, .x_high = width});
    REQUIRE(boxes.size() == text.size());
    double previous = 0;
    for (std::size_t i = 0; i < boxes.size(); ++i) {
      CHECK(boxes[i].x_begin >= previous);
      if (i > 0) CHECK(boxes[i].x_begin == previous);
      CHECK(boxes[i].x_end >= boxes[i].x_begin);
      CHECK(boxes[i].x_end <= width);
      previous = boxes[i].x_end;
    }
    for (const CharacterBox& box : character_boxes(align(logits, 0, text, 5), {})) {
      CHECK(box.x_end - box.x_begin >= 4);  // at least its own step where nothing is cut off
    }
  }
}

TEST_CASE("character_boxes: what it refuses") {
  for (const auto& letters : std::vector<std::vector<Index>>{{1}, {0, 2}, {0, 1, 0}, {0, -1, 0}, {-2}, {0, 5}}) {
    CHECK_THROWS_AS(character_boxes(alignment_of(letters), {}), ArgumentError);
  }
  const auto alignment = alignment_of({0});
  const double bad = std::nan(""), infinite = std::numeric_limits<double>::infinity();
  for (const StepGeometry& geometry :
       {StepGeometry{.columns_per_step = 0}, StepGeometry{.scale = 0}, StepGeometry{.scale = -1},
        StepGeometry{.scale = bad}, StepGeometry{.offset = infinite}, StepGeometry{.x_low = 2, .x_high = 1},
        StepGeometry{.x_low = bad}, StepGeometry{.x_high = bad}}) {
    CHECK_THROWS_AS(character_boxes(alignment, geometry), ArgumentError);
  }
}
