// Tests of the CTC lattice: closed forms, enumeration of all paths, PyTorch's values.
#include "tinyhtr/kernels/ctc.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "../support/compare.hpp"
#include "../support/counted.hpp"
#include "../support/ctc.hpp"
#include "../support/npy.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

namespace {

/// A path with its repeats, then its blanks, taken out.
Label collapse(const Label& path, int blank) {
  Label label;
  for (std::size_t t = 0; t < path.size(); ++t) {
    if (path[t] != blank && (t == 0 || path[t] != path[t - 1])) label.push_back(path[t]);
  }
  return label;
}

/// Calls use(path, probability) for each of the K^T paths of sample 0.
template <class Use>
void for_every_path(const Tensor<double>& log_probs, const Use& use) {
  const Index steps = log_probs.dim(0), classes = log_probs.dim(2);
  Index count = 1;
  for (Index t = 0; t < steps; ++t) count *= classes;
  for (Index number = 0; number < count; ++number) {
    Label path;
    double log_probability = 0;
    Index rest = number;
    for (Index t = 0; t < steps; ++t, rest /= classes) {
      path.push_back(static_cast<int>(rest % classes));
      log_probability += log_probs(t, 0, rest % classes);
    }
    use(path, std::exp(log_probability));
  }
}

/// All labels of up to `longest` letters out of `letters`.
std::vector<Label> all_labels(int letters, std::size_t longest) {
  std::vector<Label> labels{{}};
  for (std::size_t first = 0; first < labels.size(); ++first) {
    if (labels[first].size() == longest) break;
    for (int letter = 0; letter < letters; ++letter) {
      Label longer = labels[first];
      longer.push_back(letter);
      labels.push_back(longer);
    }
  }
  return labels;
}

std::string text_of(const Label& label) {
  std::string text;
  for (const int letter : label) text += static_cast<char>('a' + letter);
  return text;
}

Label different_letters(int count) {
  Label label;
  for (int i = 0; i < count; ++i) label.push_back(i);
  return label;
}

}  // namespace

TEST_CASE_TEMPLATE("uniform probabilities give the known values", T, float, double) {
  const Tensor<T> log_probs = log_softmax_of(Tensor<T>(Shape{64, 1, 79}));
  const double one_letter = 64 * std::log(79.0) - std::log(64 * 65 / 2.0);
  CHECK(loss_of(log_probs, 0, {5}) == doctest::Approx(one_letter).epsilon(std::is_same_v<T, float> ? 1e-6 : 1e-13));
  const std::pair<int, double> known[] = {{1, 272.00}, {2, 266.16},  {4, 256.92},
                                          {8, 243.69}, {12, 234.57}, {21, 223.18}};
  for (const auto& pair : known) {
    const int letters = pair.first;
    const double loss = pair.second;
    CAPTURE(letters);
    CHECK(std::abs(loss_of(log_probs, 0, different_letters(letters)) - loss) < 0.0051);  // known to two digits
  }
}

TEST_CASE("the lattice equals the sum over all paths, loss and gradient, for every label and T up to 5") {
  constexpr Index classes = 4;
  constexpr int blank = 3;
  int compared = 0;
  for (Index steps = 1; steps <= 5; ++steps) {
    const auto log_probs =
        log_softmax_of(counted_tensor<double>({steps, 1, classes}, 41 + static_cast<std::uint64_t>(steps), 2.0));
    for (const Label& label : all_labels(3, 3)) {
      if (ctc_required_steps(label) > steps) continue;
      CAPTURE(steps);
      CAPTURE(text_of(label));
      double total = 0;
      Tensor<double> mass(log_probs.shape());  // of the paths through class k at t
      for_every_path(log_probs, [&](const Label& path, double probability) {
        if (collapse(path, blank) != label) return;
        total += probability;
        for (Index t = 0; t < steps; ++t) mass(t, 0, path[static_cast<std::size_t>(t)]) += probability;
      });
      CtcLattice lattice;
      ctc_forward(lattice, log_probs, 0, label, blank);
      CHECK(lattice.log_probability == doctest::Approx(std::log(total)).epsilon(1e-12));
      Tensor<double> gradient(log_probs.shape(), 0.25), expected(log_probs.shape());
      ctc_backward(gradient, lattice, log_probs, 0, 2.0);
      for (Index i = 0; i < expected.size(); ++i) expected[i] = 0.25 + 2 * (std::exp(log_probs[i]) - mass[i] / total);
      CHECK(relative_error(gradient, expected) < 1e-12);
      ++compared;
    }
  }
  CHECK(compared == 4 + (4 + 6) + (4 + 9 + 12) + 2 * 40 - 3);
}

TEST_CASE("the probabilities of all labels add up to one") {
  const auto log_probs = log_softmax_of(counted_tensor<double>({4, 1, 3}, 43, 2.0));
  double total = 0;
  for (const Label& label : all_labels(2, 4)) {
    if (ctc_required_steps(label) <= 4) total += std::exp(-loss_of(log_probs, 0, label));
  }
  CHECK(total == doctest::Approx(1.0).epsilon(1e-12));
}

TEST_CASE_TEMPLATE("losses and gradients agree with PyTorch", T, float, double) {
  struct Batch {
    std::string name;
    Shape shape;
    std::vector<Label> labels;
  };
  Label long_label;
  for (int letter = 10; letter < 31; ++letter) long_label.push_back(letter);
  const std::vector<Batch> batches = {{"small", {12, 5, 6}, {{0, 1, 2}, {3, 3, 3, 1}, {}, {4}, {0, 0, 1, 1, 2, 2}}},
                                      {"words", {64, 3, 79}, {{7}, {19, 4, 11, 11, 14, 22, 3, 3}, long_label}}};
  const double tolerance = reference_tolerance<T>;
  for (const Batch& batch : batches) {
    CAPTURE(batch.name);
    const auto log_probs = log_softmax_of(counted_tensor<T>(batch.shape, 41, 4.0));
    const Index count = batch.shape[1];
    Tensor<T> losses(Shape{count}), gradient(batch.shape);
    for (Index n = 0; n < count; ++n) {
      CtcLattice lattice;
      ctc_forward(lattice, log_probs, n, batch.labels[static_cast<std::size_t>(n)],
                  static_cast<int>(batch.shape[2]) - 1);
      losses[n] = static_cast<T>(-lattice.log_probability);
      ctc_backward(gradient, lattice, log_probs, n, T(1) / static_cast<T>(count));
    }
    CHECK(relative_error(losses, load_npy<double>("references/torch/ctc_" + batch.name + "_losses.npy")) < tolerance);
    CHECK(relative_error(gradient, load_npy<double>("references/torch/ctc_" + batch.name + "_dlogits.npy")) <
          tolerance);
  }
}

TEST_CASE_TEMPLATE("alpha and beta meet in log p at every step; every row of the gradient adds up to zero", T, float,
                   double) {
  const auto log_probs = log_softmax_of(counted_tensor<T>({64, 1, 79}, 44, 4.0));
  for (const Label& label : {Label{}, Label{7}, Label{1, 1, 2, 3, 3, 3}, different_letters(21)}) {
    CAPTURE(text_of(label));
    CtcLattice lattice;
    ctc_forward(lattice, log_probs, 0, label, 78);
    CHECK(lattice.time_steps == 64);
    CHECK(lattice.label_length == static_cast<Index>(label.size()));
    CHECK(lattice.state_count() == 2 * lattice.label_length + 1);
    for (Index t = 0; t < 64; ++t) {
      double sum = -std::numeric_limits<double>::infinity();
      for (Index s = 0; s < lattice.state_count(); ++s) sum = log_add(sum, lattice.alpha(t, s) + lattice.beta(t, s));
      REQUIRE(sum == doctest::Approx(lattice.log_probability).epsilon(1e-12));
    }
    Tensor<T> gradient(log_probs.shape());
    ctc_backward(gradient, lattice, log_probs, 0, T(1));
    for (Index t = 0; t < 64; ++t) {
      double row = 0;
      for (Index k = 0; k < 79; ++k) row += static_cast<double>(gradient(t, 0, k));
      REQUIRE(std::abs(row) < (std::is_same_v<T, float> ? 1e-5 : 1e-12));
    }
  }
}

TEST_CASE("neither batch mates nor their labels change a sample's loss and gradient, bit for bit") {
  const auto logits = counted_tensor<float>({20, 3, 9}, 45, 4.0);
  const std::vector<Label> labels = {{1, 2, 2}, {}, {7, 6, 5, 4, 3, 2, 1}};
  const auto log_probs = log_softmax_of(logits);
  Tensor<float> together(logits.shape());
  for (Index n = 0; n < 3; ++n) {
    CtcLattice lattice;
    ctc_forward(lattice, log_probs, n, labels[static_cast<std::size_t>(n)], 8);
    ctc_backward(together, lattice, log_probs, n, 1.0F);
    Tensor<float> single(Shape{20, 1, 9});
    for (Index t = 0; t < 20; ++t) {
      for (Index k = 0; k < 9; ++k) single(t, 0, k) = logits(t, n, k);
    }
    const auto single_log_probs = log_softmax_of(single);
    CtcLattice alone;
    ctc_forward(alone, single_log_probs, 0, labels[static_cast<std::size_t>(n)], 8);
    CHECK(alone.log_probability == lattice.log_probability);
    Tensor<float> gradient(single.shape());
    ctc_backward(gradient, alone, single_log_probs, 0, 1.0F);
    for (Index t = 0; t < 20; ++t) {
      for (Index k = 0; k < 9; ++k) REQUIRE(gradient(t, 0, k) == together(t, n, k));
    }
  }
}

TEST_CASE("a lattice may be used again for a shorter sequence, a shorter label") {
  const auto long_probs = log_softmax_of(counted_tensor<double>({20, 1, 9}, 46));
  const auto short_probs = log_softmax_of(counted_tensor<double>({6, 1, 9}, 47));
  CtcLattice used, fresh;
  ctc_forward(used, long_probs, 0, Label{1, 2, 3, 3}, 8);
  ctc_forward(used, short_probs, 0, Label{4}, 8);
  ctc_forward(fresh, short_probs, 0, Label{4}, 8);
  CHECK(used.log_probability == fresh.log_probability);
  CHECK(same_bits(used.alpha, fresh.alpha));
  CHECK(same_bits(used.beta, fresh.beta));
}

TEST_CASE("a label that fills all steps has one path only") {
  const auto log_probs = log_softmax_of(counted_tensor<double>({5, 1, 4}, 48));
  const double expected =
      -(log_probs(0, 0, 1) + log_probs(1, 0, 3) + log_probs(2, 0, 1) + log_probs(3, 0, 0) + log_probs(4, 0, 2));
  CHECK(loss_of(log_probs, 0, {1, 1, 0, 2}) == doctest::Approx(expected).epsilon(1e-14));
}

TEST_CASE("an empty label is read from blanks alone") {
  const auto log_probs = log_softmax_of(counted_tensor<double>({5, 1, 4}, 49));
  double expected = 0;
  for (Index t = 0; t < 5; ++t) expected -= log_probs(t, 0, 3);
  CHECK(loss_of(log_probs, 0, {}) == doctest::Approx(expected).epsilon(1e-14));
}

TEST_CASE("the steps that a label needs") {
  CHECK(ctc_required_steps(Label{}) == 0);
  CHECK(ctc_required_steps(Label{4}) == 1);
  CHECK(ctc_required_steps(Label{1, 2, 1, 2}) == 4);
  CHECK(ctc_required_steps(Label{1, 1}) == 3);
  CHECK(ctc_required_steps(Label{3, 3, 3, 1, 1}) == 8);
}

TEST_CASE("log_add: zero probability, far apart numbers, NaN on either side") {
  const double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(log_add(std::log(0.25), std::log(0.5)) == doctest::Approx(std::log(0.75)).epsilon(1e-15));
  CHECK(log_add(-infinity, -3.0) == -3.0);
  CHECK(log_add(-3.0, -infinity) == -3.0);
  CHECK(log_add(-infinity, -infinity) == -infinity);
  CHECK(log_add(-1e5, 0.0) == 0.0);
  CHECK(log_add(1e4, 1e4) == doctest::Approx(1e4 + std::log(2.0)).epsilon(1e-15));
  CHECK(std::isnan(log_add(nan, 0.0)));
  CHECK(std::isnan(log_add(0.0, nan)));
}
