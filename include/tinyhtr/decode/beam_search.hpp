// beam_search: the likeliest texts, all their paths summed, with a language model and a word list where there are some.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/decode/beam_prefixes.hpp"
#include "tinyhtr/decode/first_frames.hpp"
#include "tinyhtr/decode/reading.hpp"

namespace tinyhtr {

/// A Reading whose log_probability is that of the text under the network: log of the sum over its paths that the beam
/// kept, so exact where nothing was pruned, else a little too low. Its confidence is the text's share of
/// e^(score / confidence_temperature) among the texts that the beam ends with, so that model and list have their say in
/// it. All logarithms are natural.
struct ScoredReading : Reading {
  double score = 0;                  ///< what readings are ranked by; beam_search has the formula
  double model_log_probability = 0;  ///< log p(text) under the language model, without its weight; 0 without a model
  bool in_lexicon = false;           ///< the text is in the word list, or has no letters; false without a list
};

namespace detail {

/// The search through one image. One for each thread, for its memory.
class BeamSearch {
 public:
  /// logits: those of image n at step t start at first + t * stride; `steps` rows of `classes`.
  template <class T>
  std::vector<ScoredReading> run(const T* first, Index stride, Index steps, Index classes, int blank, Index n,
                                 const BeamOptions& options) {
    prefixes_.start(options);
    beam_.assign(1, {0, 1, 0, 0});
    log_scale_ = 0;
    log_sums_.clear();
    probabilities_.resize(static_cast<std::size_t>(classes));
    for (Index t = 0; t < steps; ++t) {
      read_row(first + t * stride, classes, blank, t, n, options.class_threshold);
      extend(blank, t, options);
      keep_best(static_cast<std::size_t>(options.width));
    }
    for (Entry& entry : beam_) {
      entry.score = std::log(entry.blank + entry.label) + log_scale_ + prefixes_.language_at_end(entry.prefix);
    }
    std::erase_if(beam_, [](const Entry& entry) { return !(entry.score > -std::numeric_limits<double>::infinity()); });
    std::sort(beam_.begin(), beam_.end(), better);
    double mass = 0;  // of all texts in the beam, relative to the best one's
    const double best = beam_.empty() ? 0 : beam_.front().score;
    const auto share = [&](double score) { return std::exp((score - best) / options.confidence_temperature); };
    for (const Entry& entry : beam_) mass += share(entry.score);
    if (beam_.size() > static_cast<std::size_t>(options.n_best)) beam_.resize(static_cast<std::size_t>(options.n_best));
    std::vector<ScoredReading> readings;
    for (const Entry& entry : beam_) {
      ScoredReading reading;
      reading.classes = prefixes_.classes(entry.prefix);
      reading.log_probability = std::log(entry.blank + entry.label) + log_scale_;
      reading.score = entry.score;
      reading.confidence = share(entry.score) / mass;
      reading.model_log_probability = prefixes_.model_log_probability(entry.prefix);
      reading.in_lexicon = prefixes_.in_lexicon(entry.prefix);
      reading.frames = first_frames(reading.classes, blank, steps, [&](Index t, int k) {
        return static_cast<double>(first[t * stride + k]) - log_sums_[static_cast<std::size_t>(t)];
      });
      readings.push_back(std::move(reading));
    }
    return readings;
  }

 private:
  /// A prefix in the beam with its paths; `score` ranks it.
  struct Entry {
    std::uint32_t prefix;
    double blank, label, score;
  };

  /// A class worth a try at this step, with its probability relative to the likeliest one's.
  struct Candidate {
    std::int32_t number;
    double log_probability;
  };

  /// Ties go to the prefix that was found first.
  static bool better(const Entry& a, const Entry& b) {
    return a.score != b.score ? a.score > b.score : a.prefix < b.prefix;
  }

  /// Probabilities of a step relative to that of its likeliest class, which is 1, and the classes worth a try.
  template <class T>
  void read_row(const T* logits, Index classes, int blank, Index t, Index n, double threshold) {
    T highest = -std::numeric_limits<T>::infinity();
    for (Index k = 0; k < classes; ++k) {
      if (std::isnan(logits[k]) || logits[k] == std::numeric_limits<T>::infinity()) {
        throw ArgumentError("beam_search: expected finite logits, found " + std::to_string(logits[k]) +
                            " at time step t=" + std::to_string(t) + ", image n=" + std::to_string(n) +
                            ", class k=" + std::to_string(k));
      }
      highest = std::max(highest, logits[k]);
    }
    if (std::isinf(highest)) {
      throw ArgumentError("beam_search: every class has probability 0 at time step t=" + std::to_string(t) +
                          ", image n=" + std::to_string(n));
    }
    candidates_.clear();
    double sum = 0;
    for (Index k = 0; k < classes; ++k) {
      const double below = static_cast<double>(logits[k]) - static_cast<double>(highest);
      const double p = std::exp(below);
      probabilities_[static_cast<std::size_t>(k)] = p;
      sum += p;
      if (below >= -threshold && p > 0 && k != blank) {
        candidates_.push_back({static_cast<std::int32_t>(k), below});
      }
    }
    std::sort(candidates_.begin(), candidates_.end(), [](const Candidate& a, const Candidate& b) {
      return a.log_probability != b.log_probability ? a.log_probability > b.log_probability : a.number < b.number;
    });
    log_scale_ -= std::log(sum);
    log_sums_.push_back(static_cast<double>(highest) + std::log(sum));
  }

  /// Every prefix stays as it is by the blank or its last class, or goes on by a class. Fills next_.
  void extend(int blank, Index t, const BeamOptions& options) {
    next_.clear();
    for (std::size_t i = 0; i < beam_.size(); ++i) {
      const Entry& entry = beam_[i];
      BeamPrefix& prefix = prefixes_[entry.prefix];
      prefix.stamp = t;
      prefix.place = i;
      const double total = entry.blank + entry.label;
      const double label = prefix.last < 0 ? 0 : entry.label * probability(prefix.last);
      next_.push_back({entry.prefix, total * probability(blank), label, 0});
    }
    // Prefixes that the beam has with their parents, which write them anew.
    for (const Entry& entry : beam_) {
      const BeamPrefix& prefix = prefixes_[entry.prefix];
      const BeamPrefix& parent = prefixes_[prefix.parent];
      if (prefix.last < 0 || parent.stamp != t) continue;
      const Entry& from = beam_[parent.place];
      const double paths = prefix.last == parent.last ? from.blank : from.blank + from.label;
      next_[prefix.place].label += paths * probability(prefix.last);
    }
    double worst = std::numeric_limits<double>::infinity();
    for (Entry& entry : next_) {
      entry.score = std::log(entry.blank + entry.label) + prefixes_[entry.prefix].language;
      worst = std::min(worst, entry.score);
    }
    // Where these fill the beam alone, what cannot be better than the worst of them is not tried: a model and a list
    // only take off. Candidates come with the likeliest first.
    if (next_.size() < static_cast<std::size_t>(options.width)) worst = -std::numeric_limits<double>::infinity();
    for (const Entry& entry : beam_) {
      const std::int32_t last = prefixes_[entry.prefix].last;
      const double total = entry.blank + entry.label, log_total = std::log(total);
      const double bonus = options.model != nullptr ? std::max(options.character_bonus, 0.0) : 0;
      const double most = log_total + prefixes_[entry.prefix].language + bonus;
      for (const Candidate& candidate : candidates_) {
        if (most + candidate.log_probability < worst) break;
        // A character twice needs a blank between.
        const bool twice = candidate.number == last;
        const double from = twice ? entry.blank : total;
        if (from == 0) continue;
        const std::uint32_t i = prefixes_.child(entry.prefix, candidate.number);
        const BeamPrefix& child = prefixes_[i];
        if (child.stamp == t) continue;  // in the beam itself
        const double score = (twice ? std::log(from) : log_total) + candidate.log_probability + child.language;
        if (score < worst) continue;
        next_.push_back({i, 0, from * probability(candidate.number), score});
      }
    }
  }

  double probability(std::int32_t number) const { return probabilities_[static_cast<std::size_t>(number)]; }

  /// The best of next_ become the beam, in the order in which they were made.
  void keep_best(std::size_t width) {
    std::swap(beam_, next_);
    std::erase_if(beam_, [](const Entry& entry) {
      return !(entry.score > -std::numeric_limits<double>::infinity() && entry.blank + entry.label > 0);
    });
    if (beam_.size() > width) {
      std::nth_element(beam_.begin(), beam_.begin() + static_cast<std::ptrdiff_t>(width), beam_.end(), better);
      beam_.resize(width);
    }
    std::sort(beam_.begin(), beam_.end(), [](const Entry& a, const Entry& b) { return a.prefix < b.prefix; });
    double largest = 0;
    for (const Entry& entry : beam_) largest = std::max(largest, entry.blank + entry.label);
    if (largest == 0) return;
    for (Entry& entry : beam_) {
      entry.blank /= largest;
      entry.label /= largest;
    }
    log_scale_ += std::log(largest);
  }

  BeamPrefixes prefixes_;
  std::vector<Entry> beam_, next_;
  std::vector<double> probabilities_, log_sums_;
  std::vector<Candidate> candidates_;
  double log_scale_ = 0;  // logarithm of what the probabilities in the beam have to be multiplied by
};

inline void check_beam(Index classes, int blank, const BeamOptions& options) {
  const auto expect = [](bool good, const std::string& expected, const auto& found) {
    if (!good) throw ArgumentError("beam_search: expected " + expected + ", found " + std::to_string(found));
  };
  expect(blank >= 0 && blank < classes, "a blank from 0 to K-1 = " + std::to_string(classes - 1), blank);
  expect(options.width >= 1 && options.width <= 1'000'000, "a width from 1 to 1000000", options.width);
  expect(options.n_best >= 1, "1 or more readings of each image", options.n_best);
  expect(options.class_threshold >= 0, "a class threshold of 0 or more", options.class_threshold);
  expect(options.model_weight >= 0 && std::isfinite(options.model_weight), "a model weight of 0 or more",
         options.model_weight);
  expect(std::isfinite(options.character_bonus), "a finite character bonus", options.character_bonus);
  expect(options.escape_cost >= 0, "an escape cost of 0 or more", options.escape_cost);
  expect(options.outside_penalty >= 0, "a penalty of 0 or more", options.outside_penalty);
  expect(options.confidence_temperature > 0 && std::isfinite(options.confidence_temperature),
         "a confidence temperature above 0", options.confidence_temperature);
  if (options.model == nullptr && options.lexicon == nullptr) return;
  expect(blank == classes - 1,
         "the blank as the last class, K-1 = " + std::to_string(classes - 1) + ", with a language model or word list",
         blank);
  const std::string characters = std::to_string(classes - 1) + " characters, as the logits";
  if (options.model != nullptr) {
    expect(options.model->size() == classes - 1, "a language model for " + characters, options.model->size());
  }
  if (options.lexicon != nullptr) {
    expect(options.lexicon->size() == classes - 1, "a word list for " + characters, options.lexicon->size());
  }
}

}  // namespace detail

/// Prefix beam search: of each image the best texts, not paths.
///
///     score(text) = log p_ctc(text) + max(alpha log p_model(text) + beta |text|, -gamma)
///                   - penalty where it is not in the lexicon
///
/// A prefix carries two sums of paths, those that end in the blank and those that end in its last class:
///
///     blank'(l)   = y[t,blank] (blank(l) + label(l))
///     label'(l)   = y[t,c] label(l)                                   c the last class of l
///     label'(l k) = y[t,k] (blank(l) + label(l)),   y[t,k] blank(l) where k = c
///
/// and of all that come up at a step, the `width` with the highest score go on; the model's share is added with each
/// character, that of the word's end behind the last step; the penalty as soon as no word of the list starts so.
/// logits (T,N,K), before any softmax, -inf is a class that cannot be; steps: of each image, how many of the T count;
/// empty for all. Returns N lists of up to n_best readings, the best first; a list is empty only where an infinite
/// penalty lets no text through. `frames` holds where the text's most probable path starts each character. Ties go to
/// the prefix that was found first, so results depend on nothing but the arguments. A prefix less probable than another
/// by a factor of 1e300 counts as impossible. O(T (K + width C)) operations and logarithms, C the classes above the
/// threshold. Throws ShapeError unless logits has three dimensions; ArgumentError for a blank outside [0, K), for
/// options out of range, a model or lexicon for another number of classes or with a blank that is not the last, `steps`
/// of another length than N or outside [0, T], and for NaN, +infinity or a step where all classes are -inf, naming t
/// and n. Sources: Graves, "Supervised sequence labelling", 2012, section 7.5; Hannun, Maas, Jurafsky, Ng, "First-pass
/// large vocabulary continuous speech recognition using bi-directional recurrent DNNs", 2014, algorithm 1.
template <class T>
std::vector<std::vector<ScoredReading>> beam_search(const Tensor<T>& logits, int blank, const BeamOptions& options = {},
                                                    std::span<const Index> steps = {}) {
  check_rank("beam_search", "logits", logits.shape(), "(T,N,K)");
  const Index most = logits.dim(0), batch = logits.dim(1), classes = logits.dim(2);
  detail::check_beam(classes, blank, options);
  if (!steps.empty() && static_cast<Index>(steps.size()) != batch) {
    throw ArgumentError("beam_search: expected steps of " + std::to_string(batch) + " images, found " +
                        std::to_string(steps.size()));
  }
  for (std::size_t n = 0; n < steps.size(); ++n) {
    if (steps[n] < 0 || steps[n] > most) {
      throw ArgumentError("beam_search: expected 0 to T = " + std::to_string(most) + " steps, found " +
                          std::to_string(steps[n]) + " for image n=" + std::to_string(n));
    }
  }
  std::vector<std::vector<ScoredReading>> readings(static_cast<std::size_t>(batch));
  parallel_for(batch, [&](Index n) {
    thread_local detail::BeamSearch search;  // its memory is used again
    const Index count = steps.empty() ? most : steps[static_cast<std::size_t>(n)];
    readings[static_cast<std::size_t>(n)] =
        search.run(logits.data() + n * classes, batch * classes, count, classes, blank, n, options);
  });
  return readings;
}

}  // namespace tinyhtr
