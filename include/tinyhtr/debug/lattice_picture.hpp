// A picture of the CTC lattice: how much of a text's probability passes through each state at each step.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/number_text.hpp"
#include "tinyhtr/core/utf8.hpp"
#include "tinyhtr/data/vocabulary.hpp"
#include "tinyhtr/debug/step_maps.hpp"
#include "tinyhtr/decode/align.hpp"
#include "tinyhtr/image/draw.hpp"
#include "tinyhtr/image/heat_map.hpp"
#include "tinyhtr/image/image.hpp"
#include "tinyhtr/kernels/ctc.hpp"
#include "tinyhtr/report/ctc_picture.hpp"

namespace tinyhtr {

/// The share of all alignments, each weighed by its probability, that are in state s at step t.
///
///     mass[s,t] = exp(alpha[t,s] + beta[t,s] - log p(label)),   sum over s of mass[s,t] = 1 at every t
///
/// Returns (S,T). Source: Graves and others, 2006, equation 15, where it is what the gradient is made of.
inline Tensor<double> lattice_mass(const CtcLattice& lattice) {
  Tensor<double> mass(Shape{lattice.state_count(), lattice.time_steps});
  for (Index s = 0; s < lattice.state_count(); ++s) {
    for (Index t = 0; t < lattice.time_steps; ++t) {
      mass(s, t) = lattice.mass(t, s);
    }
  }
  return mass;
}

/// A probability as people read it, by its natural logarithm: "0.4843", and what is too small for that "e^-79.8".
inline std::string probability_text(double log_probability) {
  const double p = std::exp(log_probability);
  return p >= 1e-4 || std::isinf(log_probability) ? fixed(p, 4) : "e^" + fixed(log_probability, 1);
}

/// Draws the lattice of a text under the image: a row for each of its S = 2L + 1 states, blank, letter, blank, ..., a
/// column for each step, each cell in the heat_colour of its lattice_mass; red frames are the best alignment, see
/// align. Where ctc_picture has a row for each class, here a letter that comes twice has two, and all alignments are
/// there, not the best alone.
///
/// input (H,W,C), what image_from_batch or fit_image gives; logits (T,N,K) of which n is drawn; text in UTF-8, with
/// characters of the vocabulary; sweeps: see sweeps_of. Returns RGB. Throws what ctc_forward and align throw for a text
/// that does not fit; ArgumentError where K is not that of the vocabulary, for characters that it does not have, sweeps
/// that do not divide T, and for an image without pixels.
template <class T>
Image lattice_picture(const Image& input, const Tensor<T>& logits, Index n, const std::string& text,
                      const Vocabulary& vocabulary, Index sweeps = 1) {
  detail::check_image("lattice_picture", input);
  check_rank("lattice_picture", "logits", logits.shape(), "(T,N,K)");
  const Index steps = logits.dim(0);
  if (logits.dim(2) != vocabulary.classes() || sweeps < 1 || steps < 1 || steps % sweeps != 0) {
    throw ArgumentError("lattice_picture: expected logits for K = " + std::to_string(vocabulary.classes()) +
                        " classes in steps of " + std::to_string(sweeps) + " equal sweeps, found the shape " +
                        logits.shape().to_string());
  }
  const std::vector<int> label = vocabulary.encode(text);
  const Alignment alignment = align(logits, n, label, vocabulary.blank());
  const Tensor<double> log_probs = detail::log_probabilities_of(logits, n, steps);
  CtcLattice lattice;
  ctc_forward(lattice, log_probs, 0, label, vocabulary.blank());

  const Index cell = step_width(steps), left = detail::picture_margin, row = detail::picture_row;
  const Image strip = detail::swept_image(input, steps * cell, sweeps);
  const Index top = detail::picture_title + strip.height + detail::picture_gap;
  const std::string title = "p = " + probability_text(lattice.log_probability) + ", best alignment " +
                            probability_text(alignment.log_probability);
  Image picture(top + lattice.state_count() * row + detail::picture_gap,
                left + std::max(strip.width, text_width(text, 2) + 2 * row + text_width(title)) + detail::picture_gap,
                3, 255);
  draw_text(picture, 6, left, text, detail::picture_ink, 2);
  draw_text(picture, 12, picture.width - detail::picture_gap - text_width(title), title, detail::picture_grey);
  paste(picture, strip, detail::picture_title, left);
  paste(picture, heat_map(lattice_mass(lattice), row, cell), top, left);
  const std::u32string characters = decode_utf8(vocabulary.text());
  for (Index s = 0; s < lattice.state_count(); ++s) {
    detail::draw_row_name(picture, top + s * row, lattice.states[static_cast<std::size_t>(s)], characters);
    fill_area(picture, top + s * row, left, 1, strip.width, {225, 228, 232});
  }
  for (Index sweep = 1; sweep < sweeps; ++sweep) {
    fill_area(picture, detail::picture_title, left + sweep * (strip.width / sweeps), picture.height, 1,
              detail::picture_grey);
  }
  for (Index t = 0; t < steps;) {  // a frame around each run of steps in one state
    const Index state = alignment.states[static_cast<std::size_t>(t)], first = t;
    while (t < steps && alignment.states[static_cast<std::size_t>(t)] == state) ++t;
    draw_frame(picture, top + state * row + 1, left + first * cell, row - 1, (t - first) * cell, 2,
               detail::picture_red);
  }
  return picture;
}

}  // namespace tinyhtr
