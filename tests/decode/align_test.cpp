// Tests of forced alignment, against the enumeration of all paths among others.
#include "tinyhtr/decode/align.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "support/counted.hpp"
#include "support/ctc.hpp"
#include "support/padding.hpp"
#include "tinyhtr/decode/best_path.hpp"

using namespace tinyhtr;
using test::Label;

namespace {

constexpr double never = std::numeric_limits<double>::infinity();

/// A path with its repeats, then its blanks, taken out.
Label collapse(const Label& path, int blank) {
  Label label;
  for (std::size_t t = 0; t < path.size(); ++t) {
    if (path[t] != blank && (t == 0 || path[t] != path[t - 1])) label.push_back(path[t]);
  }
  return label;
}

/// For every label that can be written: the best of its paths with its log probability, out of all K^T paths.
std::map<Label, std::pair<Label, double>> best_paths(const Tensor<double>& log_probs, int blank) {
  const Index steps = log_probs.dim(0), classes = log_probs.dim(2);
  Index count = 1;
  for (Index t = 0; t < steps; ++t) count *= classes;
  std::map<Label, std::pair<Label, double>> best;
  for (Index number = 0; number < count; ++number) {
    Label path;
    double log_probability = 0;
    for (Index t = 0, rest = number; t < steps; ++t, rest /= classes) {
      path.push_back(static_cast<int>(rest % classes));
      log_probability += log_probs(t, 0, rest % classes);
    }
    const auto [entry, is_new] = best.try_emplace(collapse(path, blank), path, log_probability);
    if (!is_new && log_probability > entry->second.second) entry->second = {path, log_probability};
  }
  return best;
}

/// The classes that the states of an alignment stand for.
Label path_of(const Alignment& alignment, const Label& label, int blank) {
  Label path;
  for (const Index letter : alignment.letters) {
    path.push_back(letter < 0 ? blank : label[static_cast<std::size_t>(letter)]);
  }
  return path;
}

}  // namespace

TEST_CASE("align: the best of all paths, for every label that fits") {
  for (const Index steps : {1, 2, 3, 4, 5, 6}) {
    for (const int blank : {2, 0}) {
      const auto logits = test::counted_tensor<double>({steps, 1, 3}, 17 + static_cast<std::uint64_t>(steps), 4);
      const Tensor<double> log_probs = test::log_softmax_of(logits);
      for (const auto& entry : best_paths(log_probs, blank)) {
        const Label& label = entry.first;
        const auto& best = entry.second;
        CAPTURE(steps);
        CAPTURE(label.size());
        const Alignment alignment = align(logits, 0, label, blank);
        CHECK(path_of(alignment, label, blank) == best.first);
        CHECK(alignment.log_probability == doctest::Approx(best.second).epsilon(1e-12));
        REQUIRE(alignment.states.size() == static_cast<std::size_t>(steps));
        double sum = 0;
        for (std::size_t t = 0; t < alignment.states.size(); ++t) {
          const Index s = alignment.states[t];
          CHECK(alignment.letters[t] == (s % 2 == 1 ? s / 2 : -1));
          CHECK(alignment.log_probabilities[t] == log_probs(static_cast<Index>(t), 0, best.first[t]));
          sum += alignment.log_probabilities[t];
        }
        CHECK(alignment.log_probability == sum);
      }
    }
  }
}

TEST_CASE("align: all paths together are at least as probable as the best one") {
  const Index steps = 40, batch = 3, classes = 12;
  const auto logits = test::counted_tensor<float>({steps, batch, classes}, 5, 8);
  const Tensor<float> log_probs = test::log_softmax_of(logits);
  for (const Label& label : {Label{}, Label{3}, Label{1, 1, 1}, Label{0, 5, 5, 2, 10, 7, 7}}) {
    for (Index n = 0; n < batch; ++n) {
      CtcLattice lattice;
      ctc_forward(lattice, log_probs, n, label, classes - 1);
      const Alignment alignment = align(logits, n, label, classes - 1);
      CHECK(alignment.log_probability <= lattice.log_probability + 1e-4);
      CHECK(alignment.log_probability > lattice.log_probability - 40);
      CHECK(collapse(path_of(alignment, label, classes - 1), classes - 1) == label);
      if (label.empty()) {
        CHECK(alignment.log_probability == doctest::Approx(lattice.log_probability).epsilon(1e-6));  // its only path
      }
    }
  }
}

TEST_CASE("align: the label of the best path is aligned along it") {
  const auto logits = test::counted_tensor<double>({25, 1, 6}, 9, 10);
  const Reading reading = best_path(logits, 5)[0];
  const Alignment alignment = align(logits, 0, reading.classes, 5);
  CHECK(alignment.log_probability == doctest::Approx(reading.log_probability).epsilon(1e-12));
  for (std::size_t i = 0; i < reading.frames.size(); ++i) {
    CHECK(alignment.letters[static_cast<std::size_t>(reading.frames[i])] == static_cast<Index>(i));
  }
}

TEST_CASE("align: equal letters have a blank between them, even where nothing speaks for it") {
  Tensor<double> logits(Shape{3, 1, 2});
  for (Index t = 0; t < 3; ++t) logits(t, 0, 0) = 50;  // all for the letter
  CHECK(align(logits, 0, std::vector<int>{0, 0}, 1).states == std::vector<Index>{1, 2, 3});
  CHECK(align(logits, 0, std::vector<int>{0}, 1).states == std::vector<Index>{1, 1, 1});
}

TEST_CASE("align: a label that does not fit names T, L, the repeats") {
  const Tensor<float> logits(Shape{4, 2, 5});
  CHECK_THROWS_WITH_AS(align(logits, 1, std::vector<int>{0, 1, 1, 2}, 4),
                       doctest::Contains("L = 4 letters and 1 repeats need 5 steps, T = 4"), ArgumentError);
  CHECK_THROWS_AS(align(Tensor<float>(Shape{0, 1, 5}), 0, std::vector<int>{}, 4), ArgumentError);
}

TEST_CASE("align: arguments out of range") {
  const Tensor<float> logits(Shape{4, 2, 5});
  CHECK_THROWS_AS(align(logits, 2, std::vector<int>{0}, 4), ArgumentError);
  CHECK_THROWS_AS(align(logits, -1, std::vector<int>{0}, 4), ArgumentError);
  CHECK_THROWS_AS(align(logits, 0, std::vector<int>{0}, 5), ArgumentError);
  CHECK_THROWS_AS(align(logits, 0, std::vector<int>{4}, 4), ArgumentError);  // the blank is no letter
  CHECK_THROWS_AS(align(logits, 0, std::vector<int>{5}, 4), ArgumentError);
  CHECK_THROWS_AS(align(Tensor<float>(Shape{4, 5}), 0, std::vector<int>{0}, 4), ShapeError);
}

TEST_CASE("align: logits that are not finite") {
  Tensor<double> logits(Shape{3, 1, 3});
  logits(1, 0, 1) = -never;  // a class that cannot be: the path goes round it
  CHECK(align(logits, 0, std::vector<int>{0, 1}, 2).letters[2] == 1);
  CHECK_THROWS_WITH_AS(align(logits, 0, std::vector<int>{0, 1, 0}, 2), doctest::Contains("no path"), ArgumentError);
  for (const double bad : {std::nan(""), never}) {
    logits(2, 0, 0) = bad;
    CHECK_THROWS_WITH_AS(align(logits, 0, std::vector<int>{0}, 2), doctest::Contains("t=2, sample n=0, class k=0"),
                         ArgumentError);
  }
  for (Index k = 0; k < 3; ++k) logits(2, 0, k) = -never;
  CHECK_THROWS_WITH_AS(align(logits, 0, std::vector<int>{0}, 2), doctest::Contains("every class"), ArgumentError);
}

TEST_CASE("align: of a sample with fewer steps, as if the sequence ended there") {
  Tensor<double> logits = test::counted_tensor<double>({9, 2, 4}, 1, 4.0);
  const Label label{0, 1, 1};
  for (const Index steps : {4, 5, 8, 9}) {
    CAPTURE(steps);
    const Alignment together = align(logits, 1, label, 3, steps);
    const Alignment alone = align(test::sequence_alone(logits, 1, steps), 0, label, 3);
    CHECK(together.letters == alone.letters);
    CHECK(together.log_probability == alone.log_probability);
  }
  CHECK(align(logits, 1, label, 3, 0).letters == align(logits, 1, label, 3, 9).letters);
  logits(5, 1, 0) = never;
  CHECK_NOTHROW(align(logits, 1, label, 3, 5));
  CHECK_THROWS_AS(align(logits, 1, label, 3, 6), ArgumentError);
  CHECK_THROWS_WITH_AS(align(logits, 1, label, 3, 3),
                       "ctc: the label of sample 1 does not fit: L = 3 letters and 1 repeats need 4 steps, T = 3",
                       ArgumentError);
  for (const Index steps : {10, -1}) CHECK_THROWS_AS(align(logits, 1, label, 3, steps), ArgumentError);
}
