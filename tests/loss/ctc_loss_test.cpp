// Tests of the CTC loss as a node of the graph.
#include "tinyhtr/loss/ctc_loss.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <vector>

#include "../support/compare.hpp"
#include "../support/counted.hpp"
#include "../support/npy.hpp"
#include "../support/padding.hpp"
#include "tinyhtr/autograd/backward.hpp"
#include "tinyhtr/autograd/gradient_check.hpp"

using namespace tinyhtr;
using namespace tinyhtr::test;

namespace {

using Labels = std::vector<std::vector<int>>;

const Labels small_labels = {{0, 1, 2}, {3, 3, 3, 1}, {}, {4}, {0, 0, 1, 1, 2, 2}};

}  // namespace

TEST_CASE_TEMPLATE("gradient check: different lengths, doubled letters, an empty label", Algorithm, Scaled, LogDomain) {
  const Variable<double> logits(counted_tensor<double>({12, 5, 6}, 1, 2.0), true, "logits");
  const auto f = [](const std::vector<Variable<double>>& in) { return ctc_loss<Algorithm>(in[0], small_labels); };
  GradientCheckOptions options;
  options.most_per_input = 360;
  const GradientCheckResult result = gradient_check(f, {logits}, options);
  CHECK_MESSAGE(result.passed, result.message);
  CHECK(result.elements == 360);
}

TEST_CASE_TEMPLATE("the mean over the batch and its gradient agree with PyTorch", T, float, double) {
  const auto losses = load_npy<double>("references/torch/ctc_small_losses.npy");
  double mean = 0;
  for (const double loss : losses) mean += loss / 5;
  const Variable<T> logits(counted_tensor<T>({12, 5, 6}, 41, 4.0), true);
  const auto check = [&](const Variable<T>& loss) {
    CHECK(loss.shape() == Shape{1});
    CHECK(std::abs(static_cast<double>(loss.item()) / mean - 1) < reference_tolerance<T>);
    Variable<T>(logits).zero_grad();
    backward(loss);
    CHECK(relative_error(logits.grad(), load_npy<double>("references/torch/ctc_small_dlogits.npy")) <
          reference_tolerance<T>);
    const auto& node = dynamic_cast<const CtcLossNode<T>&>(loss.node());
    REQUIRE(node.losses.size() == 5);
    for (std::size_t n = 0; n < 5; ++n) {
      CHECK(node.losses[n] == doctest::Approx(losses[static_cast<Index>(n)]).epsilon(reference_tolerance<T>));
    }
  };
  check(ctc_loss(logits, small_labels));
  check(ctc_loss<Scaled>(logits, small_labels));
  check(ctc_loss<LogDomain>(logits, small_labels));
}

TEST_CASE("without a graph there is the loss, and no gradient") {
  const Variable<float> logits(counted_tensor<float>({12, 5, 6}, 41, 4.0), true);
  const Variable<float> recorded = ctc_loss(logits, small_labels);
  const NoGrad no_grad;
  const Variable<float> alone = ctc_loss(logits, small_labels);
  CHECK(alone.item() == recorded.item());
  CHECK(dynamic_cast<const CtcLossNode<float>&>(alone.node()).gradient.empty());
}

TEST_CASE("the gradient follows what stands above the loss, and is added") {
  const Variable<double> once(counted_tensor<double>({12, 5, 6}, 41), true), thrice(once.value(), true);
  backward(ctc_loss(once, small_labels));
  const Variable<double> loss = ctc_loss(thrice, small_labels);
  backward(loss, Tensor<double>(Shape{1}, 2.0));
  backward(loss);
  Tensor<double> expected = once.grad();
  for (double& g : expected) g *= 3;
  CHECK(relative_error(thrice.grad(), expected) < 1e-14);
}

TEST_CASE_TEMPLATE("the same bits at any number of threads", Algorithm, Scaled, LogDomain) {
  const int before = thread_count();
  const auto values = counted_tensor<float>({12, 5, 6}, 41, 4.0);
  Tensor<float> expected_loss, expected_gradient;
  for (const int threads : {1, 2, 3, 8}) {
    set_thread_count(threads);
    const Variable<float> logits(values, true);
    const Variable<float> loss = ctc_loss<Algorithm>(logits, small_labels);
    backward(loss);
    if (threads == 1) {
      expected_loss = loss.value();
      expected_gradient = logits.grad();
    }
    CHECK(same_bits(loss.value(), expected_loss));
    CHECK(same_bits(logits.grad(), expected_gradient));
  }
  set_thread_count(before);
}

TEST_CASE("large logits: no overflow; a certain, right network has loss zero") {
  Tensor<float> values(Shape{4, 1, 3}, -1e4F);
  for (const auto& [t, k] : {std::pair<Index, Index>{0, 0}, {1, 2}, {2, 0}, {3, 1}}) values(t, 0, k) = 1e4F;  // a-ab
  const Variable<float> logits(values, true);
  const Variable<float> right = ctc_loss(logits, {{0, 0, 1}}), wrong = ctc_loss(logits, {{1, 0}});
  CHECK(right.item() == 0);
  CHECK(wrong.item() > 1e4F);
  CHECK(std::isfinite(wrong.item()));
  backward(right);
  for (const float g : logits.grad()) CHECK(g == 0);
  backward(wrong);
  for (const float g : logits.grad()) CHECK(std::abs(g) <= 1);
}

TEST_CASE("what does not fit is an error: labels, lengths, classes, NaN") {
  const Variable<float> logits(Tensor<float>(Shape{4, 2, 5}), true);
  CHECK_THROWS_WITH_AS(ctc_loss(logits, {{1}}), "ctc_loss: labels has shape (1), expected (2)", ShapeError);
  CHECK_THROWS_WITH_AS(ctc_loss(logits, {{1}, {1, 1, 1}}),
                       "ctc: the label of sample 1 does not fit: L = 3 letters and 2 repeats need 5 steps, T = 4",
                       ArgumentError);
  CHECK_THROWS_AS(ctc_loss(logits, {{1}, {4}}), ArgumentError);
  CHECK_THROWS_AS(ctc_loss(Variable<float>(Tensor<float>(Shape{4, 5})), {{1}}), ShapeError);
  CHECK_THROWS_AS(ctc_loss(Variable<float>(Tensor<float>(Shape{4, 0, 5})), {}), ShapeError);
  for (const float poison : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    for (Index i = 0; i < 20; ++i) {
      Tensor<float> values(Shape{4, 1, 5});
      values[i] = poison;
      CHECK_THROWS_AS(ctc_loss(Variable<float>(values), {{1}}), ArgumentError);
    }
  }
}

TEST_CASE_TEMPLATE("with lengths: the loss of sequences cut there, and no gradient behind", Algorithm, Scaled,
                   LogDomain) {
  const Lengths lengths{12, 7, 1, 2, 9};
  const Variable<double> logits(counted_tensor<double>({12, 5, 6}, 41, 4.0), true, "logits");
  const Variable<double> loss = ctc_loss<Algorithm>(logits, small_labels, lengths);
  backward(loss);
  const auto& node = dynamic_cast<const CtcLossNode<double>&>(loss.node());
  double mean = 0;
  for (Index n = 0; n < 5; ++n) {
    const auto k = static_cast<std::size_t>(n);
    const Variable<double> alone(sequence_alone(logits.value(), n, lengths[k]), true);
    const Variable<double> expected = ctc_loss<Algorithm>(alone, {small_labels[k]});
    backward(expected);
    CHECK(node.losses[k] == expected.item());
    mean += expected.item() / 5;
    for (Index t = 0; t < 12; ++t) {
      for (Index c = 0; c < 6; ++c) {
        const double of_alone = t < lengths[k] ? alone.grad()(t, 0, c) / 5 : 0;
        REQUIRE(std::abs(logits.grad()(t, n, c) - of_alone) < 1e-15);
      }
    }
  }
  CHECK(loss.item() == doctest::Approx(mean).epsilon(1e-14));
  GradientCheckOptions options;
  options.most_per_input = 360;
  const auto f = [&](const std::vector<Variable<double>>& in) {
    return ctc_loss<Algorithm>(in[0], small_labels, lengths);
  };
  const GradientCheckResult result = gradient_check(f, {logits}, options);
  CHECK_MESSAGE(result.passed, result.message);
}

TEST_CASE("lengths that are all full give the bits of no lengths; those that do not fit are errors") {
  const Variable<float> a(counted_tensor<float>({12, 5, 6}, 41, 4.0), true), b(a.value(), true);
  const Variable<float> without = ctc_loss(a, small_labels), full = ctc_loss(b, small_labels, Lengths(5, 12));
  backward(without);
  backward(full);
  CHECK(without.item() == full.item());
  CHECK(same_bits(a.grad(), b.grad()));
  CHECK_THROWS_WITH_AS(ctc_loss(a, small_labels, {12, 5, 12, 12, 12}),
                       "ctc: the label of sample 1 does not fit: L = 4 letters and 2 repeats need 6 steps, T = 5",
                       ArgumentError);
  CHECK_THROWS_AS(ctc_loss(a, small_labels, {12, 12, 12, 12}), ShapeError);
  CHECK_THROWS_AS(ctc_loss(a, small_labels, {12, 12, 12, 12, 13}), ShapeError);
  CHECK_THROWS_AS(ctc_loss(a, small_labels, {12, 12, 0, 12, 12}), ShapeError);
}
