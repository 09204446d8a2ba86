// Lesson 07: CTC, the loss that needs no places of letters. The page: docs/lessons/07_ctc_on_paper.md

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "lesson.hpp"
#include "tinyhtr/autograd/backward.hpp"
#include "tinyhtr/kernels/ctc.hpp"
#include "tinyhtr/kernels/ctc_log_domain.hpp"
#include "tinyhtr/kernels/softmax.hpp"
#include "tinyhtr/loss/ctc_loss.hpp"

using namespace tinyhtr;

/// What a path spells: equal neighbours are one, then blanks go.
std::string collapse(const std::string& path) {
  std::string text;
  for (std::size_t t = 0; t < path.size(); ++t) {
    if (path[t] != '-' && (t == 0 || path[t] != path[t - 1])) text += path[t];
  }
  return text;
}

/// Prints exp of a table of the lattice, and holds it against the numbers that were found by hand.
void expect_table(const std::string& name, const Tensor<double>& logarithms, const std::vector<double>& by_hand) {
  bool equal = true;
  for (Index s = 0; s < logarithms.dim(1); ++s) {
    std::printf("  %c", "-a-b-"[s]);
    for (Index t = 0; t < logarithms.dim(0); ++t) {
      const double value = std::exp(logarithms(t, s));
      std::printf("  %.3f", value);
      equal = equal && std::abs(value - by_hand[static_cast<std::size_t>(t * 5 + s)]) < 1e-9;
    }
    std::puts("");
  }
  expect(name + " is what we found by hand", equal);
}

int main() {
  using std::log;
  constexpr int a = 0, b = 1, blank = 2;                                // the blank is the last class, K - 1
  const Tensor<double> logits(Shape{3, 1, 3}, {log(6), log(1), log(3),  // (T,N,K): step 0 for a, b, blank
                                               log(3), log(3), log(4),  //
                                               log(1), log(5), log(4)});
  Tensor<double> log_y;
  log_softmax_forward(log_y, logits);
  expect("y of a at step 0, 6 / (6 + 1 + 3)", std::exp(log_y(0, 0, a)), 0.6);

  std::puts("\nAll 27 paths, and what they spell");
  struct Text {
    int paths = 0;
    double probability = 0;
  };
  std::map<std::string, Text> texts;
  for (int number = 0; number < 27; ++number) {
    std::string path;
    double probability = 1;
    for (const int t : {0, 1, 2}) {
      const int k = number / (t == 0 ? 9 : t == 1 ? 3 : 1) % 3;  // a digit of the number, in base 3
      path += "ab-"[k];
      probability *= std::exp(log_y(t, 0, k));
    }
    Text& text = texts[collapse(path)];
    ++text.paths;
    text.probability += probability;
    if (collapse(path) == "ab") std::printf("  %s  %.3f\n", path.c_str(), probability);
  }
  double total = 0;
  for (const auto& [text, sum] : texts) {
    std::printf("\"%s\": %.3f, paths: %d\n", text.c_str(), sum.probability, sum.paths);
    total += sum.probability;
  }
  expect("all texts together", total, 1);
  expect("p(ab)", texts["ab"].probability, 0.417);

  std::puts("\nThe library's lattice of ab: alpha, then beta");
  CtcLattice lattice;
  ctc_forward(lattice, log_y, 0, std::vector<int>{a, b}, blank);
  expect_table("alpha", lattice.alpha, {.3, .6, 0, 0, 0, .12, .27, .24, .18, 0, .048, .039, .204, .345, .072});
  expect_table("beta", lattice.beta, {.15, .62, .47, .43, .16, 0, .5, .5, .9, .4, 0, 0, 0, 1, 1});
  expect("p(ab), .345 + .072", std::exp(lattice.log_probability), 0.417);

  std::puts("\nThe loss, -log p(ab), and its gradient: steps downwards, classes a, b, blank across");
  Variable<double> x(logits, /*requires_grad=*/true, "logits");
  const Variable<double> loss = ctc_loss<LogDomain>(x, {{a, b}});
  backward(loss);
  for (Index t = 0; t < 3; ++t) {
    std::printf("  %7.4f %7.4f %7.4f\n", x.grad()(t, 0, a), x.grad()(t, 0, b), x.grad()(t, 0, blank));
  }
  expect("loss", loss.item(), -log(0.417));
  expect("step 1, b: y - mass, .3 - .162 / .417", x.grad()(1, 0, b), 0.3 - 0.162 / 0.417);
  bool zero = true;
  for (Index t = 0; t < 3; ++t)
    zero = zero && std::abs(x.grad()(t, 0, a) + x.grad()(t, 0, b) + x.grad()(t, 0, blank)) < 1e-12;
  expect("each step's adds up to zero", zero);
  Variable<double> moved(logits);
  moved.value()(1, 0, b) += 1e-6;
  expect("the same by trying it out", (ctc_loss(moved, {{a, b}}).item() - loss.item()) / 1e-6, -0.0885, 1e-4);

  std::puts("\nA letter twice");
  expect("paths of aa", texts["aa"].paths, 1);
  expect("steps that aa needs", static_cast<double>(ctc_required_steps(std::vector<int>{a, a})), 3);

  std::puts("\nWhy logarithms: 0.1 fifty times");
  float product = 1;
  double sum = 0;
  for (int t = 0; t < 50; ++t) product *= 0.1f, sum += log(0.1);
  expect("as a product of float", static_cast<double>(product), 0);
  expect("as a sum of logarithms", sum, -115.129);
  expect("0.09 + 0.12 by their logarithms", std::exp(log_add(log(0.09), log(0.12))), 0.21);
}
