// Reading a whole set of words: error rates, loss, every reading.
#pragma once

#include <chrono>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "tinyhtr/autograd/variable.hpp"
#include "tinyhtr/data/loader.hpp"
#include "tinyhtr/data/vocabulary.hpp"
#include "tinyhtr/decode/best_path.hpp"
#include "tinyhtr/kernels/ctc.hpp"
#include "tinyhtr/kernels/softmax.hpp"
#include "tinyhtr/metrics/error_rate.hpp"

namespace tinyhtr {

/// What the network made of one sample.
struct Prediction {
  Index sample = 0;  ///< its position in the loader
  std::string reading;
  double confidence = 0;  ///< probability of the best path
  Index edits = 0;        ///< edit distance to the label
};

struct Evaluation {
  ErrorRate errors;
  double loss = 0;                      ///< mean CTC loss over the labels that the vocabulary can write
  Index labels_with_loss = 0;           ///< how many those are
  std::vector<Prediction> predictions;  ///< in the order of the loader
  double seconds = 0;
};

namespace detail {

/// CTC loss of one sample where it has one: its characters are known, and it fits into T steps.
template <class T>
void add_loss(Evaluation& evaluation, const Tensor<T>& log_probs, Index n, const std::string& text,
              const Vocabulary& vocabulary) {
  if (!vocabulary.knows(text)) return;
  const std::vector<int> label = vocabulary.encode(text);
  if (ctc_required_steps(label) > log_probs.dim(0)) return;
  CtcLattice lattice;
  ctc_forward(lattice, log_probs, n, label, vocabulary.blank());
  evaluation.loss -= lattice.log_probability;
  ++evaluation.labels_with_loss;
}

}  // namespace detail

/// Reads every sample of a loader by its best path, without a graph. Labels with characters that the vocabulary does
/// not have count their errors like all others, but have no loss. `batch_done`, where given, is called after every
/// batch with the number of words read so far; where it returns false, the evaluation ends early.
template <class T, class Network>
Evaluation evaluate(Network& network, Loader<T>& loader, const Vocabulary& vocabulary,
                    const std::function<bool(Index)>& batch_done = {}) {
  const NoGrad no_grad;
  const auto start = std::chrono::steady_clock::now();
  Evaluation evaluation;
  for (const Batch<T>& batch : loader.epoch(0)) {
    const Variable<T> logits = network.forward(batch.images);
    Tensor<T> log_probs;
    log_softmax_forward(log_probs, logits.value());
    const std::vector<Reading> readings = best_path(logits.value(), vocabulary.blank());
    for (std::size_t n = 0; n < readings.size(); ++n) {
      const std::string text = vocabulary.decode(readings[n].classes);
      evaluation.errors.add(batch.texts[n], text);
      evaluation.predictions.push_back(
          {batch.samples[n], text, std::exp(readings[n].log_probability), edit_distance(batch.texts[n], text)});
      detail::add_loss(evaluation, log_probs, static_cast<Index>(n), batch.texts[n], vocabulary);
    }
    if (batch_done && !batch_done(evaluation.errors.words)) break;
  }
  if (evaluation.labels_with_loss > 0) evaluation.loss /= static_cast<double>(evaluation.labels_with_loss);
  evaluation.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return evaluation;
}

}  // namespace tinyhtr
