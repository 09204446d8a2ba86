// Which pixels a network's answer hangs on, letter by letter.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tinyhtr/autograd/backward.hpp"
#include "tinyhtr/autograd/variable.hpp"
#include "tinyhtr/core/error.hpp"
#include "tinyhtr/decode/align.hpp"

namespace tinyhtr {

/// The saliency of one letter of a text.
struct LetterSaliency {
  int number = 0;            ///< the letter's class
  std::vector<Index> steps;  ///< A: those at which the best alignment of the text has it
  double score = 0;          ///< S
  Tensor<double> gradient;   ///< (C,H,W) dS / d grey level of each pixel

  /// M (H,W): the largest size of the gradient over the channels.
  Tensor<double> map() const {
    Tensor<double> sizes(Shape{gradient.dim(1), gradient.dim(2)});
    for (Index c = 0; c < gradient.dim(0); ++c) {
      for (Index y = 0; y < gradient.dim(1); ++y) {
        for (Index x = 0; x < gradient.dim(2); ++x) sizes(y, x) = std::max(sizes(y, x), std::abs(gradient(c, y, x)));
      }
    }
    return sizes;
  }
};

namespace detail {

/// While it lives, backward() goes to one leaf alone: gradients of the others are neither computed nor changed.
template <class T>
class OnlyGradientOf {
 public:
  OnlyGradientOf(const Variable<T>& root, const Variable<T>& leaf) {
    for (Node<T>* node : reverse_topological_order(root)) {
      if (node->inputs.empty() && node != &leaf.node()) others_.push_back(node);
    }
    for (Node<T>* node : others_) node->requires_grad = false;
  }
  ~OnlyGradientOf() {
    for (Node<T>* node : others_) node->requires_grad = true;
  }
  OnlyGradientOf(const OnlyGradientOf&) = delete;
  OnlyGradientOf& operator=(const OnlyGradientOf&) = delete;

 private:
  std::vector<Node<T>*> others_;
};

}  // namespace detail

/// The gradient of each letter's score by the pixels of the image.
///
///     S_i = sum over t in A_i of log y[t, k_i],   y = softmax(logits),   M_i[y,x] = max over channels of |dS_i / dx|
///     dS_i / dlogits[t,k] = [k = k_i] - y[t,k] at the steps of A_i, else 0
///
/// with k_i the class of letter i and A_i the steps at which the best alignment of the text (align) has it, which stay
/// as they are. So S_i is the logarithm of the probability of the alignment's part that writes the letter, and M_i says
/// how fast it changes with each grey level: where it is small, the network would read this letter whatever stands
/// there. It says neither that dark ink there was needed nor that what stands there is the letter. The logarithm of the
/// softmax, and not the logit as in the source: what speaks for other letters counts too.
///
/// logits (T,N,K) of a recorded pass in inference mode; images (N,C,H,W) the leaf that it began with, made with
/// requires_grad; n the sample; text: classes, not the blank. Gradients of parameters are left alone; that of images is
/// empty afterwards. One backward pass for each letter. Throws what align throws, ArgumentError for images that the
/// pass did not record. Source: Simonyan, Vedaldi, Zisserman, "Deep inside convolutional networks: visualising image
/// classification models and saliency maps", 2013, section 3.
template <class T>
std::vector<LetterSaliency> letter_saliency(const Variable<T>& logits, Variable<T> images, Index n,
                                            std::span<const int> text, int blank) {
  check_rank("letter_saliency", "images", images.shape(), "(N,C,H,W)");
  const std::vector<Node<T>*> order = reverse_topological_order(logits);
  if (!images.requires_grad() || std::find(order.begin(), order.end(), &images.node()) == order.end()) {
    throw ArgumentError(
        "letter_saliency: the logits were not computed from these images with a gradient; expected "
        "Variable(images, /*requires_grad=*/true), and no NoGrad");
  }
  const Alignment alignment = align(logits.value(), n, text, blank);
  const Index steps = logits.shape()[0], classes = logits.shape()[2];
  const Tensor<double> log_probs = detail::log_probabilities_of(logits.value(), n, steps);
  std::vector<LetterSaliency> letters(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) letters[i].number = text[i];
  for (Index t = 0; t < steps; ++t) {
    const auto at = static_cast<std::size_t>(t);
    if (alignment.letters[at] < 0) continue;
    LetterSaliency& letter = letters[static_cast<std::size_t>(alignment.letters[at])];
    letter.steps.push_back(t);
    letter.score += alignment.log_probabilities[at];
  }

  const detail::OnlyGradientOf<T> guard(logits, images);
  const Shape shape{images.shape()[1], images.shape()[2], images.shape()[3]};
  for (LetterSaliency& letter : letters) {
    Tensor<T> seed(logits.shape());
    for (const Index t : letter.steps) {
      for (Index k = 0; k < classes; ++k) {
        seed(t, n, k) = static_cast<T>((k == letter.number ? 1.0 : 0.0) - std::exp(log_probs(t, 0, k)));
      }
    }
    images.zero_grad();
    backward(logits, seed, Keep::leaves);
    letter.gradient.resize(shape);
    const T* from = images.grad().data() + n * shape.size();
    for (Index j = 0; j < shape.size(); ++j) letter.gradient[j] = static_cast<double>(from[j]);
  }
  images.grad() = Tensor<T>();
  return letters;
}

}  // namespace tinyhtr
