// Tests of best_path.
#include "tinyhtr/decode/best_path.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "support/padding.hpp"

using namespace tinyhtr;

namespace {

/// Logits (T,1,K) that say `path`: 5 for the class of each step, 0 for the others.
Tensor<double> saying(const std::vector<int>& path, Index classes) {
  Tensor<double> logits(Shape{static_cast<Index>(path.size()), 1, classes});
  for (std::size_t t = 0; t < path.size(); ++t) logits(static_cast<Index>(t), 0, path[t]) = 5;
  return logits;
}

const double infinity = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("best_path: collapses repeats, then drops blanks") {
  const auto read = [](const std::vector<int>& path) { return best_path(saying(path, 4), 3)[0]; };
  CHECK(read({3, 0, 0, 3, 1, 3}).classes == std::vector<int>{0, 1});
  CHECK(read({3, 0, 0, 3, 1, 3}).frames == std::vector<Index>{1, 4});
  CHECK(read({0, 3, 0}).classes == std::vector<int>{0, 0});
  CHECK(read({0, 3, 0}).frames == std::vector<Index>{0, 2});
  CHECK(read({0, 0, 0}).classes == std::vector<int>{0});
  CHECK(read({0, 1, 0, 2}).classes == std::vector<int>{0, 1, 0, 2});
  CHECK(read({3, 3, 3}).classes.empty());
  CHECK(read({3, 3, 3}).frames.empty());
}

TEST_CASE("best_path: the blank may be any class") {
  CHECK(best_path(saying({0, 1, 1, 0, 2}, 3), 0)[0].classes == std::vector<int>{1, 2});
  CHECK(best_path(saying({0, 1, 1, 0, 2}, 3), 1)[0].classes == std::vector<int>{0, 0, 2});
}

TEST_CASE("best_path: the log probability is the sum of the highest log softmax") {
  CHECK(best_path(saying({0, 3, 1}, 4), 3)[0].log_probability ==
        doctest::Approx(3 * (5 - std::log(std::exp(5.0) + 3))).epsilon(1e-14));
  // Adding a constant to all logits of a step changes nothing, however large it is.
  Tensor<double> logits = saying({0, 3, 1}, 4);
  const double before = best_path(logits, 3)[0].log_probability;
  for (Index k = 0; k < 4; ++k) logits(1, 0, k) += 1e5;
  CHECK(best_path(logits, 3)[0].log_probability == doctest::Approx(before).epsilon(1e-10));
  const Tensor<float> uniform(Shape{64, 1, 79});
  CHECK(best_path(uniform, 78)[0].log_probability == doctest::Approx(-64 * std::log(79.0)).epsilon(1e-14));
}

TEST_CASE("best_path: ties go to the lower class") {
  CHECK(best_path(Tensor<float>(Shape{3, 1, 4}), 3)[0].classes == std::vector<int>{0});
  CHECK(best_path(Tensor<float>(Shape{1, 1, 3}, {1, 2, 2}), 2)[0].classes == std::vector<int>{1});
}

TEST_CASE("best_path: one image does not touch another") {
  const Index steps = 12, batch = 7, classes = 5;
  Tensor<float> logits(Shape{steps, batch, classes});
  for (Index i = 0; i < logits.size(); ++i) logits[i] = static_cast<float>((i * 7919) % 101) / 10;
  const auto together = best_path(logits, 4);
  REQUIRE(together.size() == 7);
  for (Index n = 0; n < batch; ++n) {
    Tensor<float> alone(Shape{steps, 1, classes});
    for (Index t = 0; t < steps; ++t) {
      for (Index k = 0; k < classes; ++k) alone(t, 0, k) = logits(t, n, k);
    }
    const Reading reading = best_path(alone, 4)[0];
    const Reading& other = together[static_cast<std::size_t>(n)];
    CHECK(reading.classes == other.classes);
    CHECK(reading.frames == other.frames);
    CHECK(reading.log_probability == other.log_probability);
    CHECK(reading.classes.size() == reading.frames.size());
  }
}

TEST_CASE("best_path: no time steps, no images") {
  CHECK(best_path(Tensor<float>(Shape{0, 2, 3}), 2).size() == 2);
  CHECK(best_path(Tensor<float>(Shape{0, 2, 3}), 2)[1].classes.empty());
  CHECK(best_path(Tensor<float>(Shape{0, 2, 3}), 2)[1].log_probability == 0);
  CHECK(best_path(Tensor<float>(Shape{4, 0, 3}), 2).empty());
}

TEST_CASE("best_path: -infinity is a class that cannot be") {
  Tensor<double> logits = saying({0, 3, 1}, 4);
  logits(0, 0, 2) = -infinity;
  CHECK(best_path(logits, 3)[0].classes == std::vector<int>{0, 1});
  CHECK(std::isfinite(best_path(logits, 3)[0].log_probability));
}

TEST_CASE("best_path: bad input") {
  Tensor<double> logits(Shape{4, 3, 5});
  CHECK_THROWS_AS(best_path(logits, 5), ArgumentError);
  CHECK_THROWS_AS(best_path(logits, -1), ArgumentError);
  CHECK_THROWS_AS(best_path(Tensor<double>(Shape{4, 5}), 0), ShapeError);
  CHECK_THROWS_AS(best_path(Tensor<double>(Shape{4, 3, 0}), 0), ArgumentError);
  logits(2, 1, 4) = std::nan("");
  logits(0, 2, 4) = std::nan("");
  CHECK_THROWS_WITH_AS(best_path(logits, 4),
                       "best_path: expected finite logits, found nan at time step t=2, image n=1, class k=4",
                       ArgumentError);
  logits.fill(0);
  logits(1, 0, 0) = infinity;
  CHECK_THROWS_AS(best_path(logits, 4), ArgumentError);
  logits.fill(-infinity);
  CHECK_THROWS_AS(best_path(logits, 4), ArgumentError);
}

TEST_CASE("best_path: with lengths, what stands behind a sample's steps is not read") {
  const auto logits = test::counted_tensor<double>({9, 3, 4}, 1, 4.0);
  const Lengths lengths{9, 1, 5};
  const std::vector<Reading> together = best_path(logits, 3, lengths);
  for (Index n = 0; n < 3; ++n) {
    const auto k = static_cast<std::size_t>(n);
    const Reading alone = best_path(test::sequence_alone(logits, n, lengths[k]), 3)[0];
    CHECK(together[k].classes == alone.classes);
    CHECK(together[k].frames == alone.frames);
    CHECK(together[k].log_probability == alone.log_probability);
  }
  Tensor<double> poisoned = logits;
  poisoned(5, 2, 0) = std::numeric_limits<double>::quiet_NaN();
  CHECK(best_path(poisoned, 3, lengths)[2].log_probability == together[2].log_probability);
  for (const Lengths& wrong : {Lengths{9, 1}, Lengths{9, 1, 10}, Lengths{0, 9, 9}}) {
    CHECK_THROWS_AS(best_path(logits, 3, wrong), ShapeError);
  }
}
