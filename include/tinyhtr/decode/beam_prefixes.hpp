// The prefixes of a beam search: a tree of texts in one array, each with what the language says of it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/language/lexicon.hpp"
#include "tinyhtr/language/vocabulary_model.hpp"

namespace tinyhtr {

/// How beam_search searches, and what it knows of the language. Logarithms are natural.
///
/// The weights have to be fitted on validation words: a network that was trained on text has learnt some of the
/// language itself, so that alpha = 1 counts that twice. The defaults are of seven pairs the best for the network
/// `small` as first made and the model that comes with tinyhtr on words of new writers, and within 0.1 points of the
/// best on words of known ones: the words of docs/results.md, whose figures of beam search are that much too good.
/// A bound for the model leaves names and foreign words to the network: what it is sure of stays, however unlikely its
/// letters, by e^gamma where the model adds nothing to the other texts. Of new writers' words outside the word list
/// 17.5% of the characters are wrong without a bound, 15.0% with it, 15.6% by best path. On all words of known writers
/// it costs 0.06 points, a bound of 5 costs 0.36. It was chosen on those words, of seven values.
struct BeamOptions {
  Index width = 16;            ///< prefixes that go on at every time step
  Index n_best = 1;            ///< readings of each image, at most; never more than width
  double class_threshold = 8;  ///< classes with less than e^-this of the step's best are not tried as new characters;
                               ///< infinity tries all
  const VocabularyModel* model = nullptr;  ///< none: the network alone decides
  double model_weight = 0.6;               ///< alpha, on the model's log probability; 0 or more
  double character_bonus = 1;         ///< beta, for every character, with a model: it makes long words less probable
  double escape_cost = 6.5;           ///< gamma, the most that model and bonus take off a score; infinity: no bound
  const Lexicon* lexicon = nullptr;   ///< none: every text is as good
  double outside_penalty = 2;         ///< off the score of a text outside the lexicon; infinity allows none
  double confidence_temperature = 1;  ///< what scores are divided by for confidences; fit_beam_temperature finds it
};

namespace detail {

/// A text in the tree. It is in the beam of step `stamp`, the last one that it was in, at `place`.
struct BeamPrefix {
  std::uint32_t parent = 0, first_child = 0, sibling = 0;  // 0 for none: the empty text is nobody's child
  std::int32_t last = -1;                                  // its last class; -1 for the empty text
  std::int32_t length = 0;                                 // characters, where there is a model
  std::uint32_t model_state = 0;
  Lexicon::State lexicon_state = 0;
  Index stamp = -1;
  std::size_t place = 0;
  double model = 0;     // log p of its characters under the model
  double language = 0;  // what is added to the logarithm of its paths: model, bonus, penalty
};

/// The tree. Prefixes stay where they are made, so that one which left the beam may come back.
class BeamPrefixes {
 public:
  void start(const BeamOptions& options) {
    options_ = &options;
    prefixes_.clear();
    BeamPrefix empty;
    if (options.model != nullptr) empty.model_state = options.model->begin();
    prefixes_.push_back(empty);
  }

  BeamPrefix& operator[](std::uint32_t i) { return prefixes_[i]; }

  /// The prefix with one more class, made where it is not there yet. Moves the array now and then.
  std::uint32_t child(std::uint32_t parent, std::int32_t number) {
    for (std::uint32_t c = prefixes_[parent].first_child; c != 0; c = prefixes_[c].sibling) {
      if (prefixes_[c].last == number) return c;
    }
    const BeamPrefix& from = prefixes_[parent];
    BeamPrefix made;
    made.parent = parent;
    made.last = number;
    made.sibling = from.first_child;
    if (const VocabularyModel* model = options_->model) {
      made.model = from.model + model->log_probability(from.model_state, number);
      made.length = from.length + 1;
      made.model_state = model->next(from.model_state, number);
    }
    if (const Lexicon* lexicon = options_->lexicon) {
      made.lexicon_state = lexicon->next(from.lexicon_state, number);
    }
    // Outside stays outside: the penalty is due as soon as no word starts so.
    made.language = of_model(made.model, made.length) - penalty(made.lexicon_state == Lexicon::outside);
    const auto place = static_cast<std::uint32_t>(prefixes_.size());
    prefixes_[parent].first_child = place;
    prefixes_.push_back(made);
    return place;
  }

  /// log p under the model of the whole text, with its end.
  double model_log_probability(std::uint32_t i) const {
    const BeamPrefix& prefix = prefixes_[i];
    if (options_->model == nullptr) return 0;
    return prefix.model + options_->model->end_log_probability(prefix.model_state);
  }

  bool in_lexicon(std::uint32_t i) const {
    return options_->lexicon != nullptr && options_->lexicon->is_word(prefixes_[i].lexicon_state);
  }

  /// What is added to the logarithm of its paths where the text ends here.
  double language_at_end(std::uint32_t i) const {
    const BeamPrefix& prefix = prefixes_[i];
    return of_model(model_log_probability(i), prefix.length) - penalty(!in_lexicon(i));
  }

  std::vector<int> classes(std::uint32_t i) const {
    std::vector<int> text;
    for (; i != 0; i = prefixes_[i].parent) text.push_back(prefixes_[i].last);
    return {text.rbegin(), text.rend()};
  }

 private:
  double penalty(bool is_outside) const {
    return options_->lexicon != nullptr && is_outside ? options_->outside_penalty : 0;
  }

  /// The model's share of a score, and the bonus: max(alpha log p + beta length, -gamma).
  double of_model(double log_probability, std::int32_t length) const {
    if (options_->model == nullptr) return 0;
    const double share = options_->model_weight * log_probability + options_->character_bonus * length;
    return std::max(share, -options_->escape_cost);
  }

  const BeamOptions* options_ = nullptr;
  std::vector<BeamPrefix> prefixes_;
};

}  // namespace detail

}  // namespace tinyhtr
