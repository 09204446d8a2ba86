// Tests of the picture of the lattice.
#include "tinyhtr/debug/lattice_picture.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "support/counted.hpp"
#include "support/pixel.hpp"
#include "tinyhtr/kernels/softmax.hpp"

using namespace tinyhtr;
using tinyhtr::test::pixel;

namespace {

const Vocabulary vocabulary("ab");
constexpr int blank = 2;

}  // namespace

TEST_CASE("lattice_mass: all alignments are somewhere at every step; by classes it is what the gradient takes off") {
  const Tensor<double> logits = test::counted_tensor<double>({6, 1, 3}, 4, 2, 0);
  Tensor<double> log_probs;
  log_softmax_forward(log_probs, logits);
  CtcLattice lattice;
  const std::vector<int> label = {0, 0, 1};
  ctc_forward(lattice, log_probs, 0, label, blank);
  const Tensor<double> mass = lattice_mass(lattice);
  CHECK(mass.shape() == Shape{7, 6});
  Tensor<double> gradient(logits.shape());
  ctc_backward(gradient, lattice, log_probs, 0, 1.0);
  for (Index t = 0; t < 6; ++t) {
    std::vector<double> of_class(3, 0);
    for (Index s = 0; s < 7; ++s)
      of_class[static_cast<std::size_t>(lattice.states[static_cast<std::size_t>(s)])] += mass(s, t);
    CHECK(of_class[0] + of_class[1] + of_class[2] == doctest::Approx(1));
    for (Index k = 0; k < 3; ++k) {
      CHECK(gradient(t, 0, k) == doctest::Approx(std::exp(log_probs(t, 0, k)) - of_class[static_cast<std::size_t>(k)]));
    }
  }
}

TEST_CASE("lattice_mass: of a text with two alignments, by hand") {
  // "a" in two steps: a-, -a, aa with y(a) = 0.6, 0.3 and y(blank) = 0.3, 0.5: 0.3, 0.09, 0.18.
  const Tensor<double> log_probs(Shape{2, 1, 3}, {std::log(0.6), std::log(0.1), std::log(0.3),  //
                                                  std::log(0.3), std::log(0.2), std::log(0.5)});
  CtcLattice lattice;
  ctc_forward(lattice, log_probs, 0, std::vector<int>{0}, blank);
  const Tensor<double> mass = lattice_mass(lattice);
  CHECK(mass(0, 0) == doctest::Approx(0.09 / 0.57));
  CHECK(mass(1, 0) == doctest::Approx(0.48 / 0.57));
  CHECK(mass(2, 0) == doctest::Approx(0));
  CHECK(mass(1, 1) == doctest::Approx(0.27 / 0.57));
  CHECK(mass(2, 1) == doctest::Approx(0.30 / 0.57));
}

TEST_CASE("lattice_picture: a row for each state in the colours of its mass, frames along the best alignment") {
  Tensor<float> logits(Shape{5, 1, 3});
  const std::vector<int> path = {blank, 0, blank, 0, 1};
  for (std::size_t t = 0; t < path.size(); ++t) logits(static_cast<Index>(t), 0, path[t]) = 4;
  const Image input(8, 40, 1, 200);
  const Image picture = lattice_picture(input, logits, 0, "aab", vocabulary);
  const Index cell = step_width(5), top = detail::picture_title + 5 * cell * 8 / 40 + detail::picture_gap;
  CHECK(picture.height == top + 7 * detail::picture_row + detail::picture_gap);
  CtcLattice lattice;
  ctc_forward(lattice, detail::log_probabilities_of(logits, 0, 5), 0, std::vector<int>{0, 0, 1}, blank);
  const Tensor<double> mass = lattice_mass(lattice);
  const auto row = [&](Index s) { return top + s * detail::picture_row; };
  for (Index s = 0; s < 7; ++s) {
    for (Index t = 0; t < 5; ++t) {
      CHECK(pixel(picture, row(s) + 10, detail::picture_margin + t * cell + 10) == heat_colour(mass(s, t)));
    }
  }
  const std::vector<Index> states = {0, 1, 2, 3, 5};  // a, blank, a, b
  for (std::size_t t = 0; t < states.size(); ++t) {
    for (Index s = 0; s < 7; ++s) {
      const bool framed =
          pixel(picture, row(s) + 10, detail::picture_margin + static_cast<Index>(t) * cell) == detail::picture_red;
      CHECK(framed == (s == states[t]));
    }
  }
}

TEST_CASE("lattice_picture: an empty text, sweeps, and what does not fit") {
  const Image input(8, 40, 1, 200);
  const Tensor<float> logits(Shape{4, 1, 3});
  CHECK(lattice_picture(input, logits, 0, "", vocabulary).channels == 3);
  CHECK(lattice_picture(input, logits, 0, "ab", vocabulary, 2).channels == 3);
  CHECK_THROWS_AS(lattice_picture(input, logits, 0, "aaa", vocabulary), ArgumentError);
  CHECK_THROWS_AS(lattice_picture(input, logits, 0, "x", vocabulary), ArgumentError);
  CHECK_THROWS_AS(lattice_picture(input, logits, 1, "a", vocabulary), ArgumentError);
  CHECK_THROWS_AS(lattice_picture(input, logits, 0, "a", vocabulary, 3), ArgumentError);
  CHECK_THROWS_AS(lattice_picture(input, logits, 0, "a", Vocabulary("abc")), ArgumentError);
  CHECK_THROWS_AS(lattice_picture(Image(), logits, 0, "a", vocabulary), ArgumentError);
}

TEST_CASE("probability_text: small ones by their logarithm") {
  CHECK(probability_text(std::log(0.5)) == "0.5000");
  CHECK(probability_text(0) == "1.0000");
  CHECK(probability_text(-79.84) == "e^-79.8");
  CHECK(probability_text(-1000) == "e^-1000.0");
  CHECK(probability_text(-std::numeric_limits<double>::infinity()) == "0.0000");
}
