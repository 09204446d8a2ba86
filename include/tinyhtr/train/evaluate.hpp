// Reading a whole set of words: error rates, loss, every reading.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "tinyhtr/data/loader.hpp"
#include "tinyhtr/data/vocabulary.hpp"
#include "tinyhtr/decode/best_path.hpp"
#include "tinyhtr/decode/reading.hpp"
#include "tinyhtr/decode/text_probability.hpp"
#include "tinyhtr/kernels/ctc_scaled.hpp"
#include "tinyhtr/metrics/error_rate.hpp"
#include "tinyhtr/models/folded_word_net.hpp"

namespace tinyhtr {

/// What the network made of one sample.
struct Prediction {
  Index sample = 0;  ///< its position in the loader
  std::string reading;
  double confidence = 0;  ///< probability of the text: the decoder's own, or that of log_text_probability
  Index edits = 0;        ///< edit distance to the label
};

struct Evaluation {
  ErrorRate errors;
  double loss = 0;                      ///< mean CTC loss over the labels that the vocabulary can write
  Index labels_with_loss = 0;           ///< how many those are
  std::vector<Prediction> predictions;  ///< in the order of the loader's samples
  double seconds = 0;
};

namespace detail {

/// CTC loss of one sample where it has one: its characters are known, and it fits into T steps.
template <class T>
void add_loss(Evaluation& evaluation, const Tensor<T>& logits, Index n, const std::string& text,
              const Vocabulary& vocabulary, Index steps) {
  if (!vocabulary.knows(text)) return;
  const std::vector<int> label = vocabulary.encode(text);
  if (ctc_required_steps(label) > steps) return;
  evaluation.loss += Scaled::loss<T>(nullptr, logits, n, label, vocabulary.blank(), steps);
  ++evaluation.labels_with_loss;
}

}  // namespace detail

/// From logits (T,N,K) and the steps of each sample to N readings.
template <class T>
using Decode = std::function<std::vector<Reading>(const Tensor<T>& logits, const Lengths& lengths)>;

template <class T>
struct EvaluateOptions {
  Decode<T> decode{};                       ///< none: best_path
  double temperature = 1;                   ///< of the confidences; see log_text_probability
  std::function<bool(Index)> batch_done{};  ///< asked after every batch, with the words read; false ends the evaluation
  /// Called with every batch: what the network made of it, and what was read.
  std::function<void(const Batch<T>&, const Tensor<T>& logits, const Lengths&, const std::vector<Reading>&)> seen{};
};

/// Reads every sample of a loader. Labels with characters that the vocabulary does not have count their errors like all
/// others, but have no loss.
template <class T>
Evaluation evaluate(const FoldedWordNet<T>& network, Loader<T>& loader, const Vocabulary& vocabulary,
                    const EvaluateOptions<T>& options = {}) {
  const auto start = std::chrono::steady_clock::now();
  Evaluation evaluation;
  for (const Batch<T>& batch : loader.epoch(0)) {
    const Tensor<T> logits = network.forward(batch.images, batch.widths);
    const Lengths lengths = network.lengths(batch.widths);
    const std::vector<Reading> readings =
        options.decode ? options.decode(logits, lengths) : best_path(logits, vocabulary.blank(), lengths);
    std::vector<std::vector<int>> classes;
    for (const Reading& reading : readings) classes.push_back(reading.classes);
    const std::vector<double> scores =
        log_text_probabilities<T>(logits, classes, vocabulary.blank(), options.temperature, lengths);
    for (std::size_t n = 0; n < readings.size(); ++n) {
      const std::string text = vocabulary.decode(readings[n].classes);
      const double confidence = readings[n].confidence.value_or(std::exp(scores[n]));
      evaluation.errors.add(batch.texts[n], text);
      evaluation.predictions.push_back({batch.samples[n], text, confidence, edit_distance(batch.texts[n], text)});
      const auto row = static_cast<Index>(n);
      detail::add_loss(evaluation, logits, row, batch.texts[n], vocabulary, length_of(lengths, row, logits.dim(0)));
    }
    if (options.seen) options.seen(batch, logits, lengths, readings);
    if (options.batch_done && !options.batch_done(evaluation.errors.words)) break;
  }
  std::sort(evaluation.predictions.begin(), evaluation.predictions.end(),
            [](const Prediction& a, const Prediction& b) { return a.sample < b.sample; });
  if (evaluation.labels_with_loss > 0) evaluation.loss /= static_cast<double>(evaluation.labels_with_loss);
  evaluation.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return evaluation;
}

/// The same for a network as it stands in training. Whatever implementations it trains with, it is read by those of
/// FoldedWordNet.
template <class T, class Algorithms>
Evaluation evaluate(const WordNet<T, Algorithms>& network, Loader<T>& loader, const Vocabulary& vocabulary,
                    const EvaluateOptions<T>& options = {}) {
  return evaluate(FoldedWordNet<T>(network), loader, vocabulary, options);
}

}  // namespace tinyhtr
